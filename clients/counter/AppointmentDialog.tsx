import { type ReactNode, useState } from "react";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { TroubleLine } from "../ui/work/parts";
import type { Trouble } from "../ui/work/trouble";
import { OtherSides } from "./BoothColumn";
import { DayName } from "./DayName";
import { groupedReception } from "./neutral";
import { T } from "./words";

/** One appointment that has been touched: check in, print again, cancel. */
export function AppointmentDialog({
  appointment,
  today,
  busy,
  trouble,
  onCheckIn,
  onSlip,
  onCancel,
  onClose,
}: {
  readonly appointment: Appointment;
  readonly today: string;
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  readonly onCheckIn: () => void;
  readonly onSlip: () => void;
  readonly onCancel: () => void;
  readonly onClose: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const booked = appointment.state === "booked";
  const open = booked || appointment.state === "arrived";
  if (asking) {
    return (
      <Dialog
        title={<T k="counter.cancel.ask" values={{ number: appointment.number }} />}
        urgent
        onClose={onClose}
        actions={
          <>
            <Button place="counter" onPress={() => setAsking(false)}>
              <T k="work.no" />
            </Button>
            <Button place="counter" kind="primary" busy={busy} onPress={onCancel}>
              <T k="counter.cancel.yes" />
            </Button>
          </>
        }
      >
        <p className="text-[20px]">
          <T k="counter.cancel.means" values={{ time: wallClock(appointment.start) }} />
        </p>
        <Refusal trouble={trouble} />
      </Dialog>
    );
  }
  const today0 = dayOf(appointment.start) === today;
  return (
    <Dialog
      title={<Title appointment={appointment} />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="counter" onPress={onClose}>
            <T k="work.close" />
          </Button>
          {open && (
            <Button place="counter" onPress={() => setAsking(true)}>
              <T k="counter.open.cancel" />
            </Button>
          )}
          {open && (
            <Button place="counter" icon="printer" onPress={onSlip}>
              <T k="counter.open.slip" />
            </Button>
          )}
          {booked && today0 && (
            <Button place="counter" kind="primary" icon="check" busy={busy} onPress={onCheckIn}>
              <T k="counter.open.checkIn" />
            </Button>
          )}
        </>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-8 gap-y-2 text-[20px]">
        <Entry name={<T k="counter.open.time" />}>
          <DayName day={dayOf(appointment.start)} />{" "}
          <T k="counter.fromTo" values={{ from: wallClock(appointment.start), to: wallClock(appointment.end) }} />
        </Entry>
        <Entry name={<T k="counter.open.booth" />}>{literal(appointment.boothName)}</Entry>
        <Entry name={<T k="counter.open.with" />}>
          <OtherSides appointment={appointment} />
        </Entry>
        <Entry name={<T k="counter.open.reception" />}>
          <span className="tabular-nums">{groupedReception(appointment.reception)}</span>
        </Entry>
        {appointment.resident?.phone !== undefined && (
          <Entry name={<T k="counter.open.phone" />}>
            <span className="tabular-nums">{literal(appointment.resident.phone)}</span>
          </Entry>
        )}
      </dl>
      {booked && !today0 && (
        <p className="text-[18px] text-ink-soft">
          <T k="counter.open.otherDay" />
        </p>
      )}
      <Refusal trouble={trouble} />
    </Dialog>
  );
}

function Title({ appointment }: { readonly appointment: Appointment }) {
  return (
    <>
      <T k="counter.number" values={{ number: appointment.number }} />{" "}
      {appointment.resident === undefined ? (
        <T k="counter.anonymous" />
      ) : (
        <T k="counter.sama" values={{ name: literal(appointment.resident.kana) }} />
      )}
    </>
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

function Refusal({ trouble }: { readonly trouble: Trouble | null }) {
  if (trouble === null) return null;
  return (
    <TroubleLine className="text-[18px]">
      <T k={trouble.key} />
    </TroubleLine>
  );
}
