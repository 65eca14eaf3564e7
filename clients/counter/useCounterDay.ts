import { useMemo, useState } from "react";
import { type Day, dayOf } from "../ui/office-time";
import { useSeat } from "../ui/work/seat";
import { boothColumns, hoursOn, rulerOf } from "./day";
import { useOffice, useOfficeDay, useWaitlist } from "./queries";
import { shutsSoon, whatNow } from "./whatnow";

/** The office's day as the counter shows it: today's, or another one to look at; what to do now is always today's. */
export function useCounterDay(office: string, now: number) {
  const seat = useSeat();
  const [chosen, setChosen] = useState<Day | null>(null);
  const today = dayOf(now);
  const day = chosen ?? today;
  const facts = useOffice(office);
  const list = useOfficeDay(office, day);
  const listToday = useOfficeDay(office, today);
  const waitlist = useWaitlist(office);
  const appointments = useMemo(() => list.data ?? [], [list.data]);
  const ofToday = useMemo(() => listToday.data ?? [], [listToday.data]);
  const sessions = useMemo(() => seat.sessions ?? [], [seat.sessions]);
  const hours = hoursOn(facts.data?.hours, day);
  const hoursToday = hoursOn(facts.data?.hours, today);
  const ruler = useMemo(() => rulerOf(hours, appointments), [hours, appointments]);
  const booths = facts.data?.booths ?? [];
  const columns = boothColumns(booths, appointments, sessions, seat.calls, now);
  const columnsToday = day === today ? columns : boothColumns(booths, ofToday, sessions, seat.calls, now);
  const state = { columns: columnsToday, appointments: ofToday, waiters: waitlist.data ?? [], hours: hoursToday, now };
  return {
    office: facts.data,
    today,
    day,
    choose: setChosen,
    appointments,
    ofToday,
    sessions,
    columns,
    ruler,
    isOpen: hours !== undefined,
    line: whatNow(state),
    shutting: shutsSoon(state),
    waiters: waitlist.data,
    waitersFailed: waitlist.isError,
    retryWaiters: () => void waitlist.refetch(),
    failed: list.isError || facts.isError,
    retry: () => {
      void list.refetch();
      void facts.refetch();
    },
  };
}
