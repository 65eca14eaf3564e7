import { useRef, useState } from "react";
import type { Appointment, LegRequest, Series } from "../../session";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { addDays, dayOf, wallClock } from "../office-time";
import { literal } from "../ruby";
import { TroubleLine } from "../work/parts";
import { useClient, useNow } from "../work/seat";
import { ReasonText, When, Whom } from "./parts";
import { useAct } from "../work/useAct";
import { type Chosen, WhenPicker } from "./WhenPicker";
import { PlanT } from "./words";

const weeksAhead = [1, 2, 4, 8];
const counts = [1, 2, 3, 4, 6];

/** 次回予約: the same resident again with this pool, once or in a row; nobody is asked for a telephone number. */
export function AgainDialog({ appointment, pool, onClose }: { readonly appointment: Appointment; readonly pool: string; readonly onClose: () => void }) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const today = dayOf(useNow(60_000));
  const [weeks, setWeeks] = useState(2);
  const [count, setCount] = useState(1);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [booked, setBooked] = useState<Appointment[] | null>(null);
  const [row, setRow] = useState<Series | null>(null);
  const key = useRef(crypto.randomUUID());
  const legs: LegRequest[] = appointment.legs.filter((leg) => leg.pool === pool && leg.freed !== true).map((leg) => ({ service: leg.service, pool: leg.pool }));
  const wish = { office: appointment.office, legs, of: appointment.id };

  const once = async (time: Chosen) => {
    const hold = await api.hold({ ...wish, start: time.start, rules: time.rules }, key.current);
    return [await api.confirm(hold.id, {})];
  };
  const book = async () => {
    if (chosen === null) return;
    if (count === 1) {
      setBooked((await act(() => once(chosen))) ?? null);
      return;
    }
    setRow((await act(() => api.series({ ...wish, start: chosen.start, weeks, count }, key.current))) ?? null);
  };
  const confirm = async (series: Series) => {
    const holds = series.times.flatMap((t) => (t.hold === undefined ? [] : [t.hold.id]));
    setBooked((await act(() => api.confirmSeries(series.id, { holds }))) ?? null);
  };
  if (booked !== null) return <Booked list={booked} onClose={onClose} />;
  if (row !== null) return <Row row={row} busy={busy} trouble={trouble?.key ?? null} onConfirm={() => void confirm(row)} onClose={onClose} />;
  return (
    <Dialog
      title={<PlanT k="plan.again" />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <PlanT k="work.no" />
          </Button>
          <Button
            place="desk"
            kind="primary"
            busy={busy}
            {...(chosen === null ? { unavailable: <PlanT k="plan.when.choose" /> } : {})}
            onPress={() => void book()}
          >
            <PlanT k={count === 1 ? "plan.again.book" : "plan.again.hold"} />
          </Button>
        </>
      }
    >
      <p className="font-bold">
        <Whom appointment={appointment} /> {literal(appointment.officeName)}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        {weeksAhead.map((n) => (
          <Button
            key={n}
            place="desk"
            chosen={weeks === n}
            onPress={() => {
              setWeeks(n);
              setChosen(null);
            }}
          >
            <PlanT k="plan.again.weeks" values={{ weeks: n }} />
          </Button>
        ))}
        <label className="ml-auto flex items-center gap-2">
          <PlanT k="plan.again.count" />
          <select
            value={count}
            onChange={(event) => setCount(Number(event.target.value))}
            className="min-h-11 rounded-8 border border-edge bg-white px-2"
          >
            {counts.map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </select>
        </label>
      </div>
      <WhenPicker key={weeks} office={appointment.office} legs={legs} from={addDays(today, 7 * weeks)} chosen={chosen} onChoose={setChosen} />
      {trouble !== null && (
        <TroubleLine>
          <PlanT k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

/** A row that is held: which times, and which could not be had. */
function Row({
  row,
  busy,
  trouble,
  onConfirm,
  onClose,
}: {
  readonly row: Series;
  readonly busy: boolean;
  readonly trouble: Parameters<typeof PlanT>[0]["k"] | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const held = row.times.filter((t) => t.hold !== undefined).length;
  return (
    <Dialog
      title={<PlanT k="plan.again.row" values={{ count: held }} />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <PlanT k="work.no" />
          </Button>
          <Button place="desk" kind="primary" busy={busy} {...(held === 0 ? { unavailable: <PlanT k="plan.when.none" /> } : {})} onPress={onConfirm}>
            <PlanT k="plan.again.confirm" values={{ count: held }} />
          </Button>
        </>
      }
    >
      <ul className="flex flex-col gap-2">
        {row.times.map((time) => (
          <li key={time.start} className="flex flex-wrap items-baseline gap-x-3">
            <Icon name={time.hold === undefined ? "warn" : "check"} className={`size-5 self-center ${time.hold === undefined ? "text-heed-ink" : "text-good-tick"}`} />
            <span className="font-bold">
              <When at={time.start} />
            </span>
            {time.hold === undefined && (
              <span>
                {(time.reasons ?? []).map((cause) => (
                  <ReasonText key={cause.code} cause={cause} />
                ))}{" "}
                {(time.alternatives ?? []).map((start) => wallClock(start)).join(" ")}
              </span>
            )}
          </li>
        ))}
      </ul>
      {trouble !== null && (
        <TroubleLine>
          <PlanT k={trouble} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

function Booked({ list, onClose }: { readonly list: readonly Appointment[]; readonly onClose: () => void }) {
  return (
    <Dialog
      title={<PlanT k="plan.booked" />}
      onClose={onClose}
      actions={
        <Button place="desk" kind="primary" onPress={onClose}>
          <PlanT k="work.close" />
        </Button>
      }
    >
      <div role="status">
        <ul className="flex flex-col gap-1">
          {list.map((a) => (
            <li key={a.id}>
              <strong>
                <When at={a.start} />
              </strong>{" "}
              {literal(a.boothName)} <PlanT k="plan.number" values={{ number: a.number }} />{" "}
              <PlanT k="plan.reception" values={{ reception: a.reception }} />
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
