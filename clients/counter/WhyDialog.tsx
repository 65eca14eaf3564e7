import { type ReactNode, useState } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Fact, TroubleLine } from "../ui/work/parts";
import { DayName } from "./DayName";
import { type Search, useWhy } from "./queries";
import { Reason } from "./Reason";
import type { RefusedRow } from "./TimeList";
import { T, useWords } from "./words";

/** "Why not ten o'clock?": every reason, and the nearest times instead, also at other offices. */
export function WhyDialog({
  search,
  row,
  onTime,
  onClose,
}: {
  readonly search: Search;
  readonly row: RefusedRow;
  readonly onTime: (start: string, rules: number) => void;
  readonly onClose: () => void;
}) {
  const words = useWords();
  const [start, setStart] = useState(row.from);
  const why = useWhy(search, start);
  const { data } = why;
  const reasons = data?.reasons ?? row.reasons;
  return (
    <Dialog
      title={<T k="counter.why.title" values={{ time: wallClock(start) }} />}
      wide
      onClose={onClose}
      actions={
        <Button place="counter" onPress={onClose}>
          <T k="work.close" />
        </Button>
      }
    >
      {row.starts.length > 1 && (
        <label className="flex flex-wrap items-center gap-3 text-[18px]">
          <T k="counter.why.which" />
          <select
            value={start}
            onChange={(event) => setStart(event.target.value)}
            className="min-h-12 rounded-8 border border-edge bg-white px-3 text-[20px] tabular-nums"
          >
            {row.starts.map((one) => (
              <option key={one} value={one}>
                {wallClock(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul className="flex flex-col gap-1.5 text-[20px]">
        {unique(reasons).map((cause) => (
          <Fact key={`${cause.code} ${cause.text}`} icon="info">
            <Reason cause={cause} />
          </Fact>
        ))}
      </ul>
      {why.isPending && (
        <p role="status" className="text-[18px]">
          <T k="work.loading" />
        </p>
      )}
      {why.isError && (
        <TroubleLine>
          <T k="trouble.network" />{" "}
          <Button place="desk" onPress={() => void why.refetch()}>
            <T k="work.retry" />
          </Button>
        </TroubleLine>
      )}
      {data !== undefined && (
        <>
          <Part title={<T k="counter.why.instead" />}>
            {data.before === undefined && data.after === undefined && !data.free ? (
              <p className="text-[18px]">
                <T k="counter.why.none" />
              </p>
            ) : (
              <div className="flex flex-wrap gap-3">
                {[data.free ? { start } : undefined, data.before, data.after].map(
                  (span) =>
                    span !== undefined && (
                      <Button key={span.start} place="counter" onPress={() => onTime(span.start, data.rules)}>
                        <span>
                          <DayName day={dayOf(span.start)} /> {wallClock(span.start)}
                        </span>
                      </Button>
                    ),
                )}
              </div>
            )}
          </Part>
          {data.offices.length > 0 && (
            <Part title={<T k="counter.why.offices" />}>
              <ul className="flex flex-col gap-1.5 text-[18px]">
                {data.offices.map((office) => (
                  <Fact key={office.office} icon="home">
                    <span className="font-bold">{literal(office.name)}</span>
                    {office.distanceKm !== undefined && <> {words.written("counter.why.km", { km: office.distanceKm })}</>}
                    {office.starts[0] !== undefined && (
                      <span className="ml-3">
                        <DayName day={dayOf(office.starts[0].start)} /> {wallClock(office.starts[0].start)}
                      </span>
                    )}
                  </Fact>
                ))}
              </ul>
            </Part>
          )}
        </>
      )}
    </Dialog>
  );
}

function Part({ title, children }: { readonly title: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-t border-solid-gray-420 pt-4">
      <h3 className="text-[20px] font-bold">{title}</h3>
      {children}
    </section>
  );
}

/** Several booths or desks often give the same reason; it is said once. */
function unique<C extends { code: string; text: string }>(causes: readonly C[]): C[] {
  return causes.filter((cause, i) => causes.findIndex((c) => c.code === cause.code && c.text === cause.text) === i);
}
