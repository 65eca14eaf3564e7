import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import type { Now } from "./whatnow";
import { T, useWords } from "./words";

/** What the line's button may do. */
export interface NowActs {
  readonly onCheckIn: (appointment: string) => void;
  readonly onCleaned: (appointment: string) => void;
  readonly onOpen: (appointment: string) => void;
  readonly onMove: (appointment: string) => void;
  readonly onWaitlist: () => void;
}

/** The line at the top: the single most urgent thing to do, and its button, the only primary one of the screen. */
export function NowLine({ now, busy, acts }: { readonly now: Now; readonly busy: boolean; readonly acts: NowActs }) {
  const words = useWords();
  const act = actOf(now, acts);
  const quiet = now.kind === "none" || now.kind === "next";
  return (
    <section
      aria-label={words.written("counter.now")}
      className={`flex min-h-17 flex-wrap items-center gap-x-5 gap-y-2 rounded-12 px-5 py-2 ${quiet ? "border border-solid-gray-420 bg-white" : "border-3 border-primary bg-ground-booth"}`}
    >
      <p className="text-[17px] text-ink-soft">
        <T k="counter.now" />
      </p>
      <p role="status" className="flex min-w-0 flex-1 basis-80 items-center gap-3 text-[24px] leading-snug font-bold">
        <Icon name={iconOf(now)} className="size-7 text-primary" />
        <span>
          <Sentence now={now} />
        </span>
      </p>
      {act !== null && (
        <Button place="counter" kind="primary" icon={act.icon} busy={busy} {...(act.label === undefined ? {} : { label: words.written("counter.came.label", { number: act.label }) })} onPress={act.run}>
          {act.words}
        </Button>
      )}
    </section>
  );
}

interface Act {
  icon: IconName;
  words: ReactNode;
  /** Number to name in the label, where the words alone would name nobody. */
  label?: number;
  run: () => void;
}

function actOf(now: Now, acts: NowActs): Act | null {
  switch (now.kind) {
    case "check-in":
      return { icon: "check", words: <T k="counter.came" />, label: now.number, run: () => acts.onCheckIn(now.appointment) };
    case "bring":
      return { icon: "door", words: <T k="counter.bring" />, run: () => acts.onCheckIn(now.appointment) };
    case "clean":
      return { icon: "check", words: <T k="counter.cleaned" />, run: () => acts.onCleaned(now.appointment) };
    case "dispute":
      return { icon: "arrow", words: <T k="counter.settle.open" />, run: () => acts.onOpen(now.appointment) };
    case "choice":
      return { icon: "clock", words: <T k="counter.move.open" />, run: () => acts.onMove(now.appointment) };
    case "offer":
      return { icon: "phone", words: <T k="counter.wait.open" />, run: acts.onWaitlist };
    default:
      return null;
  }
}

const icons: Record<Now["kind"], IconName> = {
  "called": "bell",
  "offline": "warn",
  "seat": "door",
  "bring": "door",
  "dispute": "warn",
  "offer": "phone",
  "choice": "phone",
  "shuts": "clock",
  "clean": "again",
  "unknown": "warn",
  "check-in": "person",
  "next": "clock",
  "none": "check",
};

function iconOf(now: Now): IconName {
  return icons[now.kind];
}

function Sentence({ now }: { readonly now: Now }) {
  switch (now.kind) {
    case "called":
      return <T k="counter.line.called" values={{ booth: literal(now.booth) }} />;
    case "offline":
    case "seat":
    case "bring":
      return <T k={`counter.line.${now.kind}`} values={{ booth: literal(now.booth), number: now.number }} />;
    case "clean":
      return <T k="counter.line.clean" values={{ booth: literal(now.booth) }} />;
    case "dispute":
    case "unknown":
      return <T k={`counter.line.${now.kind}`} values={{ number: now.number }} />;
    case "choice":
      return <T k={now.here ? "counter.line.choice.here" : "counter.line.choice"} values={{ number: now.number }} />;
    case "offer":
      return <T k={now.here ? "counter.line.offer.here" : "counter.line.offer"} values={{ number: now.number, minutes: now.minutes }} />;
    case "shuts":
      return <T k={now.noon ? "counter.line.noon" : "counter.line.closing"} values={{ minutes: now.minutes, number: now.number }} />;
    case "check-in":
      return <T k={now.late ? "counter.task.check-in.late" : "counter.task.check-in"} values={{ number: now.number }} />;
    case "next":
      return <T k="counter.task.next" values={{ number: now.number, time: wallClock(now.start) }} />;
    case "none":
      return <T k="counter.task.none" />;
  }
}
