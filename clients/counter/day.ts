// The office's day at the counter: booths as columns, one thing to do now for each. Pure: the time is an argument.
// Only neutral facts pass through here: number, name, time and the public word for the other side.

import type { Call, SessionSummary } from "../session/protocol";
import type { Appointment, Office } from "../session/booking";
import { type Day, dayParts, minuteOfClock, minuteOfDay } from "../ui/office-time";

/** Opening hours of one kind of day. */
export type OfficeHours = Office["hours"][number];

/** How an appointment stands, for its block in the column. */
export type BlockState =
  | "later"
  | "late"
  | "arrived"
  | "waiting"
  | "talking"
  | "done"
  | "noshow"
  /** It is being found out whether it stands: nobody may be told so. */
  | "unknown"
  /** What was told and what is kept differ: staff settle it. */
  | "disputed"
  /** Cannot be pushed back with the others: its resident chooses another time. */
  | "choice";

/** One appointment in a booth's column; times in minutes of the day. */
export interface Block {
  appointment: Appointment;
  state: BlockState;
  from: number;
  to: number;
  /** Minutes past the appointed time while nobody has come. */
  late: number;
  /** The start it was to have, where a desk runs late; it is struck out. */
  was?: string;
  /** Which of so many lanes it is in, from 0: visits of one booth overlap while it is disputed whose the time is. */
  lane: number;
  lanes: number;
}

/** What there is to do at a booth now. Check-in, bringing and cleaning have a button of their own. */
export type Task =
  | { kind: "called"; number?: number; call: string }
  | { kind: "offline"; number: number }
  | { kind: "check-in"; number: number; appointment: string; late: boolean }
  | { kind: "seat"; number: number }
  /** Is here without a session: took a number, and the time has come. */
  | { kind: "bring"; number: number; appointment: string }
  /** Nobody is in it any more, and it is kept for cleaning. */
  | { kind: "clean"; number: number; appointment: string }
  | { kind: "waits"; number: number; minutes: number }
  | { kind: "talks"; number: number }
  | { kind: "next"; number: number; start: string }
  | { kind: "none" };

export interface BoothColumn {
  booth: string;
  name: string;
  /** The visit in it now. */
  live: SessionSummary | undefined;
  task: Task;
  blocks: Block[];
}

/** The ruled part of the day in minutes, whole hours, with the noon break if there is one. */
export interface Ruler {
  from: number;
  to: number;
  noon?: { from: number; to: number };
}

/** People are expected this long before their time, and late this long after it (minutes). */
export const expectedBefore = 20;
const lateAfter = 5;
/** A call that has been answered is a reminder for this long (ms). */
const answeredFor = 60_000;

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Columns of the day for the booths of an office. */
export function boothColumns(
  booths: { id: string; name: string }[],
  appointments: Appointment[],
  sessions: readonly SessionSummary[],
  calls: readonly Call[],
  now: number,
): BoothColumn[] {
  return booths.map((booth) => {
    const here = appointments.filter((a) => a.booth === booth.id && a.state !== "cancelled");
    const live = sessions.find((s) => s.booth === booth.id && s.state !== "closed");
    const call = calls.find((c) => c.booth === booth.id && rings(c, now));
    return {
      booth: booth.id,
      name: booth.name,
      live,
      task: taskOf(here, sessions, live, call, now),
      blocks: sideBySide(here.map((a) => blockOf(a, sessions.find((s) => s.appointment === a.id), now))),
    };
  });
}

/** Calls nobody has answered, oldest first: they cover the screen and ring. */
export function openCalls(calls: readonly Call[]): Call[] {
  return calls.filter((c) => !c.answeredAt).toSorted((a, b) => a.at.localeCompare(b.at));
}

/** Hours of an office on a day, or undefined when it is closed: "Mon-Fri", "Wed", "Mon,Thu" and "Daily" are read. */
export function hoursOn(hours: OfficeHours[] | undefined, day: Day): OfficeHours | undefined {
  const weekday = dayParts(day).weekday;
  return hours?.find((h) => coversWeekday(h.days, weekday));
}

/** The part of the day to draw: opening hours, widened to whatever is booked outside them. */
export function rulerOf(hours: OfficeHours | undefined, appointments: Appointment[]): Ruler {
  const open = minuteOfClock(hours?.open ?? "") ?? 9 * 60;
  const close = minuteOfClock(hours?.close ?? "") ?? 17 * 60;
  const starts = appointments.map((a) => minuteOfDay(a.start));
  const ends = appointments.map(endMinute);
  const from = Math.floor(Math.min(open, ...starts) / 60) * 60;
  const to = Math.max(Math.ceil(Math.max(close, ...ends) / 60) * 60, from + 60);
  const noonFrom = minuteOfClock(hours?.noonFrom ?? "");
  const noonTo = minuteOfClock(hours?.noonTo ?? "");
  return noonFrom !== undefined && noonTo !== undefined && noonFrom < noonTo
    ? { from, to, noon: { from: noonFrom, to: noonTo } }
    : { from, to };
}

/**
 * Pixels per minute: the day fills the height given, unless its shortest appointment would be too low to be read and
 * touched (44 px and a hair of space); then the column becomes longer and scrolls.
 */
export function pixelsPerMinute(ruler: Ruler, blocks: Block[], height: number, lowest = 46): number {
  const fitting = height / (ruler.to - ruler.from);
  const shortest = Math.min(30, ...blocks.map((b) => Math.max(10, b.to - b.from)));
  return Math.max(fitting, lowest / shortest);
}

/** Puts blocks that overlap beside each other, so that each can be read and touched; earliest first. */
function sideBySide(blocks: Block[]): Block[] {
  const sorted = blocks.toSorted((a, b) => a.from - b.from);
  const done: Block[] = [];
  for (let first = 0; first < sorted.length; ) {
    let next = first;
    let until = -Infinity;
    const ends: number[] = [];
    const group: Block[] = [];
    for (let block = sorted[next]; block !== undefined && (next === first || block.from < until); block = sorted[next]) {
      const { from } = block;
      const free = ends.findIndex((end) => end <= from);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = block.to;
      until = Math.max(until, block.to);
      group.push({ ...block, lane });
      next++;
    }
    done.push(...group.map((block) => ({ ...block, lanes: ends.length })));
    first = next;
  }
  return done;
}

function blockOf(appointment: Appointment, session: SessionSummary | undefined, now: number): Block {
  const state = blockState(appointment, session, now);
  const late = state === "late" ? Math.floor((now - Date.parse(appointment.start)) / 60_000) : 0;
  const was = plannedStart(appointment);
  const block: Block = { appointment, state, from: minuteOfDay(appointment.start), to: endMinute(appointment), late, lane: 0, lanes: 1 };
  return was === undefined ? block : { ...block, was };
}

/** When a visit was to start before a desk ran late, or undefined where it starts as planned. */
export function plannedStart(appointment: Appointment): string | undefined {
  const first = appointment.legs[0];
  if (first === undefined || Date.parse(first.planned) >= Date.parse(first.start)) return undefined;
  return first.planned;
}

function endMinute(appointment: Appointment): number {
  return minuteOfDay(appointment.start) + (Date.parse(appointment.end) - Date.parse(appointment.start)) / 60_000;
}

function blockState(appointment: Appointment, session: SessionSummary | undefined, now: number): BlockState {
  if (["done", "cancelled", "unserved"].includes(appointment.state)) return "done";
  if (appointment.state === "noshow" || appointment.state === "unknown" || appointment.state === "disputed") return appointment.state;
  if (session?.state === "consultation") return "talking";
  if (session?.state === "waiting") return "waiting";
  if (appointment.state === "arrived") return "arrived";
  if (appointment.choice === true) return "choice";
  return now > Date.parse(appointment.start) + lateAfter * 60_000 ? "late" : "later";
}

function taskOf(
  here: Appointment[],
  sessions: readonly SessionSummary[],
  live: SessionSummary | undefined,
  call: Call | undefined,
  now: number,
): Task {
  if (call) return live ? { kind: "called", call: call.id, number: live.number } : { kind: "called", call: call.id };
  if (live && !live.boothOnline) return { kind: "offline", number: live.number };
  if (live?.state === "arrived") return { kind: "seat", number: live.number };
  if (live) return liveTask(live, now);
  const dirty = here.find((a) => beingCleaned(a, now));
  if (dirty !== undefined) return { kind: "clean", number: dirty.number, appointment: dirty.id };
  const next = here
    .filter((a) => (a.state === "booked" || isHere(a, sessions)) && Date.parse(a.end) > now)
    .toSorted((a, b) => a.start.localeCompare(b.start))[0];
  if (!next) return { kind: "none" };
  const start = Date.parse(next.start);
  if (now < start - expectedBefore * 60_000) return { kind: "next", number: next.number, start: next.start };
  if (next.state === "arrived") return { kind: "bring", number: next.number, appointment: next.id };
  return { kind: "check-in", number: next.number, appointment: next.id, late: now > start + lateAfter * 60_000 };
}

/** Has a number and waits for the time, without a session yet. */
function isHere(appointment: Appointment, sessions: readonly SessionSummary[]): boolean {
  return appointment.state === "arrived" && !sessions.some((s) => s.appointment === appointment.id);
}

/** The visit is over, and its booth is kept free to be cleaned. */
function beingCleaned(appointment: Appointment, now: number): boolean {
  const over = appointment.state === "done" || appointment.state === "unserved";
  return over && appointment.boothUntil !== undefined && Date.parse(appointment.boothUntil) > now && Date.parse(appointment.start) <= now;
}

function liveTask(live: SessionSummary, now: number): Task {
  if (live.state === "consultation") return { kind: "talks", number: live.number };
  const since = live.waitingSince ? Date.parse(live.waitingSince) : now;
  return { kind: "waits", number: live.number, minutes: Math.max(0, Math.floor((now - since) / 60_000)) };
}

function rings(call: Call, now: number): boolean {
  return !call.answeredAt || now - Date.parse(call.answeredAt) < answeredFor;
}

function coversWeekday(days: string, weekday: number): boolean {
  return days
    .toLowerCase()
    .split(/[\s,]+/)
    .some((part) => {
      if (part === "daily" || part === "everyday" || part === "all") return true;
      const [first, last] = part.split("-").map((name) => dayNames.indexOf(name.slice(0, 3)));
      if (first === undefined || first < 0) return false;
      if (last === undefined) return first === weekday;
      return first <= last ? weekday >= first && weekday <= last : weekday >= first || weekday <= last;
    });
}
