// The one line at the top of the counter: the single most urgent thing to do now, out of everything the day says. Pure:
// the time is an argument. People who stand here come before people on the telephone, both before things, and what only
// has to be known comes last; between equals the one whose time comes first.

import type { Appointment, Waiter } from "../session/booking";
import { minuteOfClock, minuteOfDay } from "../ui/office-time";
import type { BoothColumn, OfficeHours } from "./day";

/** What the clerk should do now. */
export type Now =
  /** Somebody in a booth has called. */
  | { kind: "called"; booth: string }
  /** A booth with somebody in it has lost its line. */
  | { kind: "offline"; booth: string; number: number }
  /** Show somebody who is here to their seat, and leave. */
  | { kind: "seat"; booth: string; number: number }
  | { kind: "bring"; booth: string; number: number; appointment: string }
  /** What was told and what is kept differ: decide with the resident. */
  | { kind: "dispute"; number: number; appointment: string }
  /** A time is held for somebody who waits: telephone, or tell them if they are here. */
  | { kind: "offer"; waiter: string; here: boolean; number: number; minutes: number }
  /** Cannot be served at the time told: offer another, in person if they are here. */
  | { kind: "choice"; number: number; appointment: string; here: boolean }
  /** The office shuts, or noon begins, and somebody is still here. */
  | { kind: "shuts"; noon: boolean; minutes: number; number: number }
  | { kind: "clean"; booth: string; appointment: string }
  /** It is being found out whether it stands: promise nothing. */
  | { kind: "unknown"; number: number }
  | { kind: "check-in"; booth: string; number: number; appointment: string; late: boolean }
  | { kind: "next"; number: number; start: string }
  | { kind: "none" };

/** Everything the line is chosen from; all of today. */
export interface DayState {
  readonly columns: readonly BoothColumn[];
  readonly appointments: readonly Appointment[];
  readonly waiters: readonly Waiter[];
  readonly hours: OfficeHours | undefined;
  /** The server's clock, ms. */
  readonly now: number;
}

/** Staff are warned this many minutes before noon and closing. */
export const shutsWithin = 10;

/** The most urgent thing to do. */
export function whatNow(day: DayState): Now {
  return (
    boothTask(day, ["called"]) ??
    boothTask(day, ["offline"]) ??
    boothTask(day, ["seat"]) ??
    boothTask(day, ["bring"]) ??
    dispute(day) ??
    offer(day) ??
    choice(day) ??
    shuts(day) ??
    boothTask(day, ["clean"]) ??
    unknown(day) ??
    checkIn(day) ??
    next(day) ?? { kind: "none" }
  );
}

/** Noon or closing within ten minutes, with the first visit that will still be going on; undefined where nobody will. */
export function shutsSoon(day: Pick<DayState, "appointments" | "hours" | "now">): Extract<Now, { kind: "shuts" }> | undefined {
  const { hours, now } = day;
  const minute = minuteOfDay(now);
  const noon = minuteOfClock(hours?.noonFrom ?? "");
  const close = minuteOfClock(hours?.close ?? "");
  const at = [noon, close].find((m) => m !== undefined && m > minute && m - minute <= shutsWithin);
  if (at === undefined) return undefined;
  const still = day.appointments
    .filter((a) => (a.state === "booked" || a.state === "arrived") && minuteOfDay(a.start) < at && !overBy(a, at, now))
    .toSorted(byStart)[0];
  return still === undefined ? undefined : { kind: "shuts", noon: at === noon, minutes: Math.ceil(at - minute), number: still.number };
}

/** A visit in progress goes on until it is over, whatever was planned; one not begun ends as planned. */
function overBy(appointment: Appointment, minute: number, now: number): boolean {
  if (appointment.legs.some((l) => l.started && !l.done)) return false;
  const end = minuteOfDay(now) + (Date.parse(appointment.end) - now) / 60_000;
  return end <= minute;
}

function shuts(day: DayState): Now | undefined {
  return shutsSoon(day);
}

function boothTask(day: DayState, kinds: ("called" | "offline" | "seat" | "bring" | "clean")[]): Now | undefined {
  for (const { task, name } of day.columns) {
    if (!kinds.some((kind) => kind === task.kind)) continue;
    if (task.kind === "called") return { kind: "called", booth: name };
    if (task.kind === "offline" || task.kind === "seat") return { kind: task.kind, booth: name, number: task.number };
    if (task.kind === "bring") return { kind: "bring", booth: name, number: task.number, appointment: task.appointment };
    if (task.kind === "clean") return { kind: "clean", booth: name, appointment: task.appointment };
  }
  return undefined;
}

function dispute(day: DayState): Now | undefined {
  const first = day.appointments.filter((a) => a.state === "disputed").toSorted(byStart)[0];
  return first && { kind: "dispute", number: first.number, appointment: first.id };
}

function offer(day: DayState): Now | undefined {
  const first = day.waiters
    .filter((w) => w.state === "offered" && w.offer !== undefined && Date.parse(w.offer.expiresAt) > day.now)
    .toSorted((a, b) => (a.offer?.expiresAt ?? "").localeCompare(b.offer?.expiresAt ?? ""))[0];
  if (first?.offer === undefined) return undefined;
  const minutes = Math.max(1, Math.floor((Date.parse(first.offer.expiresAt) - day.now) / 60_000));
  return { kind: "offer", waiter: first.id, here: first.number !== undefined, number: first.number ?? 0, minutes };
}

function choice(day: DayState): Now | undefined {
  const first = day.appointments
    .filter((a) => a.choice === true && (a.state === "booked" || a.state === "arrived") && Date.parse(a.end) > day.now)
    .toSorted(byStart)[0];
  return first && { kind: "choice", number: first.number, appointment: first.id, here: first.state === "arrived" };
}

function unknown(day: DayState): Now | undefined {
  const first = day.appointments.filter((a) => a.state === "unknown").toSorted(byStart)[0];
  return first && { kind: "unknown", number: first.number };
}

function checkIn(day: DayState): Now | undefined {
  const expected = day.columns.flatMap(({ task, name }) => (task.kind === "check-in" ? [{ ...task, booth: name }] : []));
  return expected.find((task) => task.late) ?? expected[0];
}

function next(day: DayState): Now | undefined {
  const coming = day.columns.flatMap(({ task }) => (task.kind === "next" ? [task] : []));
  return coming.toSorted((a, b) => a.start.localeCompare(b.start))[0];
}

function byStart(a: Appointment, b: Appointment): number {
  return a.start.localeCompare(b.start);
}
