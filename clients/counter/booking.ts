// A new booking, from "who with" to the slip, as a pure reducer. The view asks the server and reports what it said;
// every rule about what may be chosen, what a change gives up and when a seat is lost stands here.

import type { Appointment, Hold, Offer } from "../session/booking";
import { addDays, type Day } from "../ui/office-time";
import { normaliseKana, normalisePhone, type PersonFaults, personFaults } from "./person";

/** A visit has at most this many legs. */
export const maxLegs = 4;

/** What is wanted: one visit, the next free time for somebody who is here, a place on the waiting list, a row. */
export type Mode = "once" | "now" | "wait" | "series";

/** Which starts would do for somebody who waits, from the day chosen on. */
export type WishSpan = "morning" | "afternoon" | "day" | "week" | "month";

/** How often a row is held: weeks between two visits, and how many visits. */
export interface Rhythm {
  weeks: number;
  count: number;
}

/** A seat held for this booking. The deadline is by this machine's monotonic clock, in ms. */
export interface HeldSeat {
  id: string;
  start: string;
  end: string;
  boothName: string;
  legs: Hold["legs"];
  deadline: number;
}

/** What a request is under way for; unknown: whether it was carried out, so it is asked again. */
export type Pending = "hold" | "confirm" | "send" | "unknown" | null;

/** Why something did not work: the last part of a problem's type. */
export interface Trouble {
  slug: string;
}

/** Another side of the visit that has been chosen. */
export interface DraftLeg extends Offer {
  /** The resident comes there for the first time. */
  first?: boolean;
}

export interface Draft {
  mode: Mode;
  legs: DraftLeg[];
  day: Day | null;
  /** The time chosen; held once `held` is there. */
  start: string | null;
  held: HeldSeat | null;
  /** Holds given up, still to be released on the server. */
  release: string[];
  kana: string;
  phone: string;
  anonymous: boolean;
  wish: WishSpan;
  /** Let forward on the waiting list. */
  urgent: boolean;
  rhythm: Rhythm;
  pending: Pending;
  trouble: Trouble | null;
  /** Faults are shown only after somebody tried to confirm. */
  tried: boolean;
  /** The appointment made: the slip is on the screen. */
  made: Appointment | null;
}

export type BookingEvent =
  | { type: "mode"; mode: Mode }
  | { type: "wish"; wish: WishSpan }
  | { type: "urgent"; on: boolean }
  | { type: "rhythm"; rhythm: Rhythm }
  | { type: "add-leg"; offer: Offer }
  | { type: "remove-leg"; index: number }
  | { type: "first"; index: number; on: boolean }
  | { type: "day"; day: Day }
  | { type: "time"; start: string }
  | { type: "held"; hold: Hold; at: number } // at: monotonic clock when the answer came
  | { type: "kana"; text: string }
  | { type: "phone"; text: string }
  | { type: "tidy" } // a field was left: what was typed becomes its kept form
  | { type: "anonymous"; on: boolean }
  | { type: "confirm" }
  | { type: "made"; appointment: Appointment }
  | { type: "sent" } // the ticket, the place in the queue or the row is there
  | { type: "trouble"; trouble: Trouble }
  | { type: "tick"; at: number }
  | { type: "released"; id: string };

export const emptyDraft: Draft = {
  mode: "once",
  legs: [],
  day: null,
  start: null,
  held: null,
  release: [],
  kana: "",
  phone: "",
  anonymous: false,
  wish: "week",
  urgent: false,
  rhythm: { weeks: 4, count: 3 },
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

/** What is asked again by itself: nobody knows yet what became of it. */
const unsettled = "outcome-unknown";

/** Answers that settle nothing. */
const noAnswer = new Set([unsettled, "unavailable", "network", "timeout", "http-502", "http-503", "http-504"]);

/** The next draft. */
export function reduce(draft: Draft, event: BookingEvent): Draft {
  switch (event.type) {
    case "mode":
      return event.mode === draft.mode ? draft : anonymousWhereAllowed(giveUpSeat({ ...draft, mode: event.mode }));
    case "wish":
      return { ...draft, wish: event.wish };
    case "urgent":
      return { ...draft, urgent: event.on };
    case "rhythm":
      return { ...draft, rhythm: event.rhythm };
    case "add-leg":
      if (draft.legs.length >= maxLegs) return draft;
      return giveUpSeat(anonymousWhereAllowed({ ...draft, legs: [...draft.legs, event.offer] }));
    case "remove-leg":
      // What followed the removed leg followed because of it.
      return giveUpSeat(anonymousWhereAllowed({ ...draft, legs: draft.legs.slice(0, event.index) }));
    case "first":
      // It may take longer, or not be taken at all: the times are other ones.
      return giveUpSeat({ ...draft, legs: draft.legs.map((leg, i) => (i === event.index ? { ...leg, first: event.on } : leg)) });
    case "day":
      return giveUpSeat({ ...draft, day: event.day });
    case "time":
      // A row is held whole once it is known for whom.
      return { ...giveUpSeat(draft), start: event.start, pending: draft.mode === "once" ? "hold" : null };
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
    case "sent":
      return { ...draft, pending: null, trouble: null };
    case "trouble":
      return meet(draft, event.trouble);
    case "tick":
      if (draft.pending === "unknown") return { ...draft, pending: sentAs(draft) };
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

/** Minutes of one leg: a first visit may have a length of its own. */
export function legMinutes(leg: DraftLeg): number {
  return leg.first === true ? (leg.firstVisit?.minutes ?? leg.minutes) : leg.minutes;
}

/** Minutes of the whole visit. */
export function visitMinutes(legs: readonly DraftLeg[]): number {
  return legs.reduce((sum, leg) => sum + legMinutes(leg), 0);
}

/** Whether the resident may stay without a name: only if every leg allows it, and not for a row of visits. */
export function mayBeAnonymous({ legs, mode }: Pick<Draft, "legs" | "mode">): boolean {
  return mode !== "series" && legs.length > 0 && legs.every((l) => l.anonymous);
}

/** Whether everything but the person has been chosen. */
export function isChosen(draft: Draft): boolean {
  if (draft.legs.length === 0) return false;
  switch (draft.mode) {
    case "once":
      return draft.held !== null;
    case "now":
      return true;
    case "wait":
      return draft.day !== null;
    case "series":
      return draft.start !== null;
  }
}

/** From when until when a start would do, from the day chosen on, in RFC 3339. */
export function wishedFor(day: Day, wish: WishSpan): { from: string; to: string } {
  const at = (date: Day, clock: string) => `${date}T${clock}:00+09:00`;
  switch (wish) {
    case "morning":
      return { from: at(day, "00:00"), to: at(day, "12:00") };
    case "afternoon":
      return { from: at(day, "12:00"), to: at(addDays(day, 1), "00:00") };
    case "day":
      return { from: at(day, "00:00"), to: at(addDays(day, 1), "00:00") };
    case "week":
      return { from: at(day, "00:00"), to: at(addDays(day, 7), "00:00") };
    case "month":
      return { from: at(day, "00:00"), to: at(addDays(day, 31), "00:00") };
  }
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
  return isChosen(draft) ? 3 : 2;
}

function sameOffer(a: Offer, b: Offer): boolean {
  return a.service === b.service && a.pool === b.pool;
}

function anonymousWhereAllowed(draft: Draft): Draft {
  return draft.anonymous && !mayBeAnonymous(draft) ? { ...draft, anonymous: false } : draft;
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
  if (!isChosen(draft) || draft.pending) return draft;
  const tidy = { ...draft, kana: normaliseKana(draft.kana), phone: normalisePhone(draft.phone), tried: true };
  if (Object.keys(faultsOf(tidy)).length > 0) return tidy;
  return { ...tidy, pending: sentAs(draft), trouble: null };
}

function sentAs({ mode }: Draft): Pending {
  return mode === "once" ? "confirm" : "send";
}

function meet(draft: Draft, trouble: Trouble): Draft {
  // Once nobody knew, what does not answer says nothing new: "not possible" would be read as "not booked".
  const doubtful = draft.trouble?.slug === unsettled && noAnswer.has(trouble.slug);
  if (trouble.slug === unsettled || doubtful) return { ...draft, pending: "unknown", trouble: { slug: unsettled } };
  // A row keeps its time: the server says itself which of its visits cannot be had.
  const lost = draft.mode === "once" && (draft.pending === "hold" || seatLost.has(trouble.slug));
  return lost ? { ...giveUpSeat(draft), trouble } : { ...draft, pending: null, trouble };
}
