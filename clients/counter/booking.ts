// A new booking, from "who with" to the slip, as a pure reducer. The view asks the server and reports what it said;
// every rule about what may be chosen, what a change gives up and when a seat is lost stands here.

import type { Appointment, Hold, Offer } from "../session/booking";
import type { Day } from "../ui/office-time";
import { normaliseKana, normalisePhone, type PersonFaults, personFaults } from "./person";

/** A visit has at most this many legs. */
export const maxLegs = 3;

/** A seat held for this booking. The deadline is by this machine's monotonic clock, in ms. */
export interface HeldSeat {
  id: string;
  start: string;
  end: string;
  boothName: string;
  legs: Hold["legs"];
  deadline: number;
}

/** What a request is under way for. */
export type Pending = "hold" | "confirm" | null;

/** Why something did not work: the last part of a problem's type. */
export interface Trouble {
  slug: string;
}

export interface Draft {
  legs: Offer[];
  day: Day | null;
  /** The time chosen; held once `held` is there. */
  start: string | null;
  held: HeldSeat | null;
  /** Holds given up, still to be released on the server. */
  release: string[];
  kana: string;
  phone: string;
  anonymous: boolean;
  pending: Pending;
  trouble: Trouble | null;
  /** Faults are shown only after somebody tried to confirm. */
  tried: boolean;
  /** The appointment made: the slip is on the screen. */
  made: Appointment | null;
}

export type BookingEvent =
  | { type: "add-leg"; offer: Offer }
  | { type: "remove-leg"; index: number }
  | { type: "day"; day: Day }
  | { type: "time"; start: string }
  | { type: "held"; hold: Hold; at: number } // at: monotonic clock when the answer came
  | { type: "kana"; text: string }
  | { type: "phone"; text: string }
  | { type: "tidy" } // a field was left: what was typed becomes its kept form
  | { type: "anonymous"; on: boolean }
  | { type: "confirm" }
  | { type: "made"; appointment: Appointment }
  | { type: "trouble"; trouble: Trouble }
  | { type: "tick"; at: number }
  | { type: "released"; id: string };

export const emptyDraft: Draft = {
  legs: [],
  day: null,
  start: null,
  held: null,
  release: [],
  kana: "",
  phone: "",
  anonymous: false,
  pending: null,
  trouble: null,
  tried: false,
  made: null,
};

/** Problems after which the seat is no longer ours and another time has to be chosen. */
const seatLost = new Set([
  "slot-taken",
  "resident-busy",
  "hold-expired",
  "hold-lost",
  "past-time",
  "closed-time",
  "stale-rules",
  "unknown-appointment",
]);

/** The next draft. */
export function reduce(draft: Draft, event: BookingEvent): Draft {
  switch (event.type) {
    case "add-leg":
      if (draft.legs.length >= maxLegs) return draft;
      return giveUpSeat(anonymousWhereAllowed({ ...draft, legs: [...draft.legs, event.offer] }));
    case "remove-leg":
      // What followed the removed leg followed because of it.
      return giveUpSeat(anonymousWhereAllowed({ ...draft, legs: draft.legs.slice(0, event.index) }));
    case "day":
      return giveUpSeat({ ...draft, day: event.day });
    case "time":
      return { ...giveUpSeat(draft), start: event.start, pending: "hold" };
    case "held":
      return takeSeat(draft, event.hold, event.at);
    case "kana":
      return { ...draft, kana: event.text };
    case "phone":
      return { ...draft, phone: event.text };
    case "tidy":
      return { ...draft, kana: normaliseKana(draft.kana), phone: normalisePhone(draft.phone) };
    case "anonymous":
      return anonymousWhereAllowed({ ...draft, anonymous: event.on });
    case "confirm":
      return confirm(draft);
    case "made":
      return { ...draft, made: event.appointment, held: null, pending: null, trouble: null };
    case "trouble":
      return meet(draft, event.trouble);
    case "tick":
      if (!draft.held || draft.pending === "confirm" || event.at < draft.held.deadline) return draft;
      return meet(draft, { slug: "hold-expired" });
    case "released":
      return { ...draft, release: draft.release.filter((id) => id !== event.id) };
  }
}

/** Offers that may be chosen next: all at first, afterwards those that may follow in the same visit. */
export function nextOffers(offers: readonly Offer[], legs: readonly Offer[]): Offer[] {
  const last = legs.at(-1);
  if (!last) return [...offers];
  if (legs.length >= maxLegs) return [];
  return offers.filter((o) => last.followedBy.includes(o.pool) && !legs.some((l) => sameOffer(l, o)));
}

/** Minutes of the whole visit. */
export function visitMinutes(legs: readonly Offer[]): number {
  return legs.reduce((sum, leg) => sum + leg.minutes, 0);
}

/** Whether the resident may stay without a name: only if every leg allows it. */
export function mayBeAnonymous(legs: readonly Offer[]): boolean {
  return legs.length > 0 && legs.every((l) => l.anonymous);
}

/** What is still wrong with the person; nothing for an anonymous visit. */
export function faultsOf(draft: Draft): PersonFaults {
  if (draft.anonymous) return {};
  return personFaults(normaliseKana(draft.kana), normalisePhone(draft.phone));
}

/** Whole seconds the seat is still held, or null. */
export function secondsLeft(draft: Draft, at: number): number | null {
  return draft.held ? Math.max(0, Math.ceil((draft.held.deadline - at) / 1000)) : null;
}

/** The step that asks for an act: the number on the screen that is marked. */
export function currentStep(draft: Draft): 1 | 2 | 3 {
  if (draft.legs.length === 0) return 1;
  return draft.held ? 3 : 2;
}

function sameOffer(a: Offer, b: Offer): boolean {
  return a.service === b.service && a.pool === b.pool;
}

function anonymousWhereAllowed(draft: Draft): Draft {
  return draft.anonymous && !mayBeAnonymous(draft.legs) ? { ...draft, anonymous: false } : draft;
}

function giveUpSeat(draft: Draft): Draft {
  const release = draft.held ? [...draft.release, draft.held.id] : draft.release;
  return { ...draft, start: null, held: null, release, pending: null, trouble: null, tried: false };
}

function takeSeat(draft: Draft, hold: Hold, at: number): Draft {
  // The answer to a choice that has been changed meanwhile is released, not kept.
  if (draft.pending !== "hold" || !draft.start || Date.parse(draft.start) !== Date.parse(hold.start)) {
    return { ...draft, release: [...draft.release, hold.id] };
  }
  const held: HeldSeat = {
    id: hold.id,
    start: hold.start,
    end: hold.end,
    boothName: hold.boothName,
    legs: hold.legs,
    deadline: at + (Date.parse(hold.expiresAt) - Date.parse(hold.now)),
  };
  return { ...draft, held, pending: null, trouble: null };
}

function confirm(draft: Draft): Draft {
  if (!draft.held || draft.pending) return draft;
  const tidy = { ...draft, kana: normaliseKana(draft.kana), phone: normalisePhone(draft.phone), tried: true };
  return Object.keys(faultsOf(tidy)).length > 0 ? tidy : { ...tidy, pending: "confirm", trouble: null };
}

function meet(draft: Draft, trouble: Trouble): Draft {
  const lost = draft.pending === "hold" || seatLost.has(trouble.slug);
  return lost ? { ...giveUpSeat(draft), trouble } : { ...draft, pending: null, trouble };
}
