import { useEffect, useRef } from "react";
import type { Appointment, Waiter } from "../session";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { DayName } from "./DayName";
import { groupedReception, publicNames } from "./neutral";
import { T } from "./words";

/** The ticket of somebody without an appointment who waits for a time to become free today. */
export function TicketScreen({ number, waiter, onDay }: { readonly number: number; readonly waiter: Waiter; readonly onDay: () => void }) {
  return (
    <PaperScreen title={<T k="counter.ticket.made" values={{ number }} />} note={<T k="counter.ticket.means" />} onDay={onDay}>
      <h2 className="border-b-2 border-ink pb-2 text-[22px] font-bold">
        <T k="counter.ticket.title" />
      </h2>
      <p className="pt-4">
        <T k="counter.slip.number" />
      </p>
      <p className="text-[76px] leading-none font-bold">
        <T k="counter.slip.numberIs" values={{ number }} />
      </p>
      <p className="mt-4 text-[20px]">
        <DayName day={dayOf(waiter.joined)} /> {wallClock(waiter.joined)}
      </p>
      <p className="mt-2 text-[20px]">
        <T k="counter.ticket.wait" />
      </p>
    </PaperScreen>
  );
}

/** A row of visits on one paper: dates, times and reception numbers, no name. */
export function RowScreen({ appointments, office, onDay }: { readonly appointments: readonly Appointment[]; readonly office: Office | undefined; readonly onDay: () => void }) {
  return (
    <PaperScreen title={<T k="counter.series.made" values={{ count: appointments.length }} />} onDay={onDay}>
      <h2 className="border-b-2 border-ink pb-2 text-[22px] font-bold">
        <T k="counter.slip.title" />
      </h2>
      <ol className="flex flex-col gap-3 py-4">
        {appointments.map((appointment) => (
          <li key={appointment.id} className="border-b border-solid-gray-420 pb-2 text-[20px]">
            <span className="block font-bold">
              <DayName day={dayOf(appointment.start)} /> <T k="counter.fromTo" values={{ from: wallClock(appointment.start), to: wallClock(appointment.end) }} />
            </span>
            <span className="block">
              <T k="counter.slip.reception" /> <span className="font-bold tabular-nums">{groupedReception(appointment.reception)}</span>
            </span>
            <span className="block">
              {literal(appointment.officeName)} {literal(appointment.boothName)} {publicNames(appointment.legs).join(" → ")}
            </span>
          </li>
        ))}
      </ol>
      {office !== undefined && (
        <p>
          <T k="counter.slip.phone" values={{ office: literal(office.name), phone: literal(office.phone) }} />
        </p>
      )}
    </PaperScreen>
  );
}

/** A paper that prints itself once, and what to do after. */
function PaperScreen({
  title,
  note,
  children,
  onDay,
}: {
  readonly title: React.ReactNode;
  readonly note?: React.ReactNode;
  readonly children: React.ReactNode;
  readonly onDay: () => void;
}) {
  const printed = useRef(false);
  useEffect(() => {
    if (printed.current) return;
    printed.current = true;
    window.print();
  }, []);
  return (
    <main className="paper-main text-[18px]">
      <article data-slip="" className="slip mx-auto w-full max-w-[34rem] self-start rounded-12 border border-solid-gray-420 bg-white px-9 py-6">
        {children}
      </article>
      <div className="screen-only flex flex-col gap-3.5">
        <Sheet className="p-5">
          <ScreenTitle className="text-[26px]">{title}</ScreenTitle>
          {note !== undefined && <p className="mt-2">{note}</p>}
        </Sheet>
        <Button place="counter" icon="printer" className="w-full" onPress={() => window.print()}>
          <T k="counter.made.print" />
        </Button>
        <Button place="counter" kind="primary" icon="back" className="min-h-18 w-full" onPress={onDay}>
          <T k="counter.made.day" />
        </Button>
      </div>
    </main>
  );
}
