import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { addDays, clockOfMinute, type Day, dayOf, dayParts, minuteOfDay } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import { BoothGrid, TaskCard } from "./BoothColumn";
import { type Block, type BoothColumn, pixelsPerMinute, type Ruler } from "./day";
import { DayName } from "./DayName";
import { NowLine, type NowActs } from "./NowLine";
import { ReceptionForm } from "./ReceptionForm";
import { NotRead } from "./Told";
import type { Now } from "./whatnow";
import { T, useWords } from "./words";

/** Today by booth, with the one thing to do now at the top and what to do at each booth above its column. */
export function DayScreen({
  line,
  shutting,
  busy,
  acts,
  waiting,
  day,
  columns,
  ruler,
  open,
  failed,
  message,
  onDay,
  onRetry,
  onNew,
  onWalkIn,
  onBlocks,
  onOpen,
  onReception,
}: {
  /** The most urgent thing to do, out of all of today. */
  readonly line: Now;
  /** The office shuts within ten minutes with somebody still here. */
  readonly shutting: Extract<Now, { kind: "shuts" }> | undefined;
  readonly busy: boolean;
  readonly acts: NowActs;
  /** How many are on the waiting list. */
  readonly waiting: number;
  readonly day: Day;
  readonly columns: BoothColumn[];
  readonly ruler: Ruler;
  /** Whether the office opens on that day. */
  readonly open: boolean;
  readonly failed: boolean;
  /** What has just been done or refused. */
  readonly message: ReactNode;
  readonly onDay: (day: Day | null) => void;
  readonly onRetry: () => void;
  readonly onNew: () => void;
  readonly onWalkIn: () => void;
  readonly onBlocks: () => void;
  readonly onOpen: (appointment: Appointment) => void;
  readonly onReception: (text: string) => Promise<boolean>;
}) {
  const now = useNow(5000);
  const today = dayOf(now);
  const go = (n: number) => {
    const next = addDays(day, n);
    onDay(next === today ? null : next);
  };
  return (
    <main className="screen-only day-main text-[18px]">
      <div className="roomy:col-span-2">
        <NowLine now={line} busy={busy} acts={acts} />
      </div>
      <div className="flex min-h-0 min-w-0 flex-col gap-3">
        {failed && <NotRead why="counter.failed" onRetry={onRetry} />}
        {day === today && (
          <div className="grid grid-cols-[repeat(auto-fit,minmax(13rem,1fr))] gap-3.5 roomy:ml-17">
            {columns.map((column) => (
              <TaskCard
                key={column.booth}
                column={column}
                lined={"appointment" in column.task && "appointment" in line && column.task.appointment === line.appointment}
                onCheckIn={acts.onCheckIn}
                onCleaned={acts.onCleaned}
              />
            ))}
          </div>
        )}
        {day !== today && (
          <div className="grid grid-cols-[repeat(auto-fit,minmax(13rem,1fr))] gap-3.5 roomy:ml-17">
            {columns.map((column) => (
              <h2 key={column.booth} className="px-2 text-[22px] font-bold">
                {literal(column.name)}
              </h2>
            ))}
          </div>
        )}
        <Columns day={day} columns={columns} ruler={ruler} now={day === today ? minuteOfDay(now) : null} onOpen={onOpen} />
      </div>
      <aside className="flex min-h-0 flex-col gap-3 roomy:overflow-y-auto">
        <Button place="counter" icon="plus" className="w-full flex-none border-primary!" onPress={onNew}>
          <T k="counter.new" />
        </Button>
        <div className="grid flex-none grid-cols-2 gap-2.5">
          <Button place="desk" icon="person" className="min-h-12 px-2!" onPress={onWalkIn}>
            <T k="counter.walkIn" />
          </Button>
          <Button place="desk" icon="people" className="min-h-12 px-2!" onPress={acts.onWaitlist}>
            <T k="counter.wait.some" values={{ count: waiting }} />
          </Button>
        </div>
        <ReceptionForm onSubmit={onReception} />
        {shutting !== undefined && line.kind !== "shuts" && (
          <p role="status" className="flex items-start gap-3 rounded-8 bg-heed px-4 py-2.5 font-bold text-heed-ink">
            <Icon name="clock" className="mt-0.5 size-6" />
            <span>
              <T k={shutting.noon ? "counter.line.noon" : "counter.line.closing"} values={{ minutes: shutting.minutes, number: shutting.number }} />
            </span>
          </p>
        )}
        <div aria-live="polite">{message}</div>
        <Button place="desk" icon="lock" className="mt-auto min-h-12 flex-none" onPress={onBlocks}>
          <T k="counter.blocks.open" />
        </Button>
        <Sheet className="flex-none p-3.5">
          <ScreenTitle className="text-[22px]">
            <DayName day={day} />
          </ScreenTitle>
          {!open && (
            <p>
              <T k="counter.closed" />
            </p>
          )}
          <div className="mt-2 grid grid-cols-2 gap-2.5">
            <Button place="desk" icon="back" className="min-h-12 px-2!" onPress={() => go(-1)}>
              <T k="counter.before" />
            </Button>
            <Button place="desk" iconAfter="arrow" className="min-h-12 px-2!" onPress={() => go(1)}>
              <T k="counter.after" />
            </Button>
            {day !== today && (
              <Button place="desk" className="col-span-2 min-h-12" onPress={() => onDay(null)}>
                <T k="counter.today" />
              </Button>
            )}
          </div>
        </Sheet>
      </aside>
    </main>
  );
}

/**
 * Height in pixels the lowest appointment needs: one line for name and other sides, another for what is to be said of
 * it, and more in a narrow column.
 */
function lowestBlock(blocks: readonly Block[], width: number): number {
  const said = blocks.some((b) => b.was !== undefined || b.state !== "later");
  if (width < 280) return said ? 112 : 84;
  if (width < 400) return said ? 92 : 62;
  return said ? 68 : 46;
}

/** No time passes so fast between two drawings, minutes. */
const clockPutRight = 5;

/** The ruled day. It scrolls when it is longer than the screen, and opens where the present is. */
function Columns({
  day,
  columns,
  ruler,
  now,
  onOpen,
}: {
  readonly day: Day;
  readonly columns: BoothColumn[];
  readonly ruler: Ruler;
  readonly now: number | null;
  readonly onOpen: (appointment: Appointment) => void;
}) {
  const words = useWords();
  const parts = dayParts(day);
  const weekday = words.written(`day.${parts.weekday}` as "day.0");
  const box = useRef<HTMLDivElement>(null);
  const [{ height, width }, setSize] = useState({ height: 480, width: 900 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const watch = new ResizeObserver(() => setSize({ height: element.clientHeight - 16, width: element.clientWidth }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const blocks = columns.flatMap((c) => c.blocks);
  const scale = pixelsPerMinute(ruler, blocks, height, lowestBlock(blocks, width / Math.max(1, columns.length)));
  const first = columns.flatMap((c) => c.blocks).reduce((min, b) => Math.min(min, b.from), ruler.to);
  const at = now ?? Math.max(ruler.from, first === ruler.to ? ruler.from : first);
  const settled = useRef<{ measure: string; at: number } | null>(null);
  useEffect(() => {
    // Only when the day or its measure changes, or the server's clock has put this one right: scrolling away from somebody
    // who reads would be rude.
    const measure = `${ruler.from} ${ruler.to} ${scale} ${now === null}`;
    const last = settled.current;
    settled.current = { measure, at };
    if (last?.measure === measure && Math.abs(at - last.at) < clockPutRight) return;
    box.current?.scrollTo({ top: (at - ruler.from) * scale - box.current.clientHeight / 3 });
  }, [at, ruler, scale, now]);
  const hours = Array.from({ length: (ruler.to - ruler.from) / 60 + 1 }, (_, i) => ruler.from + i * 60);
  return (
    // The day scrolls by keyboard too, also when nothing in it can be touched.
    <div
      ref={box}
      role="region"
      aria-label={words.written("date", { month: parts.month, day: parts.day, weekday })}
      tabIndex={0}
      className="max-h-[80dvh] min-h-0 overflow-y-auto roomy:max-h-none roomy:flex-1"
    >
      <div className="flex gap-3.5 py-2">
        <div aria-hidden="true" className="relative w-13.5 flex-none text-right tabular-nums">
          {now !== null && now >= ruler.from && now <= ruler.to && (
            <span
              className="absolute right-0 z-10 -translate-y-1/2 rounded-6 bg-primary px-1.5 text-[16px] font-bold text-white"
              style={{ top: (now - ruler.from) * scale }}
            >
              {clockOfMinute(Math.floor(now))}
            </span>
          )}
          {hours.filter((minute) => now === null || Math.abs(minute - now) * scale > 24).map((minute) => (
            <span key={minute} className="absolute right-0 -translate-y-1/2 text-[16px]" style={{ top: (minute - ruler.from) * scale }}>
              {clockOfMinute(minute)}
            </span>
          ))}
        </div>
        <div className="grid min-w-0 flex-1 auto-cols-fr grid-flow-col gap-3.5">
          {columns.map((column) => (
            <BoothGrid key={column.booth} column={column} ruler={ruler} scale={scale} now={now} onOpen={onOpen} />
          ))}
        </div>
      </div>
    </div>
  );
}
