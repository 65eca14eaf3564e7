/** The emergency button: touched at the foot, pressed in the middle of another screen, and then the sheet. */
import { useCallback, type ReactNode } from "react";
import { Button, Icon, useNow } from "../../ui";
import { AlarmSheet, sheetOf } from "../../ui/AlarmSheet";
import type { AlarmView } from "../course";
import { useUncovered } from "../../ui/uncovered";
import { useBooth } from "../context";
import { Frame, narrow } from "../Frame";
import { useOffice } from "../office";
import type { Screen } from "../state";
import { T } from "../words";
import { TalkBanner } from "./Talk";

/** First step, at the foot: lifts the cover. While an emergency stands it opens the sheet; its words stay, or the foot would grow. */
export function AlarmButton() {
  const { alarm, armAlarm, act } = useBooth();
  const standing = alarm?.state === "raised";
  return (
    <Button
      icon="warn"
      className={`border-emergency! text-emergency! ${narrow}`}
      onPress={standing ? () => act({ type: "open-alarm" }) : armAlarm}
    >
      <T k="alarm.button" />
    </Button>
  );
}

/** What comes over the screen between touching the button and being told that everybody knows. */
export function Alarm({ screen, alarm }: { readonly screen: Screen; readonly alarm: AlarmView }) {
  const header = screen.kind === "talk" ? <TalkBanner screen={screen} /> : undefined;
  switch (alarm.state) {
    case "raised":
      return <Raised screen={screen} header={header} alarm={alarm} />;
    case "failed":
      return <Failed screen={screen} header={header} />;
    default:
      return <Sure screen={screen} header={header} alarm={alarm} />;
  }
}

type Of<S extends AlarmView["state"]> = Extract<AlarmView, { state: S }>;
interface Around {
  readonly screen: Screen;
  readonly header: ReactNode;
}

/** Second step: far from where the first was touched, and only for ten seconds. */
function Sure({ screen, header, alarm }: Around & { readonly alarm: Of<"arming" | "armed"> }) {
  const { client, act, pressAlarm } = useBooth();
  const uncovered = alarm.state === "armed" && !alarm.sending ? alarm.until : null;
  const seconds = useUncovered(useNow(client.now, 250), uncovered, useCallback(() => act({ type: "alarm", is: "no" }), [act]));
  return (
    <Frame
      screen={screen}
      header={header}
      again={false}
      actions={
        <Button icon="back" onPress={() => act({ type: "alarm", is: "no" })}>
          <T k="alarm.no" />
        </Button>
      }
    >
      <div data-alarm={alarm.state} className="mx-auto mt-2 flex w-full max-w-5xl flex-col items-center gap-6 text-center">
        <Button
          kind="emergency"
          icon="warn"
          className="min-h-36! w-full text-[45px]! max-[1100px]:text-[38px]!"
          busy={uncovered === null}
          onPress={pressAlarm}
        >
          <T k={alarm.state === "arming" ? "alarm.arming" : "alarm.press"} />
        </Button>
        <h1 className="text-[45px] leading-relaxed font-bold max-[1100px]:text-[38px]">
          <T k="alarm.sure" />
        </h1>
        <p className="text-[30px] leading-relaxed">
          <T k="alarm.means" />
        </p>
        {seconds !== null && (
          <p className="tabular-nums">
            <T k="alarm.left" values={{ seconds }} />
          </p>
        )}
      </div>
    </Frame>
  );
}

function Raised({ screen, header, alarm }: Around & { readonly alarm: Of<"raised"> }) {
  const { act } = useBooth();
  return (
    <Frame
      screen={screen}
      header={header}
      again={false}
      actions={
        <Button kind="primary" icon="back" onPress={() => act({ type: "close-alarm", at: alarm.emergency.at })}>
          <T k="alarm.close" />
        </Button>
      }
    >
      <Sheet>
        <AlarmSheet emergency={alarm.emergency} className="text-[25px] max-[1100px]:text-[24px]" />
      </Sheet>
    </Frame>
  );
}

/** Nobody could be reached: what to telephone is known here all the same. */
function Failed({ screen, header }: Around) {
  const { act, client } = useBooth();
  const office = useOffice().data;
  return (
    <Frame
      screen={screen}
      header={header}
      again={false}
      actions={
        <Button icon="back" onPress={() => act({ type: "alarm", is: "no" })}>
          <T k="alarm.no" />
        </Button>
      }
    >
      <Sheet title={<T k="alarm.failed" />}>
        <AlarmSheet
          emergency={sheetOf(office, new Date(client.now()).toISOString())}
          told={false}
          className="text-[25px] max-[1100px]:text-[24px]"
        />
      </Sheet>
    </Frame>
  );
}

function Sheet({ title = <T k="alarm.title" />, children }: { readonly title?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="m-auto w-full max-w-6xl rounded-16 border-4 border-emergency bg-white px-9 py-2 max-[1100px]:px-5 max-[1100px]:py-3">
      <div role="alert">
        <h1 className="flex items-center gap-5 text-[38px] leading-relaxed font-bold text-emergency max-[1100px]:text-[36px]">
          <Icon name="warn" className="size-12" />
          <span>{title}</span>
        </h1>
      </div>
      {children}
    </div>
  );
}
