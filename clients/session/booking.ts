// What the booking side of the HTTP API says. Times are RFC 3339 with offset; days are "2026-11-25" at the office.

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
  /** Absent from an older server, which knows first visits but does not say how it takes them. */
  firstVisit?: FirstVisitRule;
}

/** How a service treats somebody who comes for the first time. */
export interface FirstVisitRule {
  accepted: boolean;
  /** Length of a first visit's leg; absent: as any other. */
  minutes?: number;
  /** What to bring; empty where there is nothing to say. */
  note: Wording;
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
  /** Seconds after its start from which an appointment may be called a no-show; absent from an older server. */
  noShowAfter?: number;
}

/** A leg as it is asked for. */
export interface LegRequest {
  service: string;
  pool: string;
  desk?: string;
  /** The resident comes there for the first time. */
  first?: boolean;
}

export interface DayList {
  rules: number;
  /** Provisional: the list of national holidays has not been published for that day. */
  days: { date: string; free: number; reason?: Cause; provisional?: boolean }[];
}

export type TimeOffer =
  | { start: string; end: string; free: true; booth: string; boothName: string }
  | { start: string; end: string; free: false; reasons: Cause[] };

export interface TimeList {
  rules: number;
  times: TimeOffer[];
}

/** How a resident may be reminded. */
export type Reminder = "mail" | "sms" | "voice";

/** A resident, as little as the visit needs. Telephone, mail and reminders are told to counters and receptions only. */
export interface Resident {
  kana: string;
  phone?: string;
  mail?: string;
  /** The clinic's own; told to the desk and the reception of the first leg only. */
  patientNumber?: string;
  remind?: Reminder[];
}

export interface HoldRequest {
  office: string;
  start: string;
  booth?: string;
  legs: LegRequest[];
  resident?: Resident;
  /** In place of the resident: whoever that appointment of one's own is for. */
  of?: string;
  /** Rule version of the times the choice was made from; refused with `stale-rules` if it has moved on. */
  rules?: number;
}

export interface HoldLeg {
  service: string;
  publicName: string;
  pool: string;
  poolName: string;
  desk: string;
  deskName: string;
  start: string;
  end: string;
}

export interface Hold {
  /** The appointment keeps this id. */
  id: string;
  state: "held";
  expiresAt: string;
  /** The server's clock when it answered. */
  now: string;
  office: string;
  officeName: string;
  booth: string;
  boothName: string;
  start: string;
  end: string;
  legs: HoldLeg[];
}

/**
 * How an appointment stands. `unknown`: whether it was booked, moved or cancelled is still being found out, so nobody
 * may be told that it stands. `disputed`: what was told and what is kept differ, and staff have to settle it.
 */
export type AppointmentState = "held" | "booked" | "arrived" | "done" | "cancelled" | "noshow" | "unserved" | "unknown" | "disputed";

/** A step of which it is not known yet whether it lasts. */
export interface UnknownStep {
  step: "confirm" | "move" | "delay" | "cancel" | "keep";
  since: string;
}

/** What the resident was told of an appointment, and the store has lost. */
export interface Dispute {
  /** taken: somebody else has the time by now. changed: it has been changed otherwise since. */
  reason: "taken" | "changed";
  state: AppointmentState;
  start: string;
  end: string;
  office: string;
  booth: string;
  boothName: string;
  /** The appointment still has the place that its own start, booth and legs name; else it has none. */
  placed: boolean;
}

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
  /** When it was to start; earlier than `start` where a desk runs late. */
  planned: string;
  /** Under way, or over. */
  started: boolean;
  done: boolean;
  /** Given back: not needed after all. */
  freed?: boolean;
  /** The resident comes there for the first time. */
  first?: boolean;
}

export interface Appointment {
  id: string;
  state: AppointmentState;
  /** Grows with every change; send the one seen along with a move. */
  version: number;
  /** How often its times were changed, as calendars count. */
  sequence: number;
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
  /** Only for the counter of that office, the desks of its legs and their receptions. */
  resident?: Resident;
  anonymous: boolean;
  /** Until when it has the booth, cleaning included; left out where it has none. */
  boothUntil?: string;
  /** Could not be pushed back with the others: its resident has to be offered another time. */
  choice?: boolean;
  /**
   * What is prepared, for desks and receptions: checks and consents of services ("medical/identity") and notes
   * ("note/companion").
   */
  prepared?: string[];
  /** The row of visits it belongs to. */
  series?: string;
  /** Its last step, while that is unknown. */
  unknown?: UnknownStep;
  dispute?: Dispute;
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
  /** All desks of it. */
  pool?: string;
}

/** Another time, booth, desk or office for an appointment. Its own present time is no hindrance to it. */
export interface MoveRequest {
  /** The appointment as it was seen; `changed` where somebody has changed it meanwhile. */
  version: number;
  /** The present start where only the place changes. */
  start: string;
  /** Another office of the same area. */
  office?: string;
  booth?: string;
  /** Left out: the present services by the same pools. */
  legs?: LegRequest[];
  rules?: number;
}

/** What staff decide of a disputed appointment: it stands, it gets another time, it is given up. */
export type SettleChoice = "keep" | "rebook" | "drop";

export interface SettleRequest {
  choice: SettleChoice;
  /** The appointment as it was seen. */
  version: number;
  /** Of rebook; the rest as in a move. */
  start?: string;
  office?: string;
  booth?: string;
  legs?: LegRequest[];
  rules?: number;
}

/** An appointment that could not be changed with the others, why, and the next starts it could have at its office. */
export interface Conflict {
  appointment: Appointment;
  /** Null where the server names none. */
  reasons: Cause[] | null;
  alternatives: string[] | null;
}

/** What became of a desk's day after it was said to run late. */
export interface Delay {
  desk: string;
  minutes: number;
  /** Pushed back, by their new start. */
  moved: Appointment[];
  /** Not pushed back: staff have to move them. */
  conflicts: Conflict[];
}

/** A visit somebody wants who waits, has walked in or comes again and again. */
export interface VisitWish {
  office: string;
  booth?: string;
  legs: LegRequest[];
  resident?: Resident;
  /** In place of the resident: whoever that appointment of one's own is for. Not for walk-ins. */
  of?: string;
  anonymous?: boolean;
}

export interface WaitRequest extends VisitWish {
  /** Starts from here on would do, and before `to`; at most 31 days later. */
  from: string;
  to: string;
  /** Let forward by a week's waiting. */
  urgent?: boolean;
}

/** Somebody on the waiting list. */
export interface Waiter {
  id: string;
  state: "waiting" | "offered" | "accepted" | "left";
  version: number;
  office: string;
  legs: LegRequest[];
  from: string;
  to: string;
  joined: string;
  /** Call number of somebody who is here. */
  number?: number;
  /** By which the resident asks and answers on the residents' page. */
  reception?: string;
  /** How many come before, plus one. */
  place?: number;
  /** A time held in this name until `expiresAt`: telephone, then accept or decline. */
  offer?: { hold: string; start: string; boothName: string; expiresAt: string };
  /** What has become of it. */
  appointment?: string;
  resident?: Resident;
  anonymous: boolean;
}

/** What somebody without an appointment gets: the next free time of today, checked in, or a place in the queue. */
export interface WalkIn {
  /** Ticket: call number of the office's day. */
  number: number;
  appointment?: Appointment;
  waiting?: Waiter;
}

export interface SeriesRequest extends VisitWish {
  /** Of the first visit. */
  start: string;
  /** Between two visits: 1 to 12. */
  weeks: number;
  /** How many visits: 2 to 12. */
  count: number;
}

/** A row of visits, each held by itself for fifteen minutes, or why it is not and what that day has instead. */
export interface Series {
  id: string;
  times: { start: string; hold?: Hold; reasons?: Cause[]; alternatives?: string[] }[];
}

export type BlockKind = "closure" | "cleaning" | "sick" | "away";

/** Keeps one of office, booth and desk from being booked. */
export interface BlockRequest {
  office?: string;
  booth?: string;
  desk?: string;
  kind: BlockKind;
  start: string;
  /** At most 92 days later. */
  end: string;
  /** Leaves what is booked to be moved; otherwise anything booked refuses the block (`in-the-way`). */
  around?: boolean;
}

export interface Block {
  id: string;
  kind: BlockKind | "lend";
  state: "blocked" | "lifted";
  office?: string;
  booths: string[] | null;
  desks: string[] | null;
  /** That borrows, where a desk is lent. */
  area?: string;
  areaName?: string;
  start: string;
  end: string;
  /** Visits that have another booth at the same time now. */
  rehoused?: Appointment[];
  /** Visits that keep their time until staff have moved them. */
  inTheWay?: Conflict[];
}

/** A desk lent to another area for a window of time. */
export interface Lend {
  id: string;
  desk: string;
  area: string;
  start: string;
  end: string;
  open: boolean;
}

export interface Span {
  start: string;
  end: string;
}

/** Free starts at one office of the area. */
export interface FoundOffice {
  office: string;
  name: string;
  /** Left out where it is not known where the offices lie. */
  distanceKm?: number;
  free: number;
  legs: LegRequest[];
  starts: Span[];
}

export interface WhyRequest {
  start: string;
  booth?: string;
  legs: LegRequest[];
  resident?: Resident;
}

/** Why a visit cannot start then: every reason, and the nearest alternatives. */
export interface Why {
  free: boolean;
  rules: number;
  reasons: (Cause & { booth?: string; service?: string; desk?: string })[];
  before?: Span;
  after?: Span;
  /** Other desks of the same pools that are free then. */
  desks: LegRequest[];
  /** Other offices, nearest first, each with the start nearest in time. */
  offices: FoundOffice[];
}

/** Something said in three languages. */
export interface Wording {
  ja: string;
  easy: string;
  en: string;
}

/** A service of the catalogue. */
export interface Service {
  id: string;
  name: Wording;
  publicName: Wording;
  role: string;
  minutes: number;
  /** Minutes the desk is kept free before and after, and those of cleaning. */
  before: number;
  after: number;
  cleaning: number;
  /** Equipment of the booth. */
  needs: string[];
  anonymous: boolean;
  followedBy: string[];
  /** What the professional may have measured during it; absent from an older server. */
  vitals?: string[];
  languages: string[];
  law: string;
  /** Minutes before the start until which it can be booked. */
  lead: number;
  /** Days ahead it can be booked. */
  ahead?: number;
  firstVisit: FirstVisitRule;
  consents: { id: string; text: Wording }[];
  checks: { id: string; text: Wording }[];
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
