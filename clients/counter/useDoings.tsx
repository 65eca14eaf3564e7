import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Appointment } from "../session";
import type { SettleChoice } from "../session/booking";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import type { Trouble } from "../ui/work/trouble";
import { receptionOf } from "./person";
import { Done } from "./Told";
import { useAct } from "../ui/work/useAct";
import { T } from "./words";

/**
 * What the clerk does to appointments and to those who wait, one thing at a time, with one sentence about how it went.
 *
 * @param close closes the appointment that is open; after what changes what can be done with it
 */
export function useDoings(close: () => void) {
  const client = useClient();
  const { api } = client;
  const queries = useQueryClient();
  const act = useAct();
  const [message, setMessage] = useState<ReactNode>(null);

  /** Runs one request; says how it went and has everything read again that may have changed. */
  const run = async <R,>(what: () => Promise<R>, said: (result: R) => ReactNode): Promise<R | undefined> => {
    const result = await act.act(what, refuse);
    if (result !== undefined) setMessage(<Done>{said(result)}</Done>);
    for (const key of ["day", "free", "waitlist"]) void queries.invalidateQueries({ queryKey: [key] });
    return result;
  };
  const refuse = (trouble: Trouble) => {
    setMessage(
      <TroubleLine>
        <T k={trouble.key} />
      </TroubleLine>,
    );
  };
  const number = (k: "counter.cancelled" | "counter.noshowed" | "counter.leg.given" | "counter.settled", appointment: Appointment) => (
    <T k={k} values={{ number: appointment.number }} />
  );

  const checkIn = async (who: { appointment: string } | { reception: string }): Promise<boolean> => {
    const done = await run(
      async () => (await api.checkIn(who)).appointment,
      (appointment) => <T k="counter.checkedIn" values={{ number: appointment.number, booth: literal(appointment.boothName) }} />,
    );
    if (done !== undefined) close();
    return done !== undefined;
  };

  return {
    busy: act.busy,
    trouble: act.trouble,
    message,
    forget: () => {
      setMessage(null);
      act.clear();
    },
    checkIn,
    /** Checks in by what was typed or scanned; true when somebody was checked in. */
    reception: async (text: string): Promise<boolean> => {
      const reception = receptionOf(text);
      if (reception === undefined) {
        setMessage(
          <TroubleLine>
            <T k="counter.reception.shape" />
          </TroubleLine>,
        );
        return false;
      }
      const found = await act.act(
        () => api.checkIn({ reception }),
        (trouble) => refuse(trouble.key === "trouble.notFound" ? { ...trouble, key: "trouble.reception" } : trouble),
      );
      if (found !== undefined) {
        const { appointment } = found;
        setMessage(
          <Done>
            <T k="counter.checkedIn" values={{ number: appointment.number, booth: literal(appointment.boothName) }} />
          </Done>,
        );
      }
      void queries.invalidateQueries({ queryKey: ["day"] });
      return found !== undefined;
    },
    cancel: async (appointment: Appointment) => {
      if ((await run(() => api.cancel(appointment.id), (a) => number("counter.cancelled", a))) !== undefined) close();
    },
    noShow: async (appointment: Appointment) => {
      if ((await run(() => api.noShow(appointment.id), (a) => number("counter.noshowed", a))) !== undefined) close();
    },
    freeLeg: (appointment: Appointment, leg: number) =>
      run(() => api.freeLeg(appointment.id, leg), (a) => <T k="counter.leg.given" values={{ number: a.number, time: wallClock(a.end) }} />),
    cleaned: async (appointment: string) => {
      const done = await run(() => api.cleaned(appointment), (a) => <T k="counter.cleanedNow" values={{ booth: literal(a.boothName) }} />);
      if (done !== undefined) close();
    },
    settle: async (appointment: Appointment, choice: SettleChoice) => {
      const { id, version } = appointment;
      if ((await run(() => api.settle(id, { choice, version }), (a) => number("counter.settled", a))) !== undefined) close();
    },
    accept: (waiter: string) => run(() => api.acceptOffer(waiter), (a) => <T k="counter.wait.accepted" values={{ number: a.number }} />),
    decline: (waiter: string) => run(() => api.declineOffer(waiter), () => <T k="counter.wait.declined" />),
    leave: (waiter: string) =>
      run(
        async () => {
          await api.leaveWaitlist(waiter);
          return waiter;
        },
        () => <T k="counter.wait.left" />,
      ),
    answer: (call: string) => act.act(() => client.answerCall(call)),
  };
}
