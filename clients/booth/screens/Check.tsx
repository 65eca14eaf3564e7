import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { Button, Icon, LevelMeter, Panel, playMelody, VideoView, volumeSteps, type IconName, type Sounding } from "../../ui";
import { useBooth } from "../context";
import { Frame } from "../Frame";
import type { Check as CheckState, FaceCheck, Screen } from "../state";
import { T, useWords } from "../words";

/** How often the melody is played before it waits for a touch, and the pause between, in milliseconds. */
const melodies = 6;
const pause = 900;

/** Picture and voice tick themselves; only hearing needs an answer. */
export function Check({ screen }: { readonly screen: Extract<Screen, { kind: "check" }> }) {
  const { act, snapshot } = useBooth();
  const { check } = screen;
  return (
    <Frame
      screen={screen}
      actions={
        check.mayGoOn && check.hearing === "help" ? (
          <GoOn />
        ) : (
          <Button onPress={() => act({ type: "ask-leave" })}>
            <T k="leave" />
          </Button>
        )
      }
    >
      <h1 className="sr-only">
        <T k="check.title" />
      </h1>
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,0.75fr)_minmax(0,1fr)] gap-9 max-[1100px]:gap-5">
        <Mirror stream={snapshot.media.self.preview} face={check.face} />
        <div className="flex flex-col gap-3">
          <Face check={check} />
          <Voice check={check} />
          {check.complete ? <Connecting /> : <Hearing check={check} />}
          {check.mayGoOn && check.hearing === "ok" && (
            <div className="grid grid-cols-2 gap-4">
              <TestAgain />
              <GoOn />
            </div>
          )}
        </div>
      </div>
    </Frame>
  );
}

function TestAgain() {
  const { act, client } = useBooth();
  const again = () => {
    act({ type: "check-again" });
    void client.restartMedia().catch(() => undefined);
  };
  return (
    <Button icon="again" className="px-4!" onPress={again}>
      <T k="check.again" />
    </Button>
  );
}

function GoOn() {
  const { act } = useBooth();
  return (
    <Button iconAfter="arrow" className="px-4!" onPress={() => act({ type: "go-on" })}>
      <T k="check.goon" />
    </Button>
  );
}

function Mirror({ stream, face }: { readonly stream: MediaStream | null; readonly face: FaceCheck }) {
  const words = useWords();
  return (
    <figure className="flex min-h-0 flex-col gap-3">
      <div
        className={`grid min-h-0 flex-1 place-items-center overflow-hidden border-4 bg-white ${face === "ok" ? "border-good-tick" : "border-hairline"}`}
      >
        <VideoView
          stream={stream}
          mirrored
          label={words.written("talk.self")}
          className="size-full"
          instead={<Icon name="cameraOff" className="size-24 text-ink-soft" />}
        />
      </div>
      <figcaption className="text-center text-[28px] leading-relaxed">
        {typeof face === "string" && <T k={stream === null ? "check.self.wait" : "check.self"} />}
      </figcaption>
    </figure>
  );
}

function Face({ check }: { readonly check: CheckState }) {
  const { face } = check;
  if (typeof face === "object") {
    return <Item mark="warn" title={<T k={`camera.${face.fault}`} />} next={<T k="device.help" />} />;
  }
  return (
    <Item
      mark={face === "ok" ? "done" : face === "black" ? "warn" : "eye"}
      title={<T k={`check.face.${face}`} />}
      next={<T k={`check.face.${face}.next`} />}
    />
  );
}

function Voice({ check }: { readonly check: CheckState }) {
  const { client } = useBooth();
  const { voice } = check;
  if (typeof voice === "object") {
    return <Item mark="warn" title={<T k={`mic.${voice.fault}`} />} next={<T k="device.help" />} />;
  }
  return (
    <Item
      mark={voice === "ok" ? "done" : "mic"}
      // Once hearing is settled, the voice is what everything waits for.
      now={voice === "listening" && check.hearing === "ok"}
      title={<T k={`check.voice.${voice}`} />}
      next={
        <>
          {voice === "listening" && <T k="check.voice.listening.next" />}
          <LevelMeter level={client.micLevel} />
        </>
      }
    />
  );
}

/** One line of the check: a tick, a drawing or a warning, and what it means in words. */
function Item({
  mark,
  title,
  next,
  now = false,
}: {
  readonly mark: "done" | "warn" | IconName;
  readonly title: ReactNode;
  readonly next: ReactNode;
  readonly now?: boolean;
}) {
  return (
    <Panel tone={mark === "warn" ? "heed" : now ? "now" : "plain"} className="flex items-center gap-5 px-6 py-2.5">
      {mark === "done" ? (
        <span className="grid size-14 shrink-0 place-items-center rounded-full bg-good-tick text-white">
          <Icon name="check" className="size-9" />
        </span>
      ) : (
        <span className="grid size-14 shrink-0 place-items-center rounded-full border-3 border-current text-primary">
          <Icon name={mark} className="size-8" />
        </span>
      )}
      <div role="status" className="min-w-0">
        <p className="text-[30px] leading-relaxed font-bold max-[1100px]:text-[28px]">{title}</p>
        <div className="text-[26px] leading-relaxed max-[1100px]:text-[24px]">{next}</div>
      </div>
    </Panel>
  );
}

function Connecting() {
  return (
    <Panel tone="good" className="px-6 py-5">
      <p role="status" className="font-bold">
        <T k="check.connecting" />
      </p>
    </Panel>
  );
}

function Hearing({ check }: { readonly check: CheckState }) {
  const { act, volume, setVolume, gain } = useBooth();
  const melody = useMelody(gain, check.hearing !== "ok");
  if (check.hearing === "ok") return <Item mark="done" title={<T k="check.hear.ok" />} next={<T k="check.missing" />} />;
  const state = melody.state === "blocked" ? "blocked" : check.hearing === "asking" ? melody.state : check.hearing;
  return (
    <Panel tone="now" className="flex flex-1 flex-col gap-3 px-6 py-4">
      <div className="flex items-center gap-5">
        <div className="min-w-0 flex-1">
          <h2 className="text-[36px] leading-relaxed font-bold max-[1100px]:text-[32px]">
            <T k="check.hear.title" />
          </h2>
          <p role="status" className="text-[26px] leading-relaxed max-[1100px]:text-[24px]">
            <T k={`check.hear.${state}`} />
          </p>
        </div>
        {melody.state === "playing" ? (
          <Icon name="speaker" className="size-16 text-primary" />
        ) : (
          <Button icon="speaker" onPress={melody.replay}>
            <T k="check.hear.replay" />
          </Button>
        )}
      </div>
      <div className="grid grid-cols-2 gap-4">
        <Button
          className="min-h-24!"
          onPress={() => {
            act({ type: "not-heard" });
            setVolume(Math.min(volumeSteps, volume + 1));
            melody.replay();
          }}
        >
          <T k="check.hear.no" />
        </Button>
        <Button kind="primary" icon="check" className="min-h-24!" onPress={() => act({ type: "heard" })}>
          <T k="check.hear.yes" />
        </Button>
      </div>
    </Panel>
  );
}

/** The melody, again and again while it is wanted, as loud as everything else in the booth. */
function useMelody(gain: number, wanted: boolean) {
  const [state, setState] = useState<"playing" | "done" | "blocked">("playing");
  const [round, setRound] = useState(0);
  const sounding = useRef<Sounding>(null);
  const loud = useRef(gain);

  useEffect(() => {
    loud.current = gain;
    sounding.current?.setGain(gain);
  }, [gain]);

  useEffect(() => {
    if (!wanted) return;
    let over = false;
    let left = melodies;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      const sound = playMelody(loud.current);
      sounding.current = sound;
      if (!(await sound.began)) {
        sound.stop();
        if (!over) setState("blocked");
        return;
      }
      if (!over) setState("playing");
      await sound.done;
      if (over) return;
      left -= 1;
      if (left > 0) timer = setTimeout(() => void once(), pause);
      else setState("done");
    };
    void once();
    return () => {
      over = true;
      clearTimeout(timer);
      sounding.current?.stop();
      sounding.current = null;
    };
  }, [wanted, round]);

  const replay = useCallback(() => setRound((before) => before + 1), []);
  return { state, replay };
}
