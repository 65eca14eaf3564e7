import { useEffect, useRef } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { TimeList as List } from "../session/booking";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Reason } from "./Reason";
import { type OwnTime, type TimeRow, timeRows } from "./times";
import { T, useWords } from "./words";

/** The time chosen, and what is known of it. */
export interface ChosenTime {
  readonly start: string | null;
  /** The seat held for it, or null. */
  readonly held: OwnTime | null;
  /** Being asked for at the moment. */
  readonly pending: boolean;
}

/** The times of a day: free ones to choose, refused ones with every reason, to ask why and what instead. */
export function TimeList({
  list,
  except,
  chosen,
  onTime,
  onWhy,
}: {
  readonly list: List;
  /** A start that is no choice. */
  readonly except: string | null;
  readonly chosen: ChosenTime;
  readonly onTime: (start: string, rules: number) => void;
  readonly onWhy: (row: RefusedRow) => void;
}) {
  const words = useWords();
  const choices = except === null ? list.times : list.times.filter((time) => Date.parse(time.start) !== Date.parse(except));
  const rows = timeRows(choices, chosen.held);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Opens at the first free time: what is refused before it can be read by scrolling back.
    const free = box.current?.querySelector("[data-free]");
    if (free instanceof HTMLElement) box.current?.scrollTo({ top: free.offsetTop - 64 });
  }, []);
  if (rows.length === 0) {
    return (
      <p>
        <T k="counter.book.noTimes" />
      </p>
    );
  }
  return (
    // The list scrolls by keyboard too.
    <div
      ref={box}
      role="region"
      tabIndex={0}
      aria-label={words.written("counter.book.when")}
      className="relative max-h-[60dvh] min-h-0 overflow-y-auto p-1 roomy:max-h-none roomy:flex-1"
    >
      <ul className="flex flex-col gap-1.5">
        {rows.map((row) => (
          <li key={row.kind === "free" ? row.start : `${row.from} refused`}>
            {row.kind === "refused" ? (
              <Refused row={row} onWhy={() => onWhy(row)} />
            ) : (
              <Free row={row} chosen={chosen} onChoose={() => onTime(row.start, list.rules)} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

export type RefusedRow = Extract<TimeRow, { kind: "refused" }>;

function Refused({ row, onWhy }: { readonly row: RefusedRow; readonly onWhy: () => void }) {
  const single = row.from === row.to;
  return (
    <AriaButton
      onPress={onWhy}
      className="flex min-h-11 w-full cursor-pointer items-center gap-4 rounded-8 border border-dashed border-edge bg-solid-gray-100 px-4.5 py-1 text-left text-ink-soft data-[hovered]:border-solid"
    >
      <span className="min-w-18 flex-none text-[20px] whitespace-nowrap tabular-nums">
        {single ? wallClock(row.from) : <T k="counter.book.range" values={{ from: wallClock(row.from), to: wallClock(row.to) }} />}
      </span>
      <span className="min-w-0">
        {row.reasons.map((cause) => (
          <span key={`${cause.code} ${cause.text}`} className="block">
            <Reason cause={cause} />
          </span>
        ))}
      </span>
      <span className="ml-auto flex-none text-[16px] whitespace-nowrap text-primary underline underline-offset-4">
        <T k="counter.why.ask" />
      </span>
    </AriaButton>
  );
}

function Free({ row, chosen, onChoose }: { readonly row: Extract<TimeRow, { kind: "free" }>; readonly chosen: ChosenTime; readonly onChoose: () => void }) {
  const own = chosen.start !== null && Date.parse(chosen.start) === Date.parse(row.start);
  const boothName = own && chosen.held !== null ? chosen.held.boothName : row.boothName;
  return (
    <AriaButton
      data-free=""
      aria-pressed={own}
      isDisabled={own && chosen.pending}
      onPress={() => {
        if (!own) onChoose();
      }}
      className={`flex min-h-13 w-full cursor-pointer items-center gap-4 rounded-8 px-4.5 text-left data-[hovered]:bg-rest ${own ? "border-3 border-primary bg-ground-booth!" : "border-2 border-edge bg-white"}`}
    >
      <span className="min-w-18 text-[24px] font-bold tabular-nums">{wallClock(row.start)}</span>
      <span>
        <T k="counter.until" values={{ time: wallClock(row.end), booth: literal(boothName) }} />
      </span>
      {own && <Icon name={chosen.pending ? "clock" : "check"} className="ml-auto size-7 text-primary" />}
    </AriaButton>
  );
}
