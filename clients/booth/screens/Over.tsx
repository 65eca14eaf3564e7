/** What comes over a screen without leaving the visit: staff are coming; do you want to end? */
import { Button, Icon, useNow } from "../../ui";
import type { Session } from "../../session/protocol";
import { useBooth } from "../context";
import { Frame, OneThing } from "../Frame";
import type { CallView, Screen } from "../state";
import { T } from "../words";
import { AlarmButton } from "./Alarm";
import { settle } from "./CourseBar";
import { TalkBanner, useProfessional, type TalkScreen } from "./Talk";

/** After this long without an answer the screen says what else can be done, in milliseconds. */
const slow = 60_000;

/** 係を呼ぶ was touched: heard, coming, sit still. */
export function Calling({ screen, call }: { readonly screen: Screen; readonly call: CallView }) {
  const { client, closeCall } = useBooth();
  const now = useNow(client.now);
  const late = unanswered.has(call.state) && call.at !== null && now - Date.parse(call.at) > slow;
  return (
    <Frame
      screen={screen}
      header={screen.kind === "talk" ? <TalkBanner screen={screen} /> : undefined}
      actions={
        <Button icon="close" onPress={closeCall}>
          <T k="call.close" />
        </Button>
      }
    >
      <div data-call={call.state} className="m-auto flex flex-col items-center gap-5 text-center">
        <Rings />
        <div role="alert">
          <h1 className="text-[57px] leading-relaxed font-bold max-[1100px]:text-[48px]">
            <T k={titles[call.state]} />
          </h1>
        </div>
        <p role="status" className="text-[34px] leading-relaxed max-[1100px]:text-[30px]">
          <T k={leads[call.state]} />
        </p>
        {late && (
          <p role="status" className="text-[30px] leading-relaxed">
            <T k="call.slow" />
          </p>
        )}
        {screen.kind === "talk" && <StillOpen screen={screen} />}
        {"session" in screen && screen.kind !== "name" && <Helper session={screen.session} />}
      </div>
    </Frame>
  );
}

/** Whoever of the post office has come in says so; the other side is asked before they may listen. And where it is worse than that, help. */
function Helper({ session }: { readonly session: Session }) {
  const { client, closeCall } = useBooth();
  const came = () => {
    settle(client.conduct.staff(session.id, true));
    closeCall();
  };
  return (
    <div className="flex flex-wrap justify-center gap-5">
      {session.staff?.present !== true && (
        <Button icon="person" onPress={came}>
          <T k="staff.came" />
        </Button>
      )}
      <AlarmButton />
    </div>
  );
}

const unanswered: ReadonlySet<CallView["state"]> = new Set(["heard", "phoning", "phoned"]);

const titles = {
  sending: "call.sending",
  heard: "call.coming",
  phoning: "call.phoning",
  phoned: "call.phoned",
  answered: "call.coming",
  failed: "call.failed",
} as const;

const leads = {
  sending: "call.sending.lead",
  heard: "call.heard",
  phoning: "call.phoning.lead",
  phoned: "call.phoned.lead",
  answered: "call.answered",
  failed: "call.failed.lead",
} as const;

/** While staff come, the other side still sees and hears: said, because it is so. */
function StillOpen({ screen }: { readonly screen: TalkScreen }) {
  const who = useProfessional(screen);
  return (
    <p className="flex items-center gap-4 leading-relaxed">
      <Icon name="eye" className="size-9 text-primary" />
      <span>
        <T k="call.open" values={{ who }} />
      </span>
    </p>
  );
}

function Rings() {
  return (
    <span className="grid size-56 place-items-center rounded-full bg-heed-soft max-[1100px]:size-44">
      <span className="grid size-[78%] place-items-center rounded-full bg-heed">
        <span className="grid size-[72%] place-items-center rounded-full bg-call">
          <Icon name="bell" className="size-18" />
        </span>
      </span>
    </span>
  );
}

/** おわる and やめて帰る ask once more. */
export function Leaving({ screen, busy }: { readonly screen: Screen; readonly busy: boolean }) {
  const { act } = useBooth();
  return (
    <Frame
      screen={screen}
      again={false}
      header={screen.kind === "talk" ? <TalkBanner screen={screen} /> : undefined}
    >
      <OneThing icon="door" title={<T k={busy ? "leave.busy" : "leave.title"} />}>
        <p>{screen.kind === "talk" ? <Cut screen={screen} /> : <T k="leave.lead.wait" />}</p>
        <div className="mt-6 grid grid-cols-2 gap-6">
          <Button className="min-h-24!" busy={busy} onPress={() => act({ type: "leave" })}>
            <T k="leave.yes" />
          </Button>
          <Button kind="primary" className="min-h-24!" busy={busy} onPress={() => act({ type: "stay" })}>
            <T k="leave.no" />
          </Button>
        </div>
      </OneThing>
    </Frame>
  );
}

function Cut({ screen }: { readonly screen: TalkScreen }) {
  return <T k="leave.lead.talk" values={{ who: useProfessional(screen) }} />;
}
