import { useState } from "react";
import type { Block } from "../../session";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { type Day, clockOfMinute, minuteOfDay, wallClock } from "../office-time";
import { literal } from "../ruby";
import { Sheet, TroubleLine } from "../work/parts";
import { useClient, useNow } from "../work/seat";
import { atClock, awayOn, lentTo } from "./plan";
import { useAct } from "../work/useAct";
import { PlanT, usePlanWords } from "./words";

/** When a desk is not served on a day, by whom it is borrowed, and a touch to say that nobody will be there. */
export function AwayPanel({ desk, name, day, blocks }: { readonly desk: string; readonly name?: string; readonly day: Day; readonly blocks: readonly Block[] }) {
  const words = usePlanWords();
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const [asking, setAsking] = useState(false);
  const away = awayOn(blocks, desk, day);
  const lent = lentTo(blocks, desk, day);
  return (
    <Sheet label={words.written("plan.away")} className="p-5">
      <h2 className="flex items-center gap-3 text-[19px] font-bold">
        <Icon name="calendar" className="size-6" />
        <span>
          <PlanT k="plan.away" />
        </span>
      </h2>
      {name !== undefined && <p className="font-bold">{literal(name)}</p>}
      {away.length === 0 && lent.length === 0 && (
        <p className="mt-1 text-ink-soft">
          <PlanT k="plan.away.none" />
        </p>
      )}
      <ul className="mt-1 flex flex-col gap-2">
        {lent.map((b) => (
          <li key={b.id} className="flex items-start gap-2">
            <Icon name="arrow" className="mt-0.5 size-5 text-primary" />
            <span>
              <Range block={b} /> <PlanT k="plan.lent" values={{ area: literal(b.areaName ?? b.area ?? "") }} />
            </span>
          </li>
        ))}
        {away.map((b) => (
          <li key={b.id} className="flex items-center gap-2">
            <span className="font-bold tabular-nums">
              <Range block={b} />
            </span>
            <Button
              place="desk"
              className="ml-auto px-3!"
              busy={busy}
              label={words.written("plan.away.lift.label", { from: wallClock(b.start) })}
              onPress={() => void act(() => api.unblock(b.id))}
            >
              <PlanT k="plan.away.lift" />
            </Button>
          </li>
        ))}
      </ul>
      <Button place="desk" className="mt-3 w-full" onPress={() => setAsking(true)}>
        <PlanT k="plan.away.add" />
      </Button>
      {trouble !== null && (
        <TroubleLine className="mt-2">
          <PlanT k={trouble.key} />
        </TroubleLine>
      )}
      {asking && <AwayDialog desk={desk} day={day} onClose={() => setAsking(false)} />}
    </Sheet>
  );
}

function Range({ block }: { readonly block: Block }) {
  return <PlanT k="plan.fromTo" values={{ from: wallClock(block.start), to: wallClock(block.end) }} />;
}

/** From when until when a desk is not served. What is booked then refuses it first, and can be left to be moved. */
function AwayDialog({ desk, day, onClose }: { readonly desk: string; readonly day: Day; readonly onClose: () => void }) {
  const words = usePlanWords();
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const now = useNow(60_000);
  const next = Math.ceil(minuteOfDay(now) / 5) * 5;
  const [from, setFrom] = useState(padded(next));
  const [to, setTo] = useState(padded(Math.min(next + 60, 24 * 60 - 1)));
  const start = atClock(day, from);
  const end = atClock(day, to);
  const whole = start !== undefined && end !== undefined && end > start;
  const inTheWay = trouble?.code === "in-the-way";
  const set = async (around: boolean) => {
    if (start === undefined || end === undefined) return;
    const done = await act(() => api.block({ desk, kind: "away", start, end, around }));
    if (done !== undefined) onClose();
  };
  const lunch = () => {
    setFrom("12:00");
    setTo("13:00");
  };
  const field = "min-h-11 rounded-8 border-2 border-edge bg-white px-3 text-[20px] tabular-nums";
  return (
    <Dialog
      title={<PlanT k="plan.away.add" />}
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
            {...(whole ? {} : { unavailable: <PlanT k="plan.away.times" /> })}
            onPress={() => void set(inTheWay)}
          >
            <PlanT k={inTheWay ? "plan.away.around" : "plan.away.yes"} />
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap items-end gap-4">
        <label className="flex flex-col gap-1">
          <PlanT k="plan.away.from" />
          <input type="time" step={300} className={field} value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label className="flex flex-col gap-1">
          <PlanT k="plan.away.to" />
          <input type="time" step={300} className={field} value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
        <Button place="desk" onPress={lunch}>
          <PlanT k="plan.away.lunch" />
        </Button>
      </div>
      {trouble !== null && (
        <TroubleLine>
          {inTheWay ? <PlanT k="plan.away.inTheWay" /> : <PlanT k={trouble.key} />}
        </TroubleLine>
      )}
      <p className="sr-only" role="status">
        {words.written("plan.fromTo", { from, to })}
      </p>
    </Dialog>
  );
}

function padded(minute: number): string {
  return clockOfMinute(minute).padStart(5, "0");
}
