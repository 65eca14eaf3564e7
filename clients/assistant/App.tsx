import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { type Day, addDays, dayOf } from "../ui/office-time";
import { AppointmentSheet } from "../ui/plan/AppointmentSheet";
import { AwayPanel } from "../ui/plan/Away";
import { dayCounts, dayRows } from "../ui/plan/day";
import { LatePanel } from "../ui/plan/Late";
import { DayWords } from "../ui/plan/parts";
import { lateness } from "../ui/plan/plan";
import { useBlocks, useFreshPlans } from "../ui/plan/queries";
import { Warnings } from "../ui/plan/Warnings";
import { literal } from "../ui/ruby";
import { LanguageChoice, LineBar, TopBar } from "../ui/work/Frame";
import { ScreenTitle, TroubleLine } from "../ui/work/parts";
import { useNow, useSeat } from "../ui/work/seat";
import { BookDialog } from "./BookDialog";
import { DayTable } from "./DayTable";
import { type DeskName, rowsOf } from "./desks";
import { useFreshDays, useOfficesWith, usePoolDay, useWaiting } from "./queries";
import { WaitingPanel } from "./WaitingPanel";
import { T } from "./words";

/**
 * The reception of a clinic, a pharmacy or a department: the days of all its desks, bookings, moves, delays and the
 * waiting list. It takes part in no consultation: nothing here opens a camera, a microphone or a connection for media.
 */
export function App() {
  const queries = useQueryClient();
  const seat = useSeat();
  useFreshDays(queries);
  useFreshPlans(queries);
  const pool = seat.identity?.pool ?? "";
  const area = seat.identity?.area ?? "";
  const now = useNow(5_000);
  const today = dayOf(now);
  const [shown, setDay] = useState<Day | null>(null);
  const day = shown ?? today;
  const [desk, setDesk] = useState<string | null>(null);
  const [opened, setOpened] = useState<Appointment | null>(null);
  const [booking, setBooking] = useState(false);
  const list = usePoolDay(day, pool);
  const ofToday = usePoolDay(today, pool);
  const sessions = useMemo(() => [...(seat.sessions ?? [])], [seat.sessions]);
  const all = useMemo(() => dayRows(list.data ?? [], sessions, { desk: "", pool }), [list.data, sessions, pool]);
  const offices = useOfficesWith(area, pool);
  const waiting = useWaiting(offices, pool);
  const blocks = useBlocks(area);
  const desks = seat.identity?.desks ?? [];
  const rows = rowsOf(all, desk);
  const one = desk ?? desks[0]?.id;
  const name = desks.find((d) => d.id === one)?.name;
  const go = (n: number) => {
    const next = addDays(day, n);
    setDay(next === today ? null : next);
  };
  return (
    <div className="flex h-dvh flex-col bg-ground-desk text-[17px]">
      <TopBar name={literal(seat.identity?.name ?? "")} detail={<T k="assistant.role" />}>
        <p className="text-[16px] text-ink-soft">
          <T k="assistant.noMedia" />
        </p>
        <LanguageChoice />
      </TopBar>
      <LineBar place="desk" />
      <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_23rem] gap-5 px-7 py-5 max-[1300px]:grid-cols-[minmax(0,1fr)_19rem] max-[1300px]:gap-4 max-[1300px]:px-5">
        <div className="flex min-h-0 flex-col gap-3">
          <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
            <ScreenTitle className="text-[27px]">
              <DayWords day={day} />
            </ScreenTitle>
            <p className="text-ink-soft">
              <T k="assistant.counts" values={dayCounts(rows)} />
            </p>
            <div className="ml-auto flex gap-3">
              {day !== today && (
                <Button place="desk" onPress={() => setDay(null)}>
                  <T k="assistant.today" />
                </Button>
              )}
              <Button place="desk" icon="back" onPress={() => go(-1)}>
                <T k="assistant.before" />
              </Button>
              <Button place="desk" iconAfter="arrow" onPress={() => go(1)}>
                <T k="assistant.after" />
              </Button>
              <Button place="desk" kind="primary" icon="plus" onPress={() => setBooking(true)}>
                <T k="assistant.book" />
              </Button>
            </div>
          </div>
          {desks.length > 1 && <Desks desks={desks} desk={desk} onDesk={setDesk} />}
          {list.isError && (
            <TroubleLine>
              <T k="assistant.failed" />{" "}
              <Button place="desk" onPress={() => void list.refetch()}>
                <T k="work.retry" />
              </Button>
            </TroubleLine>
          )}
          <Warnings appointments={ofToday.data ?? []} />
          <DayTable rows={rows} pool={pool} loading={list.isPending} onOpen={setOpened} />
        </div>
        <aside className="flex min-h-0 flex-col gap-4">
          <WaitingPanel list={waiting} />
          {one !== undefined && (
            <>
              <LatePanel key={`late ${one}`} desk={one} late={lateness(ofToday.data ?? [], one, now)} {...(name === undefined ? {} : { name })} />
              <AwayPanel key={`away ${one}`} desk={one} day={day} blocks={blocks} {...(name === undefined ? {} : { name })} />
            </>
          )}
        </aside>
      </main>
      {opened !== null && <AppointmentSheet appointment={opened} pool={pool} onClose={() => setOpened(null)} />}
      {booking && <BookDialog offices={offices} pool={pool} desks={desks} onClose={() => setBooking(false)} />}
    </div>
  );
}

/** All desks together, or one. */
function Desks({ desks, desk, onDesk }: { readonly desks: readonly DeskName[]; readonly desk: string | null; readonly onDesk: (desk: string | null) => void }) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button place="desk" chosen={desk === null} onPress={() => onDesk(null)}>
        <T k="assistant.allDesks" />
      </Button>
      {desks.map((one) => (
        <Button key={one.id} place="desk" chosen={desk === one.id} onPress={() => onDesk(one.id)}>
          {literal(one.name)}
        </Button>
      ))}
    </div>
  );
}
