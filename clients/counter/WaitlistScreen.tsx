import type { ReactNode } from "react";
import type { Waiter } from "../session";
import type { Offer } from "../session/booking";
import { Button } from "../ui/Button";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import { DayName } from "./DayName";
import { NotRead } from "./Told";
import { T, useWords } from "./words";

/** What can be answered for somebody who waits; each by telephone or in person. */
export interface WaiterActs {
  readonly onAccept: (waiter: Waiter) => void;
  readonly onDecline: (waiter: Waiter) => void;
  readonly onLeave: (waiter: Waiter) => void;
}

/** Who waits for a time to become free, in the order of turns; those with a time held for them come first. */
export function WaitlistScreen({
  waiters,
  offers,
  failed,
  busy,
  message,
  acts,
  onNew,
  onRetry,
  onDay,
}: {
  readonly waiters: readonly Waiter[] | undefined;
  readonly offers: readonly Offer[];
  readonly failed: boolean;
  readonly busy: boolean;
  /** What has just been done or refused. */
  readonly message: ReactNode;
  readonly acts: WaiterActs;
  readonly onNew: () => void;
  readonly onRetry: () => void;
  readonly onDay: () => void;
}) {
  const offered = waiters?.filter((w) => w.state === "offered") ?? [];
  const waiting = waiters?.filter((w) => w.state === "waiting") ?? [];
  return (
    <main className="screen-only flex min-h-0 flex-1 flex-col gap-4 px-5 py-4 text-[18px] roomy:overflow-y-auto">
      <div className="flex flex-wrap items-center gap-4">
        <ScreenTitle className="mr-auto text-[26px]">
          <T k="counter.wait.title" />
        </ScreenTitle>
        <Button place="counter" icon="plus" onPress={onNew}>
          <T k="counter.wait.new" />
        </Button>
        <Button place="counter" icon="back" onPress={onDay}>
          <T k="counter.made.day" />
        </Button>
      </div>
      <div role="status">{message}</div>
      {failed && <NotRead onRetry={onRetry} />}
      {waiters === undefined && !failed && (
        <p role="status">
          <T k="work.loading" />
        </p>
      )}
      {waiters !== undefined && offered.length + waiting.length === 0 && (
        <p>
          <T k="counter.wait.nobody" />
        </p>
      )}
      <ul className="flex flex-col gap-3">
        {[...offered, ...waiting].map((waiter) => (
          <li key={waiter.id}>
            <WaiterCard waiter={waiter} offers={offers} busy={busy} primary={waiter === offered[0]} acts={acts} />
          </li>
        ))}
      </ul>
    </main>
  );
}

function WaiterCard({
  waiter,
  offers,
  busy,
  primary,
  acts,
}: {
  readonly waiter: Waiter;
  readonly offers: readonly Offer[];
  readonly busy: boolean;
  readonly primary: boolean;
  readonly acts: WaiterActs;
}) {
  const words = useWords();
  const name = waiter.resident === undefined ? words.written("counter.anonymous") : literal(waiter.resident.kana);
  return (
    <Sheet tone={waiter.offer === undefined ? "plain" : "now"} className="flex flex-wrap items-center gap-x-6 gap-y-2 px-5 py-3">
      <p className="text-[20px] font-bold">
        {waiter.number !== undefined && (
          <>
            <T k="counter.number" values={{ number: waiter.number }} />{" "}
          </>
        )}
        {name}
      </p>
      {waiter.resident?.phone !== undefined && <p className="text-[20px] font-bold tabular-nums">{literal(waiter.resident.phone)}</p>}
      <p>{waiter.legs.map((leg) => publicNameOf(offers, leg.service, leg.pool)).join(" → ")}</p>
      <p className="text-ink-soft">
        <DayName day={dayOf(waiter.from)} /> {wallClock(waiter.from)} 〜 <DayName day={dayOf(waiter.to)} /> {wallClock(waiter.to)}
      </p>
      {waiter.offer === undefined && waiter.place !== undefined && (
        <p className="font-bold">
          <T k="counter.wait.place" values={{ place: waiter.place }} />
        </p>
      )}
      <div className="ml-auto flex flex-wrap gap-3">
        <Button place="desk" busy={busy} label={words.written("counter.wait.leave.label", { name })} onPress={() => acts.onLeave(waiter)}>
          <T k="counter.wait.leave" />
        </Button>
      </div>
      {waiter.offer !== undefined && <OfferRow waiter={waiter} offer={waiter.offer} name={name} busy={busy} primary={primary} acts={acts} />}
    </Sheet>
  );
}

function OfferRow({
  waiter,
  offer,
  name,
  busy,
  primary,
  acts,
}: {
  readonly waiter: Waiter;
  readonly offer: NonNullable<Waiter["offer"]>;
  readonly name: string;
  readonly busy: boolean;
  readonly primary: boolean;
  readonly acts: WaiterActs;
}) {
  const words = useWords();
  const left = Math.max(1, Math.floor((Date.parse(offer.expiresAt) - useNow()) / 60_000));
  return (
    <div className="flex basis-full flex-wrap items-center gap-x-5 gap-y-2 border-t border-solid-gray-420 pt-3">
      <p className="min-w-0 flex-1 basis-96 text-[20px]">
        <span className="font-bold">
          <DayName day={dayOf(offer.start)} /> {wallClock(offer.start)} {literal(offer.boothName)}
        </span>{" "}
        <T k={waiter.number === undefined ? "counter.wait.call" : "counter.wait.tell"} values={{ minutes: left }} />
      </p>
      <Button place="counter" busy={busy} label={words.written("counter.wait.decline.label", { name })} onPress={() => acts.onDecline(waiter)}>
        <T k="counter.wait.decline" />
      </Button>
      <Button
        place="counter"
        kind={primary ? "primary" : "plain"}
        icon="check"
        busy={busy}
        label={words.written("counter.wait.accept.label", { name })}
        onPress={() => acts.onAccept(waiter)}
      >
        <T k="counter.wait.accept" />
      </Button>
    </div>
  );
}

/** The neutral word for the other side of a leg. */
function publicNameOf(offers: readonly Offer[], service: string, pool: string): string {
  const offer = offers.find((o) => o.service === service && o.pool === pool);
  return literal(offer?.publicName ?? pool);
}
