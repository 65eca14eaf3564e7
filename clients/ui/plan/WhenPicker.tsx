import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { LegRequest } from "../../session";
import { type Day, dayParts, wallClock } from "../office-time";
import { literal } from "../ruby";
import { IconButton, TroubleLine } from "../work/parts";
import { DayWords, ReasonText } from "./parts";
import { useFreeDays, useTimes } from "./queries";
import { PlanT, usePlanWords } from "./words";

const perPage = 7;

/** A time that has been chosen, and the rules it was found by. */
export interface Chosen {
  readonly start: string;
  readonly rules: number;
}

/** Chooses a free time: days with what is free, then the free times of one; the first free day is open. */
export function WhenPicker({
  office,
  legs,
  from,
  moving,
  chosen,
  onChoose,
}: {
  readonly office: string;
  readonly legs: readonly LegRequest[];
  readonly from: Day;
  /** An appointment whose own time is no hindrance. */
  readonly moving?: string;
  readonly chosen: Chosen | null;
  readonly onChoose: (time: Chosen) => void;
}) {
  const words = usePlanWords();
  const [day, setDay] = useState<Day | null>(null);
  const [turned, setPage] = useState<number | null>(null);
  const days = useFreeDays(office, legs, from, moving);
  const list = days.data?.days ?? [];
  const open = day ?? list.find((d) => d.free > 0)?.date ?? null;
  const at = list.findIndex((d) => d.date === open);
  // The page of the open day, until somebody turns it.
  const page = turned ?? Math.max(0, Math.floor(at / perPage));
  const times = useTimes(office, legs, open, moving);
  const free = (times.data?.times ?? []).filter((t) => t.free);
  if (days.isError) {
    return (
      <TroubleLine>
        <PlanT k="trouble.network" />
      </TroubleLine>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-stretch gap-2">
        <IconButton icon="back" label={words.written("plan.when.earlier")} disabled={page === 0} onPress={() => setPage(page - 1)} />
        <ul className="grid min-w-0 flex-1 grid-cols-7 gap-2">
          {list.slice(page * perPage, (page + 1) * perPage).map((one) => (
            <li key={one.date} className="flex">
              <AriaButton
                aria-pressed={one.date === open}
                onPress={() => setDay(one.date)}
                className={`flex min-h-15 w-full cursor-pointer flex-col items-center justify-center rounded-8 px-1 leading-tight ${
                  one.date === open
                    ? "border-3 border-primary bg-ground-booth"
                    : one.free > 0
                      ? "border-2 border-edge bg-white"
                      : "border-2 border-dashed border-edge bg-solid-gray-100 text-ink-soft"
                }`}
              >
                <span>
                  <span className="text-[20px] font-bold">{dayParts(one.date).day}</span>{" "}
                  {words.written(`day.${dayParts(one.date).weekday}` as "day.0").slice(0, 3)}
                </span>
                <span className="text-[15px]">
                  {one.free > 0 ? (
                    <PlanT k="plan.when.free" values={{ count: one.free }} />
                  ) : one.reason === undefined ? (
                    <PlanT k="plan.when.full" />
                  ) : (
                    <ReasonText cause={one.reason} />
                  )}
                </span>
              </AriaButton>
            </li>
          ))}
        </ul>
        <IconButton
          icon="arrow"
          label={words.written("plan.when.later")}
          disabled={(page + 1) * perPage >= list.length}
          onPress={() => setPage(page + 1)}
        />
      </div>
      {open !== null && (
        <h3 className="font-bold">
          <DayWords day={open} />
        </h3>
      )}
      {times.data !== undefined && free.length === 0 && (
        <p>
          <PlanT k="plan.when.none" />
        </p>
      )}
      {(days.isPending || times.isLoading) && (
        <p role="status">
          <PlanT k="work.loading" />
        </p>
      )}
      <ul aria-label={words.written("plan.when.times")} className="grid max-h-66 grid-cols-[repeat(auto-fill,minmax(7.5rem,1fr))] gap-2 overflow-y-auto p-1">
        {free.map((time) => (
          <li key={time.start} className="flex">
            <AriaButton
              data-free=""
              aria-pressed={chosen?.start === time.start}
              onPress={() => onChoose({ start: time.start, rules: times.data?.rules ?? 0 })}
              className={`flex min-h-13 w-full cursor-pointer flex-col items-center justify-center rounded-8 leading-tight data-[hovered]:bg-rest ${
                chosen?.start === time.start ? "border-3 border-primary bg-ground-booth!" : "border-2 border-edge bg-white"
              }`}
            >
              <span className="text-[20px] font-bold tabular-nums">{wallClock(time.start)}</span>
              <span className="text-[15px]">{time.free ? literal(time.boothName) : ""}</span>
            </AriaButton>
          </li>
        ))}
      </ul>
    </div>
  );
}
