import { type ReactNode, useState } from "react";
import type { Appointment } from "../../session";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { dayOf, wallClock } from "../office-time";
import { literal } from "../ruby";
import { TroubleLine } from "../work/parts";
import { useClient, useNow, useSeat } from "../work/seat";
import { useLanguage } from "../words";
import { AgainDialog } from "./Again";
import { MoveDialog } from "./Move";
import { DayWords, PlannedTime } from "./parts";
import { freeable, mayBeNoShow, movable, notes, notesOf, preparations } from "./plan";
import { useOfficesOf, useServices } from "./queries";
import { useAct } from "../work/useAct";
import { PlanT, usePlanWords } from "./words";

/**
 * One appointment that has been touched: what is prepared for it, and all that can be done about it. The desk may say that
 * somebody did not come; a reception, which cannot know whether the desk was there, may not.
 */
export function AppointmentSheet({
  appointment: first,
  pool,
  onClose,
}: {
  readonly appointment: Appointment;
  readonly pool: string;
  readonly onClose: () => void;
}) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const { identity, connection } = useSeat();
  const now = useNow(10_000);
  const [office] = useOfficesOf([first]);
  const [appointment, setAppointment] = useState(first);
  const [at, setAt] = useState<"sheet" | "move" | "again" | "cancel">("sheet");
  const change = async (what: () => Promise<Appointment>, then: () => void = () => undefined) => {
    const after = await act(what);
    if (after === undefined) return;
    setAppointment(after);
    then();
  };
  if (at === "move") return <MoveDialog appointment={appointment} onClose={onClose} />;
  if (at === "again") return <AgainDialog appointment={appointment} pool={pool} onClose={onClose} />;
  if (at === "cancel") {
    return (
      <Dialog
        title={<PlanT k="plan.cancel.ask" values={{ number: appointment.number }} />}
        urgent
        onClose={onClose}
        actions={
          <>
            <Button place="desk" onPress={() => setAt("sheet")}>
              <PlanT k="work.no" />
            </Button>
            <Button place="desk" kind="primary" busy={busy} onPress={() => void change(() => api.cancel(appointment.id), onClose)}>
              <PlanT k="plan.cancel.yes" />
            </Button>
          </>
        }
      >
        <p>
          <PlanT k="plan.cancel.means" values={{ time: wallClock(appointment.start) }} />
        </p>
        <Refused trouble={trouble} />
      </Dialog>
    );
  }
  const here = identity?.desk !== undefined && connection.state === "live";
  return (
    <Dialog
      title={<Title appointment={appointment} />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <PlanT k="work.close" />
          </Button>
          {appointment.state === "booked" && (
            <Button place="desk" onPress={() => setAt("cancel")}>
              <PlanT k="plan.cancel" />
            </Button>
          )}
          {mayBeNoShow(appointment, here, now, office) && (
            <Button place="desk" busy={busy} onPress={() => void change(() => api.noShow(appointment.id), onClose)}>
              <PlanT k="plan.noShow" />
            </Button>
          )}
          {freeable(appointment).map(({ index, leg }) => (
            <Button key={index} place="desk" busy={busy} onPress={() => void change(() => api.freeLeg(appointment.id, index))}>
              <PlanT k="plan.free" values={{ word: literal(leg.publicName) }} />
            </Button>
          ))}
          {!appointment.anonymous && appointment.state !== "cancelled" && (
            <Button place="desk" icon="again" onPress={() => setAt("again")}>
              <PlanT k="plan.again" />
            </Button>
          )}
          {movable(appointment) && (
            <Button place="desk" kind="primary" icon="clock" onPress={() => setAt("move")}>
              <PlanT k="plan.move" />
            </Button>
          )}
        </>
      }
    >
      <Facts appointment={appointment} />
      <Preparing appointment={appointment} pool={pool} busy={busy} onMark={(mark, on) => void change(() => api.mark(appointment.id, mark, on))} />
      <Refused trouble={trouble} />
    </Dialog>
  );
}

function Title({ appointment }: { readonly appointment: Appointment }) {
  const kana = appointment.resident?.kana;
  return (
    <>
      <PlanT k="plan.number" values={{ number: appointment.number }} />{" "}
      {kana === undefined || kana === "" ? <PlanT k="plan.anonymous" /> : <PlanT k="plan.sama" values={{ name: literal(kana) }} />}
    </>
  );
}

function Facts({ appointment }: { readonly appointment: Appointment }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
      <Entry name={<PlanT k="plan.fact.day" />}>
        <DayWords day={dayOf(appointment.start)} />
      </Entry>
      {appointment.legs.map((leg) => (
        <Entry key={`${leg.service}@${leg.pool}`} name={literal(leg.publicName)}>
          {leg.freed === true ? (
            <>
              <s className="font-normal text-ink-soft">{literal(leg.deskName)}</s> <PlanT k="plan.freed" />
            </>
          ) : (
            <>
              <PlannedTime leg={leg} /> {literal(leg.deskName)}
            </>
          )}
        </Entry>
      ))}
      <Entry name={<PlanT k="plan.fact.place" />}>
        {literal(appointment.officeName)} {literal(appointment.boothName)}
      </Entry>
      {appointment.reception !== "" && (
        <Entry name={<PlanT k="plan.fact.reception" />}>
          <span className="tabular-nums">{appointment.reception}</span>
        </Entry>
      )}
      {appointment.resident?.phone !== undefined && (
        <Entry name={<PlanT k="plan.fact.phone" />}>
          <span className="tabular-nums">{literal(appointment.resident.phone)}</span>
        </Entry>
      )}
      {appointment.resident?.patientNumber !== undefined && appointment.resident.patientNumber !== "" && (
        <Entry name={<PlanT k="plan.fact.patient" />}>
          <span className="tabular-nums">{literal(appointment.resident.patientNumber)}</span>
        </Entry>
      )}
    </dl>
  );
}

function Entry({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="font-bold">{children}</dd>
    </>
  );
}

/** What is to be prepared before the visit, one touch each, and notes on how to meet the resident. */
function Preparing({
  appointment,
  pool,
  busy,
  onMark,
}: {
  readonly appointment: Appointment;
  readonly pool: string;
  readonly busy: boolean;
  readonly onMark: (mark: string, on: boolean) => void;
}) {
  const words = usePlanWords();
  const { language } = useLanguage();
  const list = preparations(appointment, useServices(), pool);
  const noted = new Set(notesOf(appointment));
  const open = appointment.state === "booked" || appointment.state === "arrived";
  if (!open) return null;
  return (
    <div className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
      <fieldset>
        <legend className="mb-1 font-bold">
          <PlanT k="plan.prepare" />
        </legend>
        {list.length === 0 && <PlanT k="plan.prepare.none" />}
        {list.map((item) => (
          <Tick key={item.mark} on={item.done} busy={busy} onTurn={(on) => onMark(item.mark, on)}>
            {literal(item.text[language])}
          </Tick>
        ))}
      </fieldset>
      <fieldset>
        <legend className="mb-1 font-bold">{words.written("plan.notes")}</legend>
        {notes.map((note) => (
          <Tick key={note} on={noted.has(note)} busy={busy} onTurn={(on) => onMark(`note/${note}`, on)}>
            <PlanT k={`plan.note.${note}`} />
          </Tick>
        ))}
      </fieldset>
    </div>
  );
}

function Tick({ on, busy, onTurn, children }: { readonly on: boolean; readonly busy: boolean; readonly onTurn: (on: boolean) => void; readonly children: ReactNode }) {
  return (
    <label className="flex min-h-11 cursor-pointer items-center gap-3">
      <input
        type="checkbox"
        checked={on}
        disabled={busy}
        onChange={(event) => onTurn(event.target.checked)}
        className="size-6 flex-none accent-[var(--color-primary)]"
      />
      <span>{children}</span>
    </label>
  );
}

function Refused({ trouble }: { readonly trouble: ReturnType<typeof useAct>["trouble"] }) {
  if (trouble === null) return null;
  return (
    <TroubleLine>
      <PlanT k={trouble.key} />
    </TroubleLine>
  );
}
