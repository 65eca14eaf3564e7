// What the booking side of the HTTP API says, as the apps read it. Times are RFC 3339 with offset.

/** Where an appointment stands. */
export type AppointmentState = "booked" | "arrived" | "done" | "cancelled" | "noshow";

/** One professional side of an appointment. Counters get no serviceName, only the neutral publicName. */
export interface AppointmentLeg {
  service: string;
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

/** The resident of an appointment, as far as this seat may know: the telephone number only at the counter. */
export interface Resident {
  kana: string;
  phone?: string;
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
  resident?: Resident;
  anonymous: boolean;
}

export interface AppointmentList {
  rev: number;
  appointments: Appointment[];
}

/** Somebody who can be met from an office, for one service. */
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

export interface OfficeHours {
  days: string;
  open: string;
  close: string;
  noonFrom?: string;
  noonTo?: string;
}

export interface Office {
  id: string;
  name: string;
  kana?: string;
  address?: string;
  phone?: string;
  area?: string;
  tenant?: string;
  booths: { id: string; name: string; equipment?: string[] }[];
  hours?: OfficeHours[];
  notices?: { icon: string; title: string; body: string }[];
  offers: Offer[];
  emergency?: { hospital: string; phone: string };
}

/** Why a day or a time is refused: a stable code and a sentence for people. */
export interface Refusal {
  code: string;
  text: string;
}

export interface DayOffer {
  date: string;
  free: number;
  reason?: Refusal;
}

export interface TimeOffer {
  start: string;
  end: string;
  free: boolean;
  booth?: string;
  boothName?: string;
  reasons?: Refusal[];
}

export interface Hold {
  id: string;
  state: string;
  expiresAt: string;
  /** The server's clock when it answered, so that the countdown needs no right clock here. */
  now: string;
  office: string;
  booth: string;
  boothName: string;
  start: string;
  end: string;
  legs: { service: string; pool: string; desk: string; deskName: string; start: string; end: string }[];
}

/** Who a seat is, from sign-in or /v1/me. */
export interface Seat {
  seat: string;
  role: string;
  name: string;
  area: string;
  office?: string;
  officeName?: string;
  booth?: string;
  boothName?: string;
  desk?: string;
  pool?: string;
}
