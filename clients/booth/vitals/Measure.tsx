import { useEffect, type ReactNode } from "react";
import { Button, Furigana, Icon, VideoView } from "../../ui";
import { useBooth } from "../context";
import { Frame, narrow } from "../Frame";
import { AlarmButton } from "../screens/Alarm";
import { CourseBar } from "../screens/CourseBar";
import { Talk, TalkBanner, useProfessional, type TalkScreen } from "../screens/Talk";
import { T, useWords } from "../words";
import { useVitals } from "./context";
import { Use } from "./Drawings";
import { Check, Hand } from "./Hand";
import { kindOf, type Measuring, type Step } from "./measuring";
import { Values } from "./Values";

/** How long a reading that has arrived is shown, milliseconds. */
const sentFor = 4_000;

/** The consultation; and while something is to be measured, that in its place, with the professional beside it. */
export function TalkOrMeasure({ screen }: { readonly screen: TalkScreen }) {
  const { measuring } = useVitals().vitals;
  // What the professional writes comes first: it may say how.
  return measuring === null || screen.written.length > 0 ? <Talk screen={screen} /> : <Measure screen={screen} measuring={measuring} />;
}

function Measure({ screen, measuring }: { readonly screen: TalkScreen; readonly measuring: Measuring }) {
  const { act } = useVitals();
  const { step } = measuring;
  return (
    <Frame
      screen={screen}
      again={false}
      header={<TalkBanner screen={screen} />}
      bar={<CourseBar screen={screen} />}
      actions={
        <>
          <AlarmButton />
          {(step.is === "device" || step.is === "hand") && (
            <Button className={narrow} onPress={() => act({ type: "cannot" })}>
              <T k="measure.cannot" />
            </Button>
          )}
        </>
      }
    >
      <div data-measure={step.is} className="grid min-h-0 flex-1">
        <Shown screen={screen} measuring={measuring} step={step} />
      </div>
    </Frame>
  );
}

function Shown({ screen, measuring, step }: { readonly screen: TalkScreen; readonly measuring: Measuring; readonly step: Step }) {
  switch (step.is) {
    case "device":
      return <AtDevice screen={screen} measuring={measuring} step={step} />;
    case "trouble":
      return <Trouble screen={screen} />;
    case "hand":
      return <Hand kind={kindOf(measuring)} step={step} />;
    case "check":
      return <Check step={step} />;
    case "camera":
      return <Showing screen={screen} />;
    case "sent":
      return <Sent screen={screen} measuring={measuring} step={step} />;
  }
}

const three = ["1", "2", "3"] as const;

/** What to do, in three steps and one drawing. It moves on by itself when the device has measured. */
function AtDevice({ screen, measuring, step }: { readonly screen: TalkScreen; readonly measuring: Measuring; readonly step: Extract<Step, { is: "device" }> }) {
  const { act, devices } = useVitals();
  const kind = kindOf(measuring);
  const device = devices.bound.find((one) => one.kind === kind);
  return (
    <div className="grid min-h-0 grid-cols-[minmax(0,0.9fr)_minmax(0,1fr)] gap-8 max-[1100px]:gap-5">
      <div className="min-h-0 overflow-hidden rounded-16 border-3 border-hairline bg-ground-booth">
        <Use kind={kind} />
      </div>
      <div className="flex min-h-0 flex-col gap-3">
        <h1 className="text-[45px] leading-snug font-bold max-[1100px]:text-[38px]">
          <T k={`measure.title.${kind}`} />
        </h1>
        <ol className="flex flex-col gap-2.5">
          {three.map((n) => (
            <li key={n} className="flex items-center gap-5 rounded-12 border-2 border-hairline bg-white px-5 py-1 text-[30px] leading-relaxed font-bold max-[1100px]:text-[27px]">
              <span className="grid size-13 flex-none place-items-center rounded-full bg-primary text-[28px] text-white">{n}</span>
              <span>
                <T k={`measure.step.${kind}.${n}`} />
              </span>
            </li>
          ))}
        </ol>
        {step.refused !== null && (
          <p role="alert" className="rounded-12 border-3 border-heed-edge bg-heed-soft px-5 py-2 leading-relaxed font-bold">
            <T k={`measure.refused.${step.refused}`} />
            <br />
            <T k="measure.refused" />
          </p>
        )}
        {step.refused !== null && device !== undefined ? null : device === undefined ? (
          <Button kind="primary" className="self-start" onPress={() => act({ type: "type" })}>
            <T k="measure.typed" />
          </Button>
        ) : (
          <p role="status" className="flex items-center gap-3">
            <Icon name={device.state === "ready" ? "check" : "wave"} className="size-8 text-primary" />
            <span>
              <T k={`measure.device.${device.state === "ready" ? "ready" : "seeking"}`} />
            </span>
          </p>
        )}
        <Company screen={screen} />
      </div>
    </div>
  );
}

/** Who sees it, and that nothing is kept; the professional's face beside it. */
function Company({ screen }: { readonly screen: TalkScreen }) {
  const { snapshot } = useBooth();
  const words = useWords();
  const who = useProfessional(screen);
  const face = snapshot.media.remote[screen.desk]?.face ?? null;
  return (
    <div className="mt-auto flex items-center gap-5">
      <div className="relative aspect-[4/3] h-24 flex-none overflow-hidden rounded-12 border-3 border-white bg-solid-gray-100">
        <VideoView
          stream={face}
          of={screen.desk}
          label={words.written("talk.picture", { who })}
          className="absolute inset-0 size-full"
          instead={<Icon name="cameraOff" className="m-auto size-12" />}
        />
      </div>
      <p className="min-w-0 text-[24px] leading-relaxed">
        <T k="measure.private" values={{ who }} />
      </p>
    </div>
  );
}

/** It does not work: four large choices. */
function Trouble({ screen }: { readonly screen: TalkScreen }) {
  const { act } = useVitals();
  const { client } = useBooth();
  const who = useProfessional(screen);
  const choices = [
    ["again", "again", () => act({ type: "again", now: client.now() })],
    ["keypad", "hand", () => act({ type: "type" })],
    ["camera", "camera", () => act({ type: "show" })],
    ["close", "skip", () => act({ type: "next", now: client.now() })],
  ] as const;
  return (
    <div className="m-auto flex w-full max-w-4xl flex-col gap-5">
      <h1 className="text-center text-[45px] font-bold">
        <T k="measure.trouble.title" />
      </h1>
      {choices.map(([icon, what, press]) => (
        <Button key={what} icon={icon} className="min-h-23! text-[34px]!" onPress={press}>
          <T k={`measure.trouble.${what}`} values={{ who }} />
        </Button>
      ))}
    </div>
  );
}

/** The device is held up to the camera; the professional reads and types. */
function Showing({ screen }: { readonly screen: TalkScreen }) {
  const { act } = useVitals();
  const { client, snapshot } = useBooth();
  const words = useWords();
  const who = useProfessional(screen);
  return (
    <div className="grid min-h-0 grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] gap-8">
      <div className="relative min-h-0 overflow-hidden rounded-16 border-3 border-hairline bg-solid-gray-800">
        <VideoView
          stream={snapshot.media.self.preview}
          of="self"
          label={words.written("measure.camera.self")}
          className="absolute inset-0 size-full"
          instead={<Icon name="cameraOff" className="m-auto size-16 text-white" />}
        />
      </div>
      <div className="flex flex-col gap-5">
        <h1 className="text-[45px] leading-snug font-bold">
          <T k="measure.camera.title" />
        </h1>
        <p className="text-[30px] leading-relaxed">
          <T k="measure.camera.lead" values={{ who }} />
        </p>
        <Button kind="primary" className="self-start" onPress={() => act({ type: "next", now: client.now() })}>
          <T k="measure.camera.done" />
        </Button>
        <Company screen={screen} />
      </div>
    </div>
  );
}

/** It has arrived, and goes on by itself. */
function Sent({ screen, measuring, step }: { readonly screen: TalkScreen; readonly measuring: Measuring; readonly step: Extract<Step, { is: "sent" }> }) {
  const { act } = useVitals();
  const { client } = useBooth();
  const who = useProfessional(screen);
  const { id } = step.reading;
  useEffect(() => {
    const timer = setTimeout(() => act({ type: "next", now: client.now() }), sentFor);
    return () => clearTimeout(timer);
  }, [act, client, id]);
  const last = measuring.at + 1 === measuring.kinds.length;
  return (
    <Center>
      <span className="grid size-28 place-items-center rounded-full border-2 border-hairline bg-white text-primary">
        <Icon name="check" className="size-16" />
      </span>
      <Values values={step.reading.values} />
      <h1 role="status" className="text-[40px] leading-relaxed font-bold">
        <Furigana>{useWords().marked("measure.sent.title", { who })}</Furigana>
      </h1>
      <p className="text-[30px] leading-relaxed">
        <T k={last ? "measure.sent.last" : "measure.sent.next"} />
      </p>
    </Center>
  );
}

function Center({ children }: { readonly children: ReactNode }) {
  return <div className="m-auto flex max-w-5xl flex-col items-center gap-4 text-center">{children}</div>;
}
