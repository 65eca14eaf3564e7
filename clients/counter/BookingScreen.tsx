import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";
import type { Appointment } from "../session";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { type Day, dayOf, wallClock } from "../ui/office-time";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { codeOf, troubleOfCode } from "../ui/work/trouble";
import { type BookingEvent, type Draft, emptyDraft, faultsOf, mayBeAnonymous, reduce, secondsLeft } from "./booking";
import { DayName } from "./DayName";
import { PersonFields } from "./PersonFields";
import { legRequests } from "./queries";
import { useMonotonic } from "./useMonotonic";
import { WhenColumn } from "./WhenColumn";
import { WhoWithColumn } from "./WhoWithColumn";
import { T } from "./words";

/** A new booking in three columns, left to right: who with, when, who. The seat is held from the moment a time is chosen. */
export function BookingScreen({
  office,
  today,
  onMade,
  onStop,
}: {
  readonly office: Office;
  readonly today: Day;
  readonly onMade: (appointment: Appointment) => void;
  readonly onStop: () => void;
}) {
  const { draft, dispatch, choose, stop } = useBooking(office, onMade);
  return (
    <main className="screen-only grid min-h-0 flex-1 grid-cols-[22rem_minmax(0,1fr)_21.5rem] gap-4.5 px-5 py-4.5 text-[18px]">
      <ScreenTitle className="sr-only">
        <T k="counter.book.title" />
      </ScreenTitle>
      <Sheet className="flex min-h-0 flex-col overflow-y-auto p-5">
        <WhoWithColumn offers={office.offers} legs={draft.legs} dispatch={dispatch} />
      </Sheet>
      <Sheet className="flex min-h-0 flex-col p-5">
        <WhenColumn office={office.id} draft={draft} today={today} dispatch={dispatch} onTime={choose} />
      </Sheet>
      <div className="flex min-h-0 flex-col gap-3.5">
        <Sheet className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto p-5">
          <h2 className="text-[24px] font-bold">
            <T k="counter.book.person" />
          </h2>
          <PersonFields
            draft={draft}
            faults={draft.tried ? faultsOf(draft) : {}}
            anonymousAllowed={mayBeAnonymous(draft.legs)}
            dispatch={dispatch}
            onEnter={() => dispatch({ type: "confirm" })}
          />
          <Summary draft={draft} />
          {draft.trouble !== null && draft.held !== null && (
            <TroubleLine>
              <T k={troubleOfCode(draft.trouble.slug).key} />
            </TroubleLine>
          )}
        </Sheet>
        <Button
          place="counter"
          className="w-full flex-none"
          onPress={() => {
            stop();
            onStop();
          }}
        >
          <T k="counter.book.stop" />
        </Button>
        <Button
          place="counter"
          kind="primary"
          icon="printer"
          className="min-h-18 w-full flex-none text-[22px]!"
          busy={draft.pending === "confirm"}
          unavailable={draft.held === null ? <T k="counter.book.goWhy" /> : undefined}
          onPress={() => dispatch({ type: "confirm" })}
        >
          <T k={draft.pending === "confirm" ? "counter.book.going" : "counter.book.go"} />
        </Button>
      </div>
    </main>
  );
}

/** What has been chosen, and how long the seat is still held. */
function Summary({ draft }: { readonly draft: Draft }) {
  const now = useMonotonic();
  const left = secondsLeft(draft, now);
  if (draft.held === null || left === null) {
    return draft.pending === "hold" ? (
      <p role="status">
        <T k="counter.book.holding" />
      </p>
    ) : null;
  }
  const minutes = Math.floor(left / 60);
  return (
    <div className="border-t border-solid-gray-420 pt-3">
      <p className="text-[20px] font-bold">
        <DayName day={dayOf(draft.held.start)} /> {wallClock(draft.held.start)}
      </p>
      <p>
        {literal(draft.held.boothName)}
        {" · "}
        {draft.legs.map((leg) => literal(leg.publicName)).join(" → ")}
      </p>
      <p role="timer" className="mt-1 flex items-start gap-2 tabular-nums">
        <Icon name="clock" className="mt-0.5 size-6 text-primary" />
        <span>
          <T k={minutes > 0 ? "counter.book.held" : "counter.book.heldSeconds"} values={{ minutes, seconds: left % 60 }} />
        </span>
      </p>
    </div>
  );
}

/** Carries out what the draft asks for: holds, releases, confirms, and gives everything back when it is left. */
function useBooking(office: Office, onMade: (appointment: Appointment) => void) {
  const { api } = useClient();
  const queries = useQueryClient();
  const [draft, dispatch] = useReducer(reduce, emptyDraft);
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

  const confirming = useRef(false);
  useEffect(() => {
    const { held, pending } = draft;
    if (pending !== "confirm" || held === null || confirming.current) return;
    confirming.current = true;
    api
      .confirm(held.id, draft.anonymous ? { anonymous: true } : { resident: { kana: draft.kana, phone: draft.phone } })
      .then((appointment) => {
        dispatch({ type: "made", appointment });
        onMade(appointment);
      })
      .catch(refused)
      .finally(() => {
        confirming.current = false;
      });
  }, [api, draft, onMade, refused]);

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
