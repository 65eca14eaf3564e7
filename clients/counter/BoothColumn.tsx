import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Appointment, SessionSummary } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { TroubleLine } from "../ui/work/parts";
import { RemoteDialog } from "../ui/work/Remote";
import { useClient } from "../ui/work/seat";
import { useAct } from "../ui/work/useAct";
import { ChangedTime } from "./ChangedTime";
import type { Block, BoothColumn as Column, Ruler, Task } from "./day";
import { T, useWords } from "./words";

/**
 * The card above a booth's column: one line of what to do now, and at most one button for it. What stands in the line at the
 * top has its button there. Below it, small: whether staff is in the booth, and what can be done to it from here.
 */
export function TaskCard({
  column,
  lined,
  onCheckIn,
  onCleaned,
}: {
  readonly column: Column;
  /** The line at the top is about this. */
  readonly lined: boolean;
  readonly onCheckIn: (appointment: string) => void;
  readonly onCleaned: (appointment: string) => void;
}) {
  const words = useWords();
  const { task } = column;
  return (
    <section
      aria-label={literal(column.name)}
      className={`flex min-w-0 flex-col rounded-12 px-5 py-2.5 ${lined ? "border-3 border-primary bg-ground-booth" : "border border-solid-gray-420 bg-white"}`}
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
      {task.kind === "check-in" && !lined && (
        <Button
          place="counter"
          icon="check"
          className="mt-2 w-full"
          label={words.written("counter.came.label", { number: task.number })}
          onPress={() => onCheckIn(task.appointment)}
        >
          <T k="counter.came" />
        </Button>
      )}
      {task.kind === "bring" && !lined && (
        <Button place="counter" icon="door" className="mt-2 w-full" onPress={() => onCheckIn(task.appointment)}>
          <T k="counter.bring" />
        </Button>
      )}
      {task.kind === "clean" && !lined && (
        <Button place="counter" icon="check" className="mt-2 w-full" onPress={() => onCleaned(task.appointment)}>
          <T k="counter.cleaned" />
        </Button>
      )}
      <div className="mt-auto flex flex-wrap items-center gap-2 pt-2">
        {column.live !== undefined && <StaffInside session={column.live} />}
        <FixScreen column={column} />
      </div>
    </section>
  );
}

/** Staff goes in and comes out: nothing of a consultation is heard meanwhile, unless both sides agree. */
function StaffInside({ session }: { readonly session: SessionSummary }) {
  const { conduct } = useClient();
  const { act, busy, trouble } = useAct();
  const inside = session.staff === true;
  return (
    <>
      {inside && (
        <p role="status" className="w-full rounded-8 bg-heed px-3 py-1 font-bold text-heed-ink">
          <T k="counter.staff.in" />
        </p>
      )}
      <Button place="desk" icon="person" className="px-3! text-[16px]!" busy={busy} onPress={() => void act(() => conduct.staff(session.id, !inside))}>
        <T k={inside ? "counter.staff.left" : "counter.staff.came"} />
      </Button>
      {trouble !== null && (
        <TroubleLine className="w-full text-[16px]">
          <T k={trouble.key} />
        </TroubleLine>
      )}
    </>
  );
}

function FixScreen({ column }: { readonly column: Column }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button place="desk" icon="again" className="px-3! text-[16px]!" onPress={() => setOpen(true)}>
        <T k="work.remote" />
      </Button>
      {open && <RemoteDialog booth={column.booth} boothName={column.name} onClose={() => setOpen(false)} />}
    </>
  );
}

function TaskWords({ task }: { readonly task: Task }) {
  switch (task.kind) {
    case "check-in":
      return <T k={task.late ? "counter.task.check-in.late" : "counter.task.check-in"} values={{ number: task.number }} />;
    case "seat":
    case "bring":
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
  unknown: "border-heed-edge bg-white border-2 border-dashed border-l-8",
  disputed: "border-heed-edge bg-heed-soft border-2 border-l-8",
  choice: "border-heed-edge bg-heed-soft border-2 border-l-8",
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
    <li
      className="absolute px-2"
      style={{ top: top + 1, height: height - 2, left: `${(100 * block.lane) / block.lanes}%`, width: `${100 / block.lanes}%` }}
    >
      <AriaButton
        onPress={() => onOpen(appointment)}
        className={`flex size-full cursor-pointer flex-wrap content-center items-center gap-x-3 overflow-hidden rounded-6 border px-3 text-left leading-tight ${blockLooks[state]}`}
      >
        {block.was === undefined && <span className="sr-only">{wallClock(appointment.start)}</span>}
        <span className="text-[19px] font-bold tabular-nums">
          {appointment.number}
          <span className="sr-only">
            <T k="counter.number" values={{ number: "" }} />
          </span>
        </span>
        <span className="min-w-0 font-bold">
          <Who appointment={appointment} />
        </span>
        {block.was !== undefined && (
          <span className="rounded-6 bg-heed px-2 font-bold text-heed-ink">
            <ChangedTime was={block.was} start={appointment.start} />
          </span>
        )}
        <OtherSides appointment={appointment} />
        <span className={`ml-auto flex-none ${marked.has(state) ? "rounded-full bg-heed px-3 font-bold text-heed-ink" : ""}`}>
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

const marked: ReadonlySet<Block["state"]> = new Set(["late", "unknown", "disputed", "choice"]);

/** Who comes: the name in kana, or that there is none. */
export function Who({ appointment, polite = false }: { readonly appointment: Appointment; readonly polite?: boolean }) {
  if (appointment.anonymous || appointment.resident === undefined) return <T k="counter.anonymous" />;
  const name = literal(appointment.resident.kana);
  return polite ? <T k="counter.sama" values={{ name }} /> : <>{name}</>;
}

/** The other sides of a visit in neutral words: 医院 → 薬局. */
export function OtherSides({ appointment }: { readonly appointment: Appointment }) {
  return (
    <span>
      {appointment.legs.filter((leg) => leg.freed !== true).map((leg, i) => (
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
