import { useState } from "react";
import type { Appointment } from "../session";
import type { SettleChoice } from "../session/booking";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import type { Trouble } from "../ui/work/trouble";
import { Who } from "./BoothColumn";
import { ChangedTime } from "./ChangedTime";
import { DayName } from "./DayName";
import { plannedStart } from "./day";
import { LegList } from "./LegList";
import { groupedReception } from "./neutral";
import { SettlePart } from "./SettlePart";
import { Entry, Refusal } from "./Told";
import { T } from "./words";

/** What can be done about one appointment. */
export interface AppointmentActs {
  readonly onCheckIn: () => void;
  readonly onSlip: () => void;
  readonly onMove: () => void;
  readonly onCancel: () => void;
  readonly onNoShow: () => void;
  readonly onFreeLeg: (leg: number) => void;
  readonly onCleaned: () => void;
  readonly onSettle: (choice: SettleChoice) => void;
  readonly onClose: () => void;
}

/** One appointment that has been touched: check in, move, print again, cancel, give a leg back, settle. */
export function AppointmentDialog({
  appointment,
  today,
  now,
  busy,
  trouble,
  acts,
}: {
  readonly appointment: Appointment;
  readonly today: string;
  readonly now: number;
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  readonly acts: AppointmentActs;
}) {
  const [asking, setAsking] = useState<"cancel" | "noshow" | null>(null);
  if (asking !== null) {
    return (
      <AskAgain
        what={asking}
        appointment={appointment}
        busy={busy}
        trouble={trouble}
        onYes={asking === "cancel" ? acts.onCancel : acts.onNoShow}
        onNo={() => setAsking(null)}
        onClose={acts.onClose}
      />
    );
  }
  const { state } = appointment;
  const booked = state === "booked";
  const open = booked || state === "arrived";
  const isToday = dayOf(appointment.start) === today;
  const begun = appointment.legs.some((leg) => leg.freed !== true && (leg.started || leg.done));
  const over = state === "done" || state === "unserved";
  const dirty = over && appointment.boothUntil !== undefined && Date.parse(appointment.boothUntil) > now;
  const was = plannedStart(appointment);
  return (
    <Dialog
      title={
        <>
          <T k="counter.number" values={{ number: appointment.number }} /> <Who appointment={appointment} polite />
        </>
      }
      wide
      onClose={acts.onClose}
      actions={
        <>
          <Button place="counter" onPress={acts.onClose}>
            <T k="work.close" />
          </Button>
          {booked && (
            <Button place="counter" onPress={() => setAsking("cancel")}>
              <T k="counter.open.cancel" />
            </Button>
          )}
          {booked && isToday && Date.parse(appointment.start) < now && (
            <Button place="counter" onPress={() => setAsking("noshow")}>
              <T k="counter.open.noshow" />
            </Button>
          )}
          {open && !begun && (
            <Button place="counter" icon="clock" onPress={acts.onMove}>
              <T k="counter.open.move" />
            </Button>
          )}
          {open && (
            <Button place="counter" icon="printer" onPress={acts.onSlip}>
              <T k="counter.open.slip" />
            </Button>
          )}
          {booked && isToday && (
            <Button place="counter" kind="primary" icon="check" busy={busy} onPress={acts.onCheckIn}>
              <T k="counter.open.checkIn" />
            </Button>
          )}
          {dirty && (
            <Button place="counter" kind="primary" icon="check" busy={busy} onPress={acts.onCleaned}>
              <T k="counter.cleaned" />
            </Button>
          )}
        </>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-8 gap-y-2 text-[20px]">
        <Entry name={<T k="counter.open.time" />}>
          <DayName day={dayOf(appointment.start)} />{" "}
          {was === undefined ? (
            <T k="counter.fromTo" values={{ from: wallClock(appointment.start), to: wallClock(appointment.end) }} />
          ) : (
            <ChangedTime was={was} start={appointment.start} />
          )}
        </Entry>
        <Entry name={<T k="counter.open.booth" />}>{literal(appointment.boothName)}</Entry>
        <Entry name={<T k="counter.open.reception" />}>
          <span className="tabular-nums">{groupedReception(appointment.reception)}</span>
        </Entry>
        {appointment.resident?.phone !== undefined && (
          <Entry name={<T k="counter.open.phone" />}>
            <span className="tabular-nums">{literal(appointment.resident.phone)}</span>
          </Entry>
        )}
      </dl>
      <LegList appointment={appointment} busy={busy} onFree={acts.onFreeLeg} />
      {state === "unknown" && (
        <p role="status" className="rounded-8 bg-heed px-4 py-3 text-[20px] font-bold text-heed-ink">
          <T k="counter.unknown.means" />
        </p>
      )}
      {state === "disputed" && <SettlePart appointment={appointment} busy={busy} onSettle={acts.onSettle} onRebook={acts.onMove} />}
      {appointment.choice === true && open && (
        <p className="rounded-8 bg-heed px-4 py-3 text-[20px] font-bold text-heed-ink">
          <T k="counter.choice.means" />
        </p>
      )}
      {booked && !isToday && (
        <p className="text-[18px] text-ink-soft">
          <T k="counter.open.otherDay" />
        </p>
      )}
      <Refusal trouble={trouble} />
    </Dialog>
  );
}

/** What cannot be taken back is asked for once more. */
function AskAgain({
  what,
  appointment,
  busy,
  trouble,
  onYes,
  onNo,
  onClose,
}: {
  readonly what: "cancel" | "noshow";
  readonly appointment: Appointment;
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog
      title={<T k={`counter.${what}.ask`} values={{ number: appointment.number }} />}
      urgent
      onClose={onClose}
      actions={
        <>
          <Button place="counter" onPress={onNo}>
            <T k="work.no" />
          </Button>
          <Button place="counter" kind="primary" busy={busy} onPress={onYes}>
            <T k={`counter.${what}.yes`} />
          </Button>
        </>
      }
    >
      <p className="text-[20px]">
        <T k={`counter.${what}.means`} values={{ time: wallClock(appointment.start) }} />
      </p>
      <Refusal trouble={trouble} />
    </Dialog>
  );
}
