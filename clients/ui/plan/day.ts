// The professional's day: appointments (over HTTP, with names) joined with live sessions (over the socket, without
// names) into rows a person can act on. Pure: the time is an argument.

import type { SessionSummary } from "../../session/protocol";
import type { Appointment, AppointmentLeg } from "../../session/booking";

/** Whose day it is. */
export interface Me {
  desk: string;
  pool: string;
}

/** How a row stands, from the point of view of this desk's own leg. */
export type RowState =
  | "later" // booked, nobody there yet
  | "arrived" // checked in; the booth tests its devices
  | "earlier-leg" // the visit is with the professional before this desk
  | "waiting" // ready for this desk
  | "here" // in consultation with this desk
  | "handed" // this desk's part is over, the visit went on
  | "done"
  | "cancelled"
  | "noshow";

/** One line of the day. */
export interface DayRow {
  appointment: Appointment;
  /** Index of this desk's leg in the appointment. */
  leg: number;
  /** The times and names of that leg. */
  own: AppointmentLeg;
  /** The leg after it, if there is one. */
  next?: AppointmentLeg;
  state: RowState;
  session?: SessionSummary;
  /** Since when the resident waits for this desk; RFC 3339. */
  since?: string;
}

/** One who waits for this desk or its pool. The appointment is missing until the list over HTTP has caught up. */
export interface WaitingGuest {
  session: SessionSummary;
  since: string;
  appointment?: Appointment;
}

/** Joins appointments and sessions into rows by the start of this desk's leg. */
export function dayRows(appointments: Appointment[], sessions: SessionSummary[], me: Me): DayRow[] {
  const byAppointment = new Map(sessions.map((s) => [s.appointment, s]));
  return appointments
    .flatMap((appointment) => {
      const leg = ownLeg(appointment, me);
      const own = appointment.legs[leg];
      if (!own) return [];
      const session = byAppointment.get(appointment.id);
      const row: DayRow = { appointment, leg, own, state: rowState(appointment, leg, session) };
      const next = appointment.legs.find((one, i) => i > leg && one.freed !== true);
      if (next) row.next = next;
      if (session) row.session = session;
      if (row.state === "waiting" && session?.waitingSince) row.since = session.waitingSince;
      return [row];
    })
    .toSorted((a, b) => Date.parse(a.own.start) - Date.parse(b.own.start) || a.appointment.number - b.appointment.number);
}

/** Everybody waiting for this desk or its pool, longest wait first. */
export function waitingGuests(appointments: Appointment[], sessions: SessionSummary[], me: Me): WaitingGuest[] {
  const byId = new Map(appointments.map((a) => [a.id, a]));
  return sessions
    .filter((s) => s.state === "waiting" && concerns(s, me))
    .map((session) => {
      const guest: WaitingGuest = { session, since: session.waitingSince ?? "" };
      const appointment = byId.get(session.appointment);
      if (appointment) guest.appointment = appointment;
      return guest;
    })
    .toSorted((a, b) => a.since.localeCompare(b.since, "en") || a.session.number - b.session.number);
}

/** The session of the one who has waited longest: the only primary action of the day. */
export function firstToAdmit(rows: DayRow[]): string | undefined {
  let first: DayRow | undefined;
  for (const row of rows) {
    if (row.state !== "waiting" || !row.since) continue;
    if (!first?.since || Date.parse(row.since) < Date.parse(first.since)) first = row;
  }
  return first?.session?.id;
}

/** Numbers for the heading of the day. */
export function dayCounts(rows: DayRow[]): { booked: number; done: number; waiting: number } {
  const count = (...states: RowState[]) => rows.filter((r) => states.includes(r.state)).length;
  return {
    booked: rows.length - count("cancelled"),
    done: count("done", "handed"),
    waiting: count("waiting"),
  };
}

/** Sessions that began to wait between two views of the queue: what is announced aloud. */
export function newlyWaiting(before: readonly string[], now: readonly string[]): string[] {
  return now.filter((id) => !before.includes(id));
}

/** The live session in consultation with this desk, if there is one: after a reload the desk goes back to it. */
export function ownConsultation(sessions: SessionSummary[], me: Me): SessionSummary | undefined {
  return sessions.find((s) => s.state === "consultation" && s.desk === me.desk);
}

function ownLeg(appointment: Appointment, me: Me): number {
  const exact = appointment.legs.findIndex((l) => l.desk === me.desk);
  return exact >= 0 ? exact : appointment.legs.findIndex((l) => l.pool === me.pool);
}

function concerns(session: SessionSummary, me: Me): boolean {
  return session.desk ? session.desk === me.desk : session.pool === me.pool;
}

function rowState(appointment: Appointment, leg: number, session?: SessionSummary): RowState {
  if (appointment.state === "cancelled") return "cancelled";
  if (appointment.state === "noshow") return "noshow";
  const last = !appointment.legs.some((one, i) => i > leg && one.freed !== true);
  if (session && session.state !== "closed") return liveState(leg, last, session);
  if (appointment.state === "unserved") return "done";
  if (appointment.state === "done") return last ? "done" : "handed";
  if (appointment.legs[leg]?.done) return last ? "done" : "handed";
  return appointment.state === "arrived" ? "arrived" : "later";
}

function liveState(leg: number, last: boolean, session: SessionSummary): RowState {
  if (session.leg > leg) return last ? "done" : "handed";
  if (session.state === "arrived") return "arrived";
  if (session.leg < leg) return "earlier-leg";
  return session.state === "consultation" ? "here" : "waiting";
}
