// What administrators see of the HTTP API: sessions without names, and what is offered where.

import type { State } from "./protocol";

/** One running session as an admin sees it: places and numbers, no names. */
export interface SessionLine {
  id: string;
  state: State;
  office: string;
  booth: string;
  pool: string;
  desk: string;
  number: number;
  /** Index of the current leg, and how many there are. */
  leg: number;
  legs: number;
  openedAt: string;
}

export interface SessionList {
  counts: Partial<Record<State, number>>;
  sessions: SessionLine[];
}

/** One service by one pool at one office, as administrators see it. Days are "2026-04-01". */
export interface OfferLine {
  office: string;
  officeName: string;
  service: string;
  serviceName: string;
  pool: string;
  poolName: string;
  basis: { kind: "council" | "contract" | "notification" | "agreement"; reference: string; on: string };
  trained: string;
  from: string;
  until?: string;
  state: "given" | "not-yet" | "ended" | "suspended" | "unprepared";
  /** Whether it is received at a notified facility, which has papers. */
  facility?: boolean;
  /** What is not on record of the facility; until it is, nothing can be booked. */
  lacks?: Lack[];
  suspension?: Suspension;
}

/** What a facility for online medical care may lack on record. */
export type Lack = "name" | "owner" | "representative" | "manager" | "authority" | "opened" | "clean" | "private" | "secure" | "breakdown" | "illness" | "hospital" | "notification" | "fee" | "conformity";

/** The papers of a facility, in the order in which an office needs them. */
export const papers = ["notification", "notice", "fees", "emergency"] as const;
export type Paper = (typeof papers)[number];

/** A service taken out of what is offered until it is resumed. */
export interface Suspension {
  id: string;
  office?: string;
  service: string;
  pool?: string;
  reason: string;
  by: string;
  at: string;
}

export interface OfferList {
  rules: number;
  catalogue: string;
  offers: OfferLine[];
  suspensions: Suspension[];
}

/** How one receiver of notices stands, in one area. */
export interface DeliveryLine {
  area: string;
  /** "mail", "sms", "voice" or "hook-<id>". */
  channel: string;
  waiting: number;
  givenUp: { id: string; appointment: string; type: string; at: string; tries: number; failed: string }[];
  /** Between these instants it was told nothing, the latest first: it has to read everything anew. */
  missed: { after: string; before: string }[];
}

/** A code told once, by which a seat is enrolled or opened. */
export interface OneTimeCode {
  code: string;
  expiresAt: string;
}

/** One opening of a sealed letter. */
export interface LetterUse {
  seat: string;
  at: string;
}
