import { useEffect, useMemo, useRef, useState } from "react";
import type { Appointment, Hold, LegRequest, Series } from "../session";
import type { Resident } from "../session/booking";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { useClient, useNow } from "../ui/work/seat";
import { DayName } from "./DayName";
import { Reason } from "./Reason";
import { Refusal } from "./Told";
import { rowOf } from "./series";
import { useAct } from "../ui/work/useAct";
import { T } from "./words";

/** A row of visits before it is confirmed: each held by itself; what cannot be had says why and what that day has instead. */
export function SeriesScreen({
  series,
  office,
  legs,
  resident,
  onMade,
  onStop,
}: {
  readonly series: Series;
  readonly office: string;
  readonly legs: readonly LegRequest[];
  readonly resident: Resident;
  readonly onMade: (appointments: Appointment[]) => void;
  readonly onStop: () => void;
}) {
  const { api } = useClient();
  const act = useAct();
  const now = useNow(5000);
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [instead, setInstead] = useState<ReadonlyMap<string, Hold>>(new Map());
  const row = useMemo(() => rowOf(series, dropped, instead), [series, dropped, instead]);
  const made = useRef<Appointment[]>([]);
  const done = useRef(false);
  const present = useRef(row);
  useEffect(() => {
    present.current = row;
  }, [row]);
  // Whoever leaves without confirming gives everything back; what cannot be given back expires by itself.
  useEffect(
    () => () => {
      if (done.current) return;
      for (const id of [...present.current.holds, ...present.current.release, ...present.current.singles]) void api.release(id).catch(() => undefined);
    },
    [api],
  );

  const choose = (of: string, start: string) =>
    void act.act(async () => {
      const before = instead.get(of);
      const hold = await api.hold({ office, start, legs: [...legs], resident });
      if (before !== undefined) void api.release(before.id).catch(() => undefined);
      setInstead(new Map(instead).set(of, hold));
    });
  const confirm = () =>
    void act.act(async () => {
      if (row.holds.length > 0) made.current = await api.confirmSeries(series.id, { holds: row.holds, release: row.release });
      const singles: Appointment[] = [];
      for (const id of row.singles) singles.push(await api.confirm(id, { resident }));
      done.current = true;
      onMade([...made.current, ...singles].toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start)));
    });
  const left = Math.max(0, Math.ceil((row.until - now) / 60_000));
  const toggle = (start: string) => {
    const next = new Set(dropped);
    if (!next.delete(start)) next.add(start);
    setDropped(next);
  };
  return (
    <main className="screen-only flex min-h-0 flex-1 flex-col gap-4 px-5 py-4 text-[18px] roomy:overflow-y-auto">
      <ScreenTitle className="text-[26px]">
        <T k="counter.series.title" />
      </ScreenTitle>
      <p role="timer">
        <T k="counter.series.held" values={{ minutes: left }} />
      </p>
      <ol className="flex flex-col gap-2.5">
        {series.times.map((visit) => {
          const hold = visit.hold ?? instead.get(visit.start);
          const off = dropped.has(visit.start);
          return (
            <li key={visit.start}>
              <Sheet tone={hold === undefined ? "heed" : "plain"} className="flex flex-wrap items-center gap-x-5 gap-y-2 px-5 py-2.5">
                <Icon name={hold === undefined || off ? "warn" : "check"} className={`size-7 ${hold === undefined || off ? "text-heed-ink" : "text-good-tick"}`} />
                <p className={`text-[20px] font-bold ${off ? "line-through" : ""}`}>
                  <DayName day={dayOf(visit.start)} /> {wallClock(hold?.start ?? visit.start)}
                </p>
                {hold !== undefined && <p>{literal(hold.boothName)}</p>}
                {hold === undefined && (
                  <p className="text-heed-ink">
                    {(visit.reasons ?? []).map((cause) => (
                      <span key={`${cause.code} ${cause.text}`} className="mr-3">
                        <Reason cause={cause} />
                      </span>
                    ))}
                  </p>
                )}
                {visit.hold === undefined && (
                  <div className="flex flex-wrap items-center gap-2">
                    {(visit.alternatives ?? []).map((start) => (
                      <Button key={start} place="desk" busy={act.busy} chosen={hold !== undefined && Date.parse(hold.start) === Date.parse(start)} onPress={() => choose(visit.start, start)}>
                        {wallClock(start)}
                      </Button>
                    ))}
                    {(visit.alternatives ?? []).length === 0 && <T k="counter.series.noAlternative" />}
                  </div>
                )}
                {visit.hold !== undefined && (
                  <Button place="desk" className="ml-auto" onPress={() => toggle(visit.start)}>
                    <T k={off ? "counter.series.take" : "counter.series.drop"} />
                  </Button>
                )}
              </Sheet>
            </li>
          );
        })}
      </ol>
      <Refusal trouble={act.trouble} />
      <div className="flex flex-wrap justify-end gap-4">
        <Button place="counter" onPress={onStop}>
          <T k="counter.book.stop" />
        </Button>
        <Button
          place="counter"
          kind="primary"
          icon="check"
          busy={act.busy}
          unavailable={row.count === 0 ? <T k="counter.series.none" /> : undefined}
          onPress={confirm}
        >
          <T k="counter.series.go" values={{ count: row.count }} />
        </Button>
      </div>
    </main>
  );
}
