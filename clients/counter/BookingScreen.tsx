import { useCallback } from "react";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { type Day, dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet, TroubleLine } from "../ui/work/parts";
import { troubleOfCode } from "../ui/work/trouble";
import { type Draft, faultsOf, isChosen, mayBeAnonymous, type Mode, secondsLeft } from "./booking";
import { DayName } from "./DayName";
import { ModeChoice, RhythmFields, WishFields } from "./ModeChoice";
import { PersonFields } from "./PersonFields";
import { legRequests } from "./queries";
import { type Made, useBooking } from "./useBooking";
import { useMonotonic } from "./useMonotonic";
import { WhenColumn } from "./WhenColumn";
import { WhoWithColumn } from "./WhoWithColumn";
import { T } from "./words";

/** A new booking in three columns, left to right: who with, when, who. The seat is held from the moment a time is chosen. */
export function BookingScreen({
  office,
  today,
  mode = "once",
  onMade,
  onStop,
}: {
  readonly office: Office;
  readonly today: Day;
  readonly mode?: Mode;
  readonly onMade: (made: Made) => void;
  readonly onStop: () => void;
}) {
  const { draft, dispatch, choose, stop } = useBooking(office, mode, onMade);
  const onDay = useCallback((day: Day) => dispatch({ type: "day", day }), [dispatch]);
  const going = draft.pending !== null && draft.pending !== "hold";
  const inPerson = draft.trouble !== null && isChosen(draft);
  return (
    <main className="screen-only columns-3-main text-[18px]">
      <ScreenTitle className="sr-only">
        <T k="counter.book.title" />
      </ScreenTitle>
      <Sheet className="flex min-h-0 flex-col p-5 roomy:overflow-y-auto">
        <WhoWithColumn offers={office.offers} legs={draft.legs} dispatch={dispatch} />
      </Sheet>
      <Sheet className="flex min-h-0 flex-col p-5 roomy:overflow-y-auto">
        <h2 className="mb-2 text-[24px] font-bold">
          <T k="counter.book.when" />
        </h2>
        <ModeChoice draft={draft} dispatch={dispatch} />
        {draft.mode === "now" ? (
          <p>
            <T k="counter.mode.nowMeans" />
          </p>
        ) : (
          <>
            {draft.mode === "series" && <RhythmFields draft={draft} dispatch={dispatch} />}
            <WhenColumn
              search={{ office: office.id, legs: legRequests(draft.legs) }}
              today={today}
              day={draft.day}
              chosen={{ start: draft.start, held: draft.held, pending: draft.pending === "hold" }}
              trouble={inPerson ? null : (draft.trouble?.slug ?? null)}
              daysOnly={draft.mode === "wait"}
              holds={draft.mode === "once"}
              onDay={onDay}
              onTime={choose}
            />
            {draft.mode === "wait" && draft.legs.length > 0 && draft.day !== null && <WishFields draft={draft} dispatch={dispatch} />}
          </>
        )}
      </Sheet>
      <div className="flex min-h-0 flex-col gap-3.5">
        <Sheet className="flex min-h-0 flex-1 flex-col gap-3 p-5 roomy:overflow-y-auto">
          <h2 className="text-[24px] font-bold">
            <T k="counter.book.person" />
          </h2>
          <PersonFields
            draft={draft}
            faults={draft.tried ? faultsOf(draft) : {}}
            anonymousAllowed={mayBeAnonymous(draft)}
            dispatch={dispatch}
            onEnter={() => dispatch({ type: "confirm" })}
          />
          <Summary draft={draft} />
          {inPerson && (
            <TroubleLine>
              <T k={troubleOfCode(draft.trouble?.slug ?? "").key} />
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
          icon={draft.mode === "once" || draft.mode === "now" ? "printer" : "check"}
          className="min-h-18 w-full flex-none text-[22px]!"
          busy={going}
          unavailable={isChosen(draft) ? undefined : <T k="counter.book.goWhy" />}
          onPress={() => dispatch({ type: "confirm" })}
        >
          <T k={going ? "counter.book.going" : goes[draft.mode]} />
        </Button>
      </div>
    </main>
  );
}

const goes = {
  once: "counter.book.go",
  now: "counter.book.goNow",
  wait: "counter.book.goWait",
  series: "counter.book.goSeries",
} as const;

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
