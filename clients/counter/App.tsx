import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { Appointment } from "../session";
import { Icon } from "../ui/Icon";
import { type Day, dayOf } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { LanguageChoice, LineBar, SoundSwitch, TopBar } from "../ui/work/Frame";
import { Pill, TroubleLine } from "../ui/work/parts";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { Sound } from "../ui/work/sound";
import { type Trouble, troubleOf } from "../ui/work/trouble";
import { AppointmentDialog } from "./AppointmentDialog";
import { BookingScreen } from "./BookingScreen";
import { CallCover } from "./CallCover";
import { boothColumns, hoursOn, openCalls, rulerOf } from "./day";
import { DayScreen } from "./DayScreen";
import { receptionOf } from "./person";
import { useOffice, useOfficeDay, useRefetchOnChange } from "./queries";
import { SlipScreen } from "./Slip";
import { T } from "./words";

type Screen = { at: "day" } | { at: "booking"; key: number } | { at: "slip"; appointment: Appointment; fresh: boolean };

/** The counter, once somebody is signed in. */
export function App() {
  const client = useClient();
  const seat = useSeat();
  const queries = useQueryClient();
  const [sound] = useState(() => new Sound());
  const [screen, setScreen] = useState<Screen>({ at: "day" });
  const [chosenDay, setChosenDay] = useState<Day | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const [message, setMessage] = useState<ReactNode>(null);
  const act = useAct();
  useRefetchOnChange(queries);

  const office = seat.identity?.office ?? "";
  const now = useNow(5000);
  const today = dayOf(now);
  const day = chosenDay ?? today;
  const facts = useOffice(office);
  const list = useOfficeDay(office, day);
  const ofToday = useOfficeDay(office, today);
  const appointments = useMemo(() => list.data ?? [], [list.data]);
  const sessions = useMemo(() => seat.sessions ?? [], [seat.sessions]);
  const hours = hoursOn(facts.data?.hours, day);
  const ruler = useMemo(() => rulerOf(hours, appointments), [hours, appointments]);
  const columns = boothColumns(facts.data?.booths ?? [], appointments, sessions, seat.calls, now);
  const calls = openCalls(seat.calls);
  const open = appointments.find((a) => a.id === opened);

  const checkIn = (who: { appointment: string } | { reception: string }) =>
    act.run(async () => {
      const { appointment } = await client.api.checkIn(who);
      setOpened(null);
      setMessage(
        <Done>
          <T k="counter.checkedIn" values={{ number: appointment.number, booth: literal(appointment.boothName) }} />
        </Done>,
      );
      void queries.invalidateQueries({ queryKey: ["day"] });
    });
  const cancel = (appointment: Appointment) =>
    act.run(async () => {
      await client.api.cancel(appointment.id);
      setOpened(null);
      setMessage(
        <Done>
          <T k="counter.cancelled" values={{ number: appointment.number }} />
        </Done>,
      );
      void queries.invalidateQueries({ queryKey: ["day"] });
    });
  const refusedHere = (done: boolean, trouble: Trouble | null) => {
    if (!done && trouble !== null) {
      setMessage(
        <TroubleLine>
          <T k={trouble.key} />
        </TroubleLine>,
      );
    }
  };

  const toDay = () => {
    setMessage(null);
    setScreen({ at: "day" });
  };
  const made = useCallback(
    (appointment: Appointment) => {
      void queries.invalidateQueries({ queryKey: ["day"] });
      setScreen({ at: "slip", appointment, fresh: true });
    },
    [queries],
  );

  return (
    <div className="flex h-dvh flex-col bg-ground-desk print:block print:h-auto">
      <TopBar name={literal(seat.identity?.officeName ?? "")} detail={<T k="counter.seat" />}>
        {calls[0] === undefined ? (
          <Pill tone="good" icon="bell" className="text-[16px]">
            <T k="counter.calls.none" />
          </Pill>
        ) : (
          <Pill tone="heed" icon="bell" className="text-[16px]">
            <T k="counter.calls.some" values={{ booth: literal(calls[0].boothName) }} />
          </Pill>
        )}
        <SoundSwitch sound={sound} place="desk" />
        <LanguageChoice />
      </TopBar>
      <LineBar place="desk" />
      {screen.at === "day" && (
        <DayScreen
          day={day}
          columns={columns}
          ruler={ruler}
          open={facts.data === undefined || hours !== undefined}
          failed={list.isError || facts.isError}
          message={message}
          onDay={setChosenDay}
          onRetry={() => {
            void list.refetch();
            void facts.refetch();
          }}
          onNew={() => setScreen({ at: "booking", key: now })}
          onOpen={(appointment) => {
            act.clear();
            setOpened(appointment.id);
          }}
          onCheckIn={(appointment) => void checkIn({ appointment }).then(([done, trouble]) => refusedHere(done, trouble))}
          onReception={async (text) => {
            const reception = receptionOf(text);
            if (reception === undefined) {
              setMessage(
                <TroubleLine>
                  <T k="counter.reception.shape" />
                </TroubleLine>,
              );
              return false;
            }
            const [done, trouble] = await checkIn({ reception });
            refusedHere(done, trouble?.key === "trouble.notFound" ? { ...trouble, key: "trouble.reception" } : trouble);
            return done;
          }}
        />
      )}
      {screen.at === "booking" && facts.data !== undefined && (
        <BookingScreen key={screen.key} office={facts.data} today={today} onMade={made} onStop={toDay} />
      )}
      {screen.at === "slip" && (
        <SlipScreen
          key={screen.appointment.id}
          appointment={screen.appointment}
          office={facts.data}
          fresh={screen.fresh}
          onAnother={() => setScreen({ at: "booking", key: now })}
          onDay={toDay}
        />
      )}
      {open !== undefined && screen.at === "day" && calls.length === 0 && (
        <AppointmentDialog
          key={open.id}
          appointment={open}
          today={today}
          busy={act.busy}
          trouble={act.trouble}
          onCheckIn={() => void checkIn({ appointment: open.id })}
          onSlip={() => {
            setOpened(null);
            setScreen({ at: "slip", appointment: open, fresh: false });
          }}
          onCancel={() => void cancel(open)}
          onClose={() => setOpened(null)}
        />
      )}
      <CallCover
        calls={calls}
        sessions={sessions}
        appointments={ofToday.data ?? []}
        sound={sound}
        busy={act.busy}
        trouble={act.trouble}
        onAnswer={(call) => void act.run(() => client.answerCall(call))}
      />
    </div>
  );
}

function Done({ children }: { readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-3 rounded-8 bg-good px-4 py-3 font-bold text-good-ink">
      <Icon name="check" className="mt-0.5 size-6" />
      <span>{children}</span>
    </p>
  );
}

/** Runs one request at a time and keeps what was refused. Answers whether it was carried out, and if not, why. */
function useAct() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const run = async (what: () => Promise<void>): Promise<[boolean, Trouble | null]> => {
    setBusy(true);
    setTrouble(null);
    try {
      await what();
      return [true, null];
    } catch (error) {
      const found = troubleOf(error);
      setTrouble(found);
      return [false, found];
    } finally {
      setBusy(false);
    }
  };
  return { busy, trouble, run, clear: () => setTrouble(null) };
}
