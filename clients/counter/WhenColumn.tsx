import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import type { Day } from "../ui/office-time";
import { dayOf } from "../ui/office-time";
import { TroubleLine } from "../ui/work/parts";
import { troubleOfCode } from "../ui/work/trouble";
import { DayName } from "./DayName";
import { DayStrip } from "./DayStrip";
import { type Search, useFreeDays, useTimes } from "./queries";
import { type ChosenTime, type RefusedRow, TimeList } from "./TimeList";
import { T } from "./words";
import { WhyDialog } from "./WhyDialog";

/** Days with what is free, then the times of a day; refused ones say why, and what could be instead. */
export function WhenColumn({
  search,
  today,
  day,
  chosen,
  trouble,
  daysOnly = false,
  holds = true,
  except = null,
  onDay,
  onTime,
}: {
  readonly search: Search;
  readonly today: Day;
  readonly day: Day | null;
  readonly chosen: ChosenTime;
  /** Why the time chosen last cannot be had: the last part of a problem's type. */
  readonly trouble: string | null;
  /** Times do not matter. */
  readonly daysOnly?: boolean;
  /** Choosing a time holds a seat at once. */
  readonly holds?: boolean;
  /** A start that is no choice: the present one. */
  readonly except?: string | null;
  readonly onDay: (day: Day) => void;
  readonly onTime: (start: string, rules: number) => void;
}) {
  const days = useFreeDays(search, today);
  const times = useTimes(search, daysOnly ? null : day);
  const [asked, setAsked] = useState<RefusedRow | null>(null);
  const ready = search.legs.length > 0;
  const first = days.data?.days.find((d) => d.free > 0)?.date ?? (daysOnly ? today : undefined);
  // The nearest day with a free time is the one that is asked for most.
  useEffect(() => {
    if (ready && day === null && first !== undefined) onDay(first);
  }, [ready, day, first, onDay]);
  return (
    <>
      {!ready && (
        <p className="text-ink-soft">
          <T k="counter.book.chooseFirst" />
        </p>
      )}
      {days.isError && <Failed onRetry={() => void days.refetch()} />}
      {ready && days.data !== undefined && <DayStrip days={days.data.days} day={day} onDay={onDay} />}
      {ready && day !== null && (
        <>
          <div className="mt-3 mb-1.5 flex flex-wrap items-baseline gap-x-4">
            <h3 className="text-[19px] font-bold">
              <DayName day={day} />
            </h3>
            {!daysOnly && (
              <p className="text-[16px] text-ink-soft">
                <T k={holds ? "counter.book.chooseTime" : "counter.book.chooseOnly"} />
              </p>
            )}
          </div>
          {trouble !== null && (
            <TroubleLine className="mb-2">
              <T k={troubleOfCode(trouble).key} />
            </TroubleLine>
          )}
          {times.isError && <Failed onRetry={() => void times.refetch()} />}
          {!daysOnly && times.data === undefined && !times.isError && (
            <p role="status">
              <T k="work.loading" />
            </p>
          )}
          {!daysOnly && times.data !== undefined && (
            <TimeList key={`${day} ${search.legs.length}`} list={times.data} except={except} chosen={chosen} onTime={onTime} onWhy={setAsked} />
          )}
        </>
      )}
      {asked !== null && (
        <WhyDialog
          search={search}
          row={asked}
          onClose={() => setAsked(null)}
          onTime={(start, rules) => {
            setAsked(null);
            if (dayOf(start) !== day) onDay(dayOf(start));
            onTime(start, rules);
          }}
        />
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
