import type { ReactNode } from "react";
import type { Appointment, LegRequest, Series, Waiter } from "../session";
import type { Office, Resident } from "../session/booking";
import type { Day } from "../ui/office-time";
import { BlocksScreen } from "./BlocksScreen";
import type { Mode } from "./booking";
import { BookingScreen } from "./BookingScreen";
import { MoveScreen } from "./MoveScreen";
import { RowScreen, TicketScreen } from "./Papers";
import { useBlocks } from "./queries";
import { SeriesScreen } from "./SeriesScreen";
import { type SlipReason, SlipScreen } from "./Slip";
import type { Made } from "./useBooking";
import { type WaiterActs, WaitlistScreen } from "./WaitlistScreen";

/** Where the counter is. */
export type Screen =
  | { at: "day" }
  /** The key tells one booking from the next. */
  | { at: "booking"; key: number; mode: Mode }
  | { at: "move"; appointment: Appointment }
  | { at: "slip"; appointment: Appointment; why: SlipReason }
  | { at: "ticket"; number: number; waiter: Waiter }
  | { at: "series"; series: Series; legs: LegRequest[]; resident: Resident }
  | { at: "row"; appointments: Appointment[] }
  | { at: "waitlist" }
  | { at: "blocks" };

interface Shown {
  readonly office: Office | undefined;
  readonly today: Day;
  readonly waiters: readonly Waiter[] | undefined;
  readonly waitersFailed: boolean;
  readonly onWaitersAgain: () => void;
  readonly busy: boolean;
  /** What has just been done to those who wait, or refused. */
  readonly message: ReactNode;
  readonly onMade: (made: Made) => void;
  readonly onScreen: (screen: Screen) => void;
  readonly onDay: () => void;
  readonly onWaiter: WaiterActs;
}

/** Every screen but the day. */
export function OtherScreens({ screen, ...shown }: Shown & { readonly screen: Exclude<Screen, { at: "day" }> }) {
  const { office, today, onMade, onScreen, onDay } = shown;
  switch (screen.at) {
    case "booking":
      return office && <BookingScreen key={screen.key} office={office} today={today} mode={screen.mode} onMade={onMade} onStop={onDay} />;
    case "move":
      return (
        <MoveScreen
          key={screen.appointment.id}
          appointment={screen.appointment}
          today={today}
          onMoved={(appointment, print) => onScreen({ at: "slip", appointment, why: print ? "moved" : "moved-quietly" })}
          onStop={onDay}
        />
      );
    case "slip":
      return (
        <SlipScreen
          key={screen.appointment.id}
          appointment={screen.appointment}
          office={office}
          why={screen.why}
          onAnother={() => onScreen({ at: "booking", key: Date.now(), mode: "once" })}
          onDay={onDay}
        />
      );
    case "ticket":
      return <TicketScreen number={screen.number} waiter={screen.waiter} onDay={onDay} />;
    case "series":
      return (
        office && (
          <SeriesScreen
            series={screen.series}
            office={office.id}
            legs={screen.legs}
            resident={screen.resident}
            onMade={(appointments) => onScreen({ at: "row", appointments })}
            onStop={onDay}
          />
        )
      );
    case "row":
      return <RowScreen appointments={screen.appointments} office={office} onDay={onDay} />;
    case "waitlist":
      return (
        <WaitlistScreen
          waiters={shown.waiters}
          offers={office?.offers ?? []}
          failed={shown.waitersFailed}
          busy={shown.busy}
          message={shown.message}
          acts={shown.onWaiter}
          onNew={() => onScreen({ at: "booking", key: Date.now(), mode: "wait" })}
          onRetry={shown.onWaitersAgain}
          onDay={onDay}
        />
      );
    case "blocks":
      return office && <Blocks office={office} onScreen={onScreen} onDay={onDay} />;
  }
}

function Blocks({ office, onScreen, onDay }: { readonly office: Office; readonly onScreen: (screen: Screen) => void; readonly onDay: () => void }) {
  const blocks = useBlocks(office.area);
  return (
    <BlocksScreen
      office={office}
      blocks={blocks.data}
      failed={blocks.isError}
      onMove={({ appointment }) => onScreen({ at: "move", appointment })}
      onRetry={() => void blocks.refetch()}
      onDay={onDay}
    />
  );
}
