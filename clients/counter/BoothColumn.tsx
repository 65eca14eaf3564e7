import { Button as AriaButton } from "react-aria-components";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import type { Block, BoothColumn as Column, Ruler, Task } from "./day";
import { T, useWords } from "./words";

/** The card above a booth's column: one line of what to do now, and at most one button. */
export function TaskCard({ column, onCheckIn }: { readonly column: Column; readonly onCheckIn: (appointment: string) => void }) {
  const words = useWords();
  const { task, urgent } = column;
  return (
    <section
      aria-label={literal(column.name)}
      className={`flex min-w-0 flex-col rounded-12 px-5 py-3.5 ${urgent ? "border-3 border-primary bg-ground-booth" : "border border-solid-gray-420 bg-white"}`}
    >
      <div className="flex items-baseline justify-between">
        <h2 className="text-[22px] font-bold">{literal(column.name)}</h2>
        <p className="text-[17px] text-ink-soft">
          <T k="counter.now" />
        </p>
      </div>
      <p className="text-[22px] leading-snug font-bold" role="status">
        <TaskWords task={task} />
      </p>
      {task.kind === "check-in" && (
        <Button
          place="counter"
          kind={urgent ? "primary" : "plain"}
          icon="check"
          className="mt-2 w-full"
          label={words.written("counter.came.label", { number: task.number })}
          onPress={() => onCheckIn(task.appointment)}
        >
          <T k="counter.came" />
        </Button>
      )}
    </section>
  );
}

function TaskWords({ task }: { readonly task: Task }) {
  switch (task.kind) {
    case "check-in":
      return <T k={task.late ? "counter.task.check-in.late" : "counter.task.check-in"} values={{ number: task.number }} />;
    case "seat":
    case "talks":
      return <T k={`counter.task.${task.kind}`} values={{ number: task.number }} />;
    case "waits":
      return <T k="counter.task.waits" values={{ number: task.number, minutes: task.minutes }} />;
    case "next":
      return <T k="counter.task.next" values={{ number: task.number, time: wallClock(task.start) }} />;
    default:
      return <T k={`counter.task.${task.kind}`} />;
  }
}

/** A booth's day on the ruler: appointments to touch, the noon break hatched, the present as a line. */
export function BoothGrid({
  column,
  ruler,
  scale,
  now,
  onOpen,
}: {
  readonly column: Column;
  readonly ruler: Ruler;
  /** Pixels per minute. */
  readonly scale: number;
  /** Minute of the day, or null on another day. */
  readonly now: number | null;
  readonly onOpen: (appointment: Appointment) => void;
}) {
  const words = useWords();
  const top = (minute: number) => (minute - ruler.from) * scale;
  const hours = Array.from({ length: (ruler.to - ruler.from) / 60 }, (_, i) => ruler.from + i * 60);
  return (
    <ul
      aria-label={words.written("counter.grid", { booth: literal(column.name) })}
      className="relative border border-solid-gray-420 bg-white"
      style={{ height: (ruler.to - ruler.from) * scale }}
    >
      {hours.map((minute) => (
        <li key={minute} aria-hidden="true" className="absolute inset-x-0 border-t border-solid-gray-200" style={{ top: top(minute) }} />
      ))}
      {ruler.noon !== undefined && (
        <li
          className="hatched absolute inset-x-0 grid place-items-center"
          style={{ top: top(ruler.noon.from), height: (ruler.noon.to - ruler.noon.from) * scale }}
        >
          <span className="rounded-6 bg-solid-gray-50 px-4">
            <T k="counter.noon" />
          </span>
        </li>
      )}
      {/* Behind the appointments, so that it strikes nobody through; the axis has the time in words. */}
      {now !== null && now >= ruler.from && now <= ruler.to && (
        <li aria-hidden="true" data-now-line="" className="pointer-events-none absolute inset-x-0 border-t-4 border-primary" style={{ top: top(now) - 2 }} />
      )}
      {column.blocks.map((block) => (
        <BlockItem key={block.appointment.id} block={block} top={top(block.from)} height={(block.to - block.from) * scale} onOpen={onOpen} />
      ))}
    </ul>
  );
}

const blockLooks: Record<Block["state"], string> = {
  later: "border-light-blue-800 bg-light-blue-50 border-l-6",
  late: "border-heed-edge bg-heed-soft border-l-6",
  arrived: "border-primary bg-ground-booth border-2 border-l-8",
  waiting: "border-primary bg-ground-booth border-2 border-l-8",
  talking: "border-primary bg-ground-booth border-2 border-l-8",
  done: "border-solid-gray-420 bg-solid-gray-50 border-l-6 text-ink-soft",
  noshow: "border-solid-gray-420 bg-solid-gray-50 border-l-6 text-ink-soft",
};

function BlockItem({
  block,
  top,
  height,
  onOpen,
}: {
  readonly block: Block;
  readonly top: number;
  readonly height: number;
  readonly onOpen: (appointment: Appointment) => void;
}) {
  const { appointment, state } = block;
  return (
    <li className="absolute inset-x-2" style={{ top: top + 1, height: height - 2 }}>
      <AriaButton
        onPress={() => onOpen(appointment)}
        className={`flex size-full cursor-pointer items-center gap-3 overflow-hidden rounded-6 border px-3 text-left leading-tight ${blockLooks[state]}`}
      >
        <span className="sr-only">{wallClock(appointment.start)}</span>
        <span className="text-[19px] font-bold tabular-nums">
          {appointment.number}
          <span className="sr-only">
            <T k="counter.number" values={{ number: "" }} />
          </span>
        </span>
        <span className="min-w-0 truncate font-bold">
          {appointment.anonymous || appointment.resident === undefined ? <T k="counter.anonymous" /> : literal(appointment.resident.kana)}
        </span>
        <OtherSides appointment={appointment} />
        <span className={`ml-auto flex-none ${state === "late" ? "rounded-full bg-heed px-3 font-bold text-heed-ink" : ""}`}>
          {state === "late" ? (
            <T k="counter.block.late" values={{ minutes: block.late }} />
          ) : state === "later" ? (
            <span className="sr-only">
              <T k="counter.block.later" />
            </span>
          ) : (
            <T k={`counter.block.${state}`} />
          )}
        </span>
      </AriaButton>
    </li>
  );
}

/** The other sides of a visit in neutral words: 医院 → 薬局. */
export function OtherSides({ appointment }: { readonly appointment: Appointment }) {
  return (
    <span className="flex-none whitespace-nowrap">
      {appointment.legs.map((leg, i) => (
        <span key={leg.start}>
          {i > 0 && (
            <>
              {" "}
              <Icon name="arrow" className="inline size-4 align-baseline" />
              <span className="sr-only">
                <T k="counter.then" />
              </span>{" "}
            </>
          )}
          {literal(leg.publicName)}
        </span>
      ))}
    </span>
  );
}
