import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";
import type { Appointment, SeatClient, Series, Waiter } from "../session";
import type { LegRequest, Office, Resident } from "../session/booking";
import { useClient } from "../ui/work/seat";
import { codeOf } from "../ui/work/trouble";
import { type BookingEvent, type Draft, emptyDraft, type Mode, reduce, wishedFor } from "./booking";
import { legRequests } from "./queries";

/** What a booking has become. */
export type Made =
  | { kind: "appointment"; appointment: Appointment }
  /** Nothing was free today: a number in the queue. */
  | { kind: "ticket"; number: number; waiter: Waiter }
  | { kind: "waiting"; waiter: Waiter }
  | { kind: "series"; series: Series; legs: LegRequest[]; resident: Resident };

/** Carries out what the draft asks for: holds, releases, confirms, and gives everything back when it is left. */
export function useBooking(office: Office, mode: Mode, onMade: (made: Made) => void) {
  const client = useClient();
  const { api } = client;
  const queries = useQueryClient();
  const [draft, dispatch] = useReducer(reduce, { ...emptyDraft, mode });
  const present = useRef(draft);
  useEffect(() => {
    present.current = draft;
  }, [draft]);

  const refused = useCallback(
    (error: unknown) => {
      dispatch({ type: "trouble", trouble: { slug: codeOf(error) } });
      void queries.invalidateQueries({ queryKey: ["free"] });
    },
    [queries],
  );

  const choose = (start: string, rules: number) => {
    dispatch({ type: "time", start });
    if (draft.mode !== "once") return;
    api
      .hold({ office: office.id, start, legs: legRequests(draft.legs), rules })
      .then((hold) => dispatch({ type: "held", hold, at: performance.now() }))
      .catch(refused);
  };

  // The draft names what has been given up; the server is told once for each.
  const releasing = useRef(new Set<string>());
  const release = useCallback(
    (id: string) => {
      if (releasing.current.has(id)) return;
      releasing.current.add(id);
      // A hold that cannot be released expires by itself.
      void api
        .release(id)
        .catch(() => undefined)
        .finally(() => {
          dispatch({ type: "released", id });
          void queries.invalidateQueries({ queryKey: ["free"] });
        });
    },
    [api, queries],
  );
  useEffect(() => draft.release.forEach(release), [draft.release, release]);

  // The same wish sent again after a lost answer is recognised by its key; another wish has another.
  const keys = useRef(new Map<string, string>());
  const keyOf = useCallback((wish: string) => {
    const key = keys.current.get(wish) ?? crypto.randomUUID();
    keys.current.set(wish, key);
    return key;
  }, []);
  const sending = useRef(false);
  useEffect(() => {
    const { held, pending } = draft;
    const work =
      pending === "confirm" && held !== null
        ? api.confirm(held.id, whoOf(draft)).then((appointment): Made => ({ kind: "appointment", appointment }))
        : pending === "send"
          ? null
          : undefined;
    if (work === undefined || sending.current) return;
    sending.current = true;
    (work ?? send(client, office.id, draft, keyOf))
      .then((made) => {
        dispatch(made.kind === "appointment" ? { type: "made", appointment: made.appointment } : { type: "sent" });
        onMade(made);
      })
      .catch(refused)
      .finally(() => {
        sending.current = false;
      });
  }, [api, client, draft, keyOf, office.id, onMade, refused]);

  useEffect(() => {
    const timer = setInterval(() => dispatch({ type: "tick", at: performance.now() } satisfies BookingEvent), 500);
    return () => clearInterval(timer);
  }, []);

  const expired = draft.trouble?.slug === "hold-expired";
  useEffect(() => {
    if (expired) void queries.invalidateQueries({ queryKey: ["free"] });
  }, [expired, queries]);

  const stop = () => {
    const { held } = present.current;
    if (held !== null) release(held.id);
  };
  return { draft, dispatch, choose, stop };
}

function whoOf(draft: Draft): { anonymous: true } | { resident: Resident } {
  return draft.anonymous ? { anonymous: true } : { resident: { kana: draft.kana, phone: draft.phone } };
}

/** Carries out what is not a single visit at a chosen time. */
async function send({ api }: SeatClient, office: string, draft: Draft, keyOf: (wish: string) => string): Promise<Made> {
  const legs = legRequests(draft.legs);
  const wish = { office, legs, ...whoOf(draft) };
  const key = keyOf(JSON.stringify([draft.mode, wish, draft.day, draft.wish, draft.urgent, draft.start, draft.rhythm]));
  switch (draft.mode) {
    case "now": {
      const { number, appointment, waiting } = await api.walkIn(wish, key);
      if (appointment !== undefined) return { kind: "appointment", appointment };
      if (waiting !== undefined) return { kind: "ticket", number, waiter: waiting };
      throw new Error("walk-in: neither an appointment nor a place in the queue");
    }
    case "series": {
      const resident: Resident = { kana: draft.kana, phone: draft.phone };
      const series = await api.series({ office, legs, start: draft.start ?? "", ...draft.rhythm, resident }, key);
      return { kind: "series", series, legs, resident };
    }
    default:
      return { kind: "waiting", waiter: await api.wait({ ...wish, ...wishedFor(draft.day ?? "", draft.wish), urgent: draft.urgent }, key) };
  }
}
