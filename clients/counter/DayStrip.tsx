import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { DayList } from "../session/booking";
import { type Day, dayParts } from "../ui/office-time";
import { IconButton } from "../ui/work/parts";
import { Reason } from "./Reason";
import { T, useWords } from "./words";

const perPage = 5;

/** Days to choose from, five at a time, each with how much is free or why nothing is. */
export function DayStrip({
  days,
  day,
  onDay,
}: {
  readonly days: DayList["days"];
  readonly day: Day | null;
  readonly onDay: (day: Day) => void;
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
      <ul className="grid min-w-0 flex-1 grid-cols-[repeat(auto-fit,minmax(4.4rem,1fr))] gap-2">
        {days.slice(page * perPage, (page + 1) * perPage).map((one) => (
          <li key={one.date} className="flex">
            <DayButton one={one} chosen={one.date === day} onChoose={() => onDay(one.date)} />
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
      data-day={one.date}
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
