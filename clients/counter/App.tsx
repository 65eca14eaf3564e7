import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Appointment } from "../session";
import { literal } from "../ui/ruby";
import { LanguageChoice, LineBar, SoundSwitch, TopBar } from "../ui/work/Frame";
import { Pill } from "../ui/work/parts";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { Sound } from "../ui/work/sound";
import { AppointmentDialog } from "./AppointmentDialog";
import { CallCover } from "./CallCover";
import { expectedBefore, openCalls } from "./day";
import { DayScreen } from "./DayScreen";
import { useRefetchOnChange } from "./queries";
import { Emergencies } from "./Emergency";
import { OtherScreens, type Screen } from "./screens";
import { useCounterDay } from "./useCounterDay";
import { useDoings } from "./useDoings";
import { type Made } from "./useBooking";
import { T } from "./words";

/** The counter, once somebody is signed in. */
export function App() {
  const client = useClient();
  const seat = useSeat();
  const queries = useQueryClient();
  const [sound] = useState(() => new Sound());
  const [screen, setScreen] = useState<Screen>({ at: "day" });
  const [opened, setOpened] = useState<string | null>(null);
  useRefetchOnChange(queries);
  const now = useNow(5000);
  const day = useCounterDay(seat.identity?.office ?? "", now);
  const { office, today, appointments } = day;
  const calls = openCalls(seat.calls);
  const open = appointments.find((a) => a.id === opened) ?? day.ofToday.find((a) => a.id === opened);
  const close = useCallback(() => setOpened(null), []);
  const does = useDoings(close);

  const toDay = () => {
    does.forget();
    setOpened(null);
    setScreen({ at: "day" });
  };
  const show = (next: Screen) => {
    does.forget();
    setOpened(null);
    setScreen(next);
  };
  const find = (id: string) => day.ofToday.find((a) => a.id === id) ?? appointments.find((a) => a.id === id);
  const move = (id: string) => {
    const found = find(id);
    if (found !== undefined) show({ at: "move", appointment: found });
  };
  const look = (id: string) => {
    does.forget();
    setOpened(id);
  };
  const { api } = client;
  const made = useCallback(
    (result: Made) => {
      void queries.invalidateQueries();
      switch (result.kind) {
        case "appointment":
          setScreen({ at: "slip", appointment: result.appointment, why: "booked" });
          // Somebody who has walked in and whose turn it is gets in at once; on a later try the day's line says so.
          if (result.appointment.state === "arrived" && Date.parse(result.appointment.start) - client.now() < expectedBefore * 60_000) {
            void api.checkIn({ appointment: result.appointment.id }).catch(() => undefined);
          }
          break;
        case "ticket":
          setScreen({ at: "ticket", number: result.number, waiter: result.waiter });
          break;
        case "waiting":
          setScreen({ at: "waitlist" });
          break;
        case "series":
          setScreen({ at: "series", series: result.series, legs: result.legs, resident: result.resident });
          break;
      }
    },
    [api, client, queries],
  );

  return (
    <div className="flex min-h-dvh flex-col bg-ground-desk roomy:h-dvh print:block print:h-auto">
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
      <Emergencies sessions={day.sessions} office={office} />
      {screen.at === "day" ? (
        <DayScreen
          line={day.line}
          shutting={day.shutting}
          busy={does.busy}
          waiting={day.waiters?.length ?? 0}
          acts={{
            onCheckIn: (appointment) => void does.checkIn({ appointment }),
            onCleaned: (appointment) => void does.cleaned(appointment),
            onOpen: look,
            onMove: move,
            onWaitlist: () => show({ at: "waitlist" }),
          }}
          day={day.day}
          columns={day.columns}
          ruler={day.ruler}
          open={office === undefined || day.isOpen}
          failed={day.failed}
          message={does.message}
          onDay={day.choose}
          onRetry={day.retry}
          onNew={() => show({ at: "booking", key: now, mode: "once" })}
          onWalkIn={() => show({ at: "booking", key: now, mode: "now" })}
          onBlocks={() => show({ at: "blocks" })}
          onOpen={(appointment) => look(appointment.id)}
          onReception={does.reception}
        />
      ) : (
        <OtherScreens
          screen={screen}
          office={office}
          today={today}
          waiters={day.waiters}
          waitersFailed={day.waitersFailed}
          onWaitersAgain={day.retryWaiters}
          busy={does.busy}
          message={does.message}
          onMade={made}
          onScreen={show}
          onDay={toDay}
          onWaiter={{
            onAccept: (waiter) => void does.accept(waiter.id).then((appointment) => appointment && show({ at: "slip", appointment, why: "accepted" })),
            onDecline: (waiter) => void does.decline(waiter.id),
            onLeave: (waiter) => void does.leave(waiter.id),
          }}
        />
      )}
      {open !== undefined && screen.at === "day" && calls.length === 0 && (
        <AppointmentDialog
          key={open.id}
          appointment={open}
          today={today}
          now={now}
          busy={does.busy}
          trouble={does.trouble}
          acts={{
            onCheckIn: () => void does.checkIn({ appointment: open.id }),
            onSlip: () => show({ at: "slip", appointment: open, why: "looked-at" }),
            onMove: () => show({ at: "move", appointment: open }),
            onCancel: () => void does.cancel(open),
            onNoShow: () => void does.noShow(open),
            onFreeLeg: (leg) => void does.freeLeg(open, leg),
            onCleaned: () => void does.cleaned(open.id),
            onSettle: (choice) => void does.settle(open, choice),
            onClose: close,
          }}
        />
      )}
      <CallCover
        calls={calls}
        sessions={day.sessions}
        office={office}
        appointments={day.ofToday satisfies readonly Appointment[]}
        sound={sound}
        busy={does.busy}
        trouble={does.trouble}
        onAnswer={(call) => void does.answer(call)}
      />
    </div>
  );
}
