import { useRef, useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import type { Appointment, Conflict, Delay } from "../../session";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { wallClock } from "../office-time";
import { literal } from "../ruby";
import { Sheet, TroubleLine } from "../work/parts";
import { useClient } from "../work/seat";
import { ReasonText, When, Whom } from "./parts";
import { pushedBy } from "./plan";
import { useDelayPreview } from "./queries";
import { useAct } from "../work/useAct";
import { PlanT, usePlanWords } from "./words";

/** Delays that take one touch, minutes. */
const usual = [5, 10, 15, 30];
const most = 180;

/** How late a desk runs, as everybody else reads it, and a touch to say that it is later. */
export function LatePanel({ desk, name, late }: { readonly desk: string; readonly name?: string; readonly late: number }) {
  const words = usePlanWords();
  const [asked, setAsked] = useState<number | "other" | null>(null);
  return (
    <Sheet tone={late > 0 ? "heed" : "plain"} label={words.written("plan.late")} className="p-5">
      <h2 className="flex items-center gap-3 text-[19px] font-bold">
        <Icon name="clock" className="size-6" />
        <span>
          <PlanT k="plan.late" />
        </span>
      </h2>
      {name !== undefined && <p className="font-bold">{literal(name)}</p>}
      <p role="status" className="mt-1" data-late={late}>
        {late > 0 ? <PlanT k="plan.late.now" values={{ minutes: late }} /> : <PlanT k="plan.late.none" />}
      </p>
      <div className="mt-3 grid grid-cols-3 gap-2">
        {usual.map((minutes) => (
          <Button key={minutes} place="desk" className="px-1!" onPress={() => setAsked(minutes)}>
            <PlanT k="plan.late.by" values={{ minutes }} />
          </Button>
        ))}
        <Button place="desk" className="col-span-2 px-1!" onPress={() => setAsked("other")}>
          <PlanT k="plan.late.other" />
        </Button>
      </div>
      {asked !== null && <LateDialog desk={desk} first={asked} onClose={() => setAsked(null)} />}
    </Sheet>
  );
}

/** Asks once, with what would happen; after the announcement, what could not be pushed back, with other times. */
export function LateDialog({ desk, first, onClose }: { readonly desk: string; readonly first: number | "other"; readonly onClose: () => void }) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const [typed, setTyped] = useState(first === "other" ? "20" : String(first));
  const [done, setDone] = useState<Delay | null>(null);
  const key = useRef(crypto.randomUUID());
  const minutes = minutesOf(typed);
  const preview = useDelayPreview(desk, done === null ? minutes : null);
  const announce = async () => {
    if (minutes === null) return;
    const result = await act(() => api.delay(desk, minutes, key.current));
    if (result === undefined) return;
    if (result.conflicts.length === 0) onClose();
    else setDone(result);
  };
  if (done !== null) return <Left delay={done} onClose={onClose} />;
  const shown = preview.data;
  return (
    <Dialog
      title={minutes === null ? <PlanT k="plan.late.other" /> : <PlanT k="plan.late.ask" values={{ minutes }} />}
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
            {...(shown === undefined || (shown.moved.length === 0 && shown.conflicts.length === 0) ? { unavailable: <PlanT k="plan.late.nothing" /> } : {})}
            onPress={() => void announce()}
          >
            <PlanT k="plan.late.announce" />
          </Button>
        </>
      }
    >
      {first === "other" && (
        <TextField value={typed} onChange={setTyped} inputMode="numeric" className="flex items-center gap-3">
          <Label>
            <PlanT k="plan.late.minutes" />
          </Label>
          <Input className="min-h-11 w-24 rounded-8 border-2 border-edge px-3 text-[20px] tabular-nums" />
          <span className="text-ink-soft">
            <PlanT k="plan.late.range" />
          </span>
        </TextField>
      )}
      {preview.isError && (
        <TroubleLine>
          <PlanT k="trouble.network" />
        </TroubleLine>
      )}
      {shown === undefined && minutes !== null && !preview.isError && (
        <p role="status">
          <PlanT k="work.loading" />
        </p>
      )}
      {shown !== undefined && (
        <>
          <Shifts moved={shown.moved} />
          <Conflicts list={shown.conflicts} />
        </>
      )}
      {trouble !== null && (
        <TroubleLine>
          <PlanT k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

/** 1 to 180, however the digits are typed; null for anything else. */
export function minutesOf(text: string): number | null {
  const minutes = Number(text.normalize("NFKC").trim());
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= most ? minutes : null;
}

/** Who is seen when after it: the old time struck through. */
function Shifts({ moved }: { readonly moved: readonly Appointment[] }) {
  if (moved.length === 0) return null;
  return (
    <section>
      <h3 className="font-bold">
        <PlanT k="plan.late.shifts" values={{ count: moved.length }} />
      </h3>
      <ul className="mt-1 max-h-60 overflow-y-auto rounded-8 border border-solid-gray-420">
        {moved.map((a) => (
          <li key={a.id} className="flex flex-wrap items-baseline gap-x-4 border-b border-solid-gray-200 px-4 py-2 last:border-0">
            {a.legs
              .filter((leg) => leg.freed !== true && !leg.done)
              .map((leg) => (
                <span key={`${leg.service}@${leg.pool}`} className="whitespace-nowrap">
                  {pushedBy(leg) > 0 && (
                    <>
                      <span className="sr-only">
                        <PlanT k="plan.time.was" />
                      </span>
                      <s className="text-[16px] text-ink-soft tabular-nums">{wallClock(leg.planned)}</s>{" "}
                    </>
                  )}
                  <span className="font-bold tabular-nums">
                    <PlanT k="plan.fromTo" values={{ from: wallClock(leg.start), to: wallClock(leg.end) }} />
                  </span>{" "}
                  <span className="text-[16px]">{literal(leg.publicName)}</span>
                </span>
              ))}
            <span className="font-bold">
              <Whom appointment={a} />
            </span>
            <span className="text-ink-soft">
              {literal(a.officeName)} {literal(a.boothName)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who keeps the old time, why, and what could be instead; with `onMove`, each of those is a button. */
function Conflicts({
  list,
  onMove,
  busy = false,
}: {
  readonly list: readonly Conflict[];
  readonly onMove?: (appointment: Appointment, start: string) => void;
  readonly busy?: boolean;
}) {
  if (list.length === 0) return null;
  return (
    <section>
      <h3 className="flex items-center gap-2 font-bold text-heed-ink">
        <Icon name="warn" className="size-6" />
        <span>
          <PlanT k="plan.late.conflicts" values={{ count: list.length }} />
        </span>
      </h3>
      <ul className="mt-1 flex flex-col gap-2">
        {list.map(({ appointment: a, reasons, alternatives }) => (
          <li key={a.id} className="rounded-8 border-2 border-heed-edge bg-heed-soft px-4 py-2.5">
            <p>
              <span className="font-bold tabular-nums">{wallClock(a.start)}</span>{" "}
              <span className="font-bold">
                <Whom appointment={a} />
              </span>{" "}
              {literal(a.officeName)} {literal(a.boothName)}
            </p>
            <ul>
              {(reasons ?? []).map((cause) => (
                <li key={cause.code}>
                  <ReasonText cause={cause} />
                </li>
              ))}
            </ul>
            <p className="mt-1 flex flex-wrap items-center gap-2">
              {(alternatives ?? []).length === 0 ? <PlanT k="plan.late.noOther" /> : <PlanT k="plan.late.others" />}
              {(alternatives ?? []).map((start) =>
                onMove === undefined ? (
                  <span key={start} className="rounded-6 bg-white px-3 font-bold tabular-nums">
                    {wallClock(start)}
                  </span>
                ) : (
                  <Button key={start} place="desk" busy={busy} onPress={() => onMove(a, start)}>
                    <PlanT k="plan.moveTo" values={{ time: wallClock(start) }} />
                  </Button>
                ),
              )}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** After the announcement: those who keep their time, to be moved one by one or left to their counters. */
function Left({ delay, onClose }: { readonly delay: Delay; readonly onClose: () => void }) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const [left, setLeft] = useState(delay.conflicts);
  const [moved, setMoved] = useState<Appointment[]>([]);
  const move = async (appointment: Appointment, start: string) => {
    const after = await act(() => api.move(appointment.id, { version: appointment.version, start }));
    if (after === undefined) return;
    setLeft((list) => list.filter((c) => c.appointment.id !== appointment.id));
    setMoved((list) => [...list, after]);
  };
  return (
    <Dialog
      title={<PlanT k="plan.late.announced" values={{ minutes: delay.minutes }} />}
      wide
      onClose={onClose}
      actions={
        <Button place="desk" kind="primary" onPress={onClose}>
          <PlanT k="work.close" />
        </Button>
      }
    >
      <Conflicts list={left} busy={busy} onMove={(a, start) => void move(a, start)} />
      {left.length > 0 && (
        <p>
          <PlanT k="plan.late.counters" />
        </p>
      )}
      <div role="status">
        <ul>
          {moved.map((a) => (
            <li key={a.id} className="flex items-center gap-2">
              <Icon name="check" className="size-5 text-good-tick" />
              <span>
                <Whom appointment={a} /> <When at={a.start} />
              </span>
            </li>
          ))}
        </ul>
      </div>
      {trouble !== null && (
        <TroubleLine>
          <PlanT k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}
