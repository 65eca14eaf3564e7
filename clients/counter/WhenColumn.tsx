import { useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { DayList, TimeList } from "../session/booking";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { type Day, dayParts, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { IconButton, TroubleLine } from "../ui/work/parts";
import { troubleOfCode } from "../ui/work/trouble";
import type { BookingEvent, Draft } from "./booking";
import { DayName } from "./DayName";
import { Reason } from "./Reason";
import { useFreeDays, useTimes } from "./queries";
import { type TimeRow, timeRows } from "./times";
import { T, useWords } from "./words";

const perPage = 5;

/** Step 2: days with what is free, then the times of a day, refused ones with every reason. */
export function WhenColumn({
  office,
  draft,
  today,
  dispatch,
  onTime,
}: {
  readonly office: string;
  readonly draft: Draft;
  readonly today: Day;
  readonly dispatch: (event: BookingEvent) => void;
  readonly onTime: (start: string, rules: number) => void;
}) {
  const days = useFreeDays(office, draft.legs, today);
  const times = useTimes(office, draft.legs, draft.day);
  const chosen = draft.legs.length > 0;
  const first = days.data?.days.find((d) => d.free > 0)?.date;
  // The nearest day with a free time is the one that is asked for most.
  useEffect(() => {
    if (chosen && draft.day === null && first !== undefined) dispatch({ type: "day", day: first });
  }, [chosen, draft.day, first, dispatch]);
  return (
    <>
      <h2 className="mb-3 text-[24px] font-bold">
        <T k="counter.book.when" />
      </h2>
      {!chosen && (
        <p className="text-ink-soft">
          <T k="counter.book.chooseFirst" />
        </p>
      )}
      {days.isError && <Failed onRetry={() => void days.refetch()} />}
      {chosen && days.data !== undefined && <DayStrip days={days.data.days} day={draft.day} dispatch={dispatch} />}
      {chosen && draft.day !== null && (
        <>
          <div className="mt-3 mb-1.5 flex items-baseline gap-4">
            <h3 className="text-[19px] font-bold">
              <DayName day={draft.day} />
            </h3>
            <p className="text-[16px] text-ink-soft">
              <T k="counter.book.chooseTime" />
            </p>
          </div>
          {draft.trouble !== null && draft.held === null && (
            <TroubleLine className="mb-2">
              <T k={troubleOfCode(draft.trouble.slug).key} />
            </TroubleLine>
          )}
          {times.isError && <Failed onRetry={() => void times.refetch()} />}
          {times.data === undefined ? (
            !times.isError && (
              <p role="status">
                <T k="work.loading" />
              </p>
            )
          ) : (
            <Times key={`${draft.day} ${draft.legs.length}`} list={times.data} draft={draft} onTime={onTime} />
          )}
        </>
      )}
    </>
  );
}

function Failed({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <TroubleLine>
      <T k="trouble.network" />{" "}
      <Button place="desk" onPress={onRetry}>
        <T k="work.retry" />
      </Button>
    </TroubleLine>
  );
}

function DayStrip({
  days,
  day,
  dispatch,
}: {
  readonly days: DayList["days"];
  readonly day: Day | null;
  readonly dispatch: (event: BookingEvent) => void;
}) {
  const words = useWords();
  const [page, setPage] = useState(0);
  const pages = Math.ceil(days.length / perPage);
  return (
    <div className="flex items-stretch gap-2">
      <IconButton
        icon="back"
        className="w-12 flex-none"
        label={words.written("counter.book.earlier")}
        disabled={page === 0}
        onPress={() => setPage(page - 1)}
      />
      <ul className="grid min-w-0 flex-1 grid-cols-5 gap-2">
        {days.slice(page * perPage, (page + 1) * perPage).map((one) => (
          <li key={one.date} className="flex">
            <DayButton one={one} chosen={one.date === day} onChoose={() => dispatch({ type: "day", day: one.date })} />
          </li>
        ))}
      </ul>
      <IconButton
        icon="arrow"
        className="w-12 flex-none"
        label={words.written("counter.book.laterDays")}
        disabled={page >= pages - 1}
        onPress={() => setPage(page + 1)}
      />
    </div>
  );
}

function DayButton({ one, chosen, onChoose }: { readonly one: DayList["days"][number]; readonly chosen: boolean; readonly onChoose: () => void }) {
  const words = useWords();
  const parts = dayParts(one.date);
  const look = chosen
    ? "border-3 border-primary bg-ground-booth"
    : one.free > 0
      ? "border-2 border-edge bg-white"
      : "border-2 border-dashed border-edge bg-solid-gray-100 text-ink-soft";
  return (
    <AriaButton
      onPress={onChoose}
      aria-pressed={chosen}
      className={`flex w-full cursor-pointer flex-col items-center justify-center rounded-8 px-1 py-1.5 text-center leading-tight ${look}`}
    >
      <span className="text-[19px]">
        <span className="text-[23px] font-bold">{parts.day}</span> {words.written(`day.${parts.weekday}` as "day.0").slice(0, 3)}
      </span>
      <span className="text-[16px] break-normal">
        {one.free > 0 ? (
          <T k="counter.book.free" values={{ count: one.free }} />
        ) : one.reason === undefined ? (
          <T k="counter.book.full" />
        ) : (
          <Reason cause={one.reason} />
        )}
      </span>
    </AriaButton>
  );
}

function Times({ list, draft, onTime }: { readonly list: TimeList; readonly draft: Draft; readonly onTime: (start: string, rules: number) => void }) {
  const words = useWords();
  const rows = timeRows(list.times, draft.held);
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
    <div ref={box} role="region" tabIndex={0} aria-label={words.written("counter.book.when")} className="relative min-h-0 flex-1 overflow-y-auto p-1">
      <ul className="flex flex-col gap-1.5">
        {rows.map((row) => (
          <li key={row.kind === "free" ? row.start : `${row.from} refused`}>
            {row.kind === "refused" ? <Refused row={row} /> : <Free row={row} draft={draft} onChoose={() => onTime(row.start, list.rules)} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Refused({ row }: { readonly row: Extract<TimeRow, { kind: "refused" }> }) {
  const range = row.from === row.to;
  return (
    <div className="flex min-h-11 items-center gap-4 rounded-8 border border-dashed border-edge bg-solid-gray-100 px-4.5 py-1 text-ink-soft">
      <span className="min-w-18 flex-none text-[20px] whitespace-nowrap tabular-nums">
        {range ? wallClock(row.from) : <T k="counter.book.range" values={{ from: wallClock(row.from), to: wallClock(row.to) }} />}
      </span>
      <ul>
        {row.reasons.map((cause) => (
          <li key={`${cause.code} ${cause.text}`}>
            <Reason cause={cause} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Free({ row, draft, onChoose }: { readonly row: Extract<TimeRow, { kind: "free" }>; readonly draft: Draft; readonly onChoose: () => void }) {
  const chosen = draft.start !== null && Date.parse(draft.start) === Date.parse(row.start);
  const boothName = chosen && draft.held !== null ? draft.held.boothName : row.boothName;
  return (
    <AriaButton
      data-free=""
      aria-pressed={chosen}
      isDisabled={chosen && draft.pending === "hold"}
      onPress={() => {
        if (!chosen) onChoose();
      }}
      className={`flex min-h-13 w-full cursor-pointer items-center gap-4 rounded-8 px-4.5 text-left data-[hovered]:bg-rest ${chosen ? "border-3 border-primary bg-ground-booth!" : "border-2 border-edge bg-white"}`}
    >
      <span className="min-w-18 text-[24px] font-bold tabular-nums">{wallClock(row.start)}</span>
      <span>
        <T k="counter.until" values={{ time: wallClock(row.end), booth: literal(boothName) }} />
      </span>
      {chosen && <Icon name={draft.held === null ? "clock" : "check"} className="ml-auto size-7 text-primary" />}
    </AriaButton>
  );
}
