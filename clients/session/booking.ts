// What the booking side of the HTTP API says. Times are RFC 3339 with offset; days are "2026-11-25" at the office.

import type { State } from "./protocol";

/** A stable code for machines and a sentence for people. */
export interface Cause {
  code: string;
  text: string;
  /** やさしい日本語 and English, where the server says it. */
  easy?: string;
  en?: string;
}

export interface OfficeName {
  id: string;
  name: string;
  area: string;
}

/** Who can be met from an office, for one service. */
export interface Offer {
  service: string;
  pool: string;
  name: string;
  publicName: string;
  serviceName: string;
  minutes: number;
  role: string;
  anonymous: boolean;
  /** Pools that may follow in the same visit. */
  followedBy: string[];
}

/** Public facts of an office. */
export interface Office {
  id: string;
  name: string;
  kana: string;
  address: string;
  phone: string;
  area: string;
  tenant: string;
  booths: { id: string; name: string; equipment: string[] }[];
  hours: { days: string; open: string; close: string; noonFrom?: string; noonTo?: string }[];
  notices: { icon: string; title: string; body: string }[];
  offers: Offer[];
  emergency?: { hospital: string; phone: string };
}

/** A leg as it is asked for. */
export interface LegRequest {
  service: string;
  pool: string;
  desk?: string;
}

export interface DayList {
  rules: number;
  days: { date: string; free: number; reason?: Cause }[];
}

export type TimeOffer =
  | { start: string; end: string; free: true; booth: string; boothName: string }
  | { start: string; end: string; free: false; reasons: Cause[] };

export interface TimeList {
  rules: number;
  times: TimeOffer[];
}

/** A resident, as little as the visit needs. */
export interface Resident {
  kana: string;
  phone?: string;
}

export interface HoldRequest {
  office: string;
  start: string;
  booth?: string;
  legs: LegRequest[];
  resident?: Resident;
  /** Rule version of the times the choice was made from; refused with `stale-rules` if it has moved on. */
  rules?: number;
}

export interface Hold {
  id: string;
  state: "held";
  expiresAt: string;
  /** The server's clock when it answered. */
  now: string;
  office: string;
  booth: string;
  boothName: string;
  start: string;
  end: string;
  legs: { service: string; pool: string; desk: string; deskName: string; start: string; end: string }[];
}

export type AppointmentState = "booked" | "arrived" | "done" | "cancelled" | "noshow" | "unserved";

export interface AppointmentLeg {
  service: string;
  /** Absent for counters, which get the neutral publicName only. */
  serviceName?: string;
  publicName: string;
  role: string;
  pool: string;
  poolName: string;
  desk: string;
  deskName: string;
  start: string;
  end: string;
  done: boolean;
}

export interface Appointment {
  id: string;
  state: AppointmentState;
  version: number;
  office: string;
  officeName: string;
  booth: string;
  boothName: string;
  /** Call number of the office's day, from 1. */
  number: number;
  /** Six digits, unique in the office's day. */
  reception: string;
  start: string;
  end: string;
  legs: AppointmentLeg[];
  /** Only for the counter of that office and the desks of its legs; the telephone number only for the counter. */
  resident?: Resident;
  anonymous: boolean;
}

export interface AppointmentList {
  rev: number;
  appointments: Appointment[];
}

/** Narrows a list of appointments; what the seat may not see is left out anyway. Days. */
export interface AppointmentQuery {
  from?: string;
  to?: string;
  office?: string;
  desk?: string;
  booth?: string;
}

export interface CheckIn {
  session: string;
  appointment: Appointment;
}

export interface RoomToken {
  token: string;
  expiresAt: string;
  participant: string;
}

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
  state: "given" | "not-yet" | "ended" | "suspended";
  suspension?: Suspension;
}

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
