// Civil time of the offices. All offices live in Asia/Tokyo, which has had no summer time since 1951, so its
// offset is a constant and the arithmetic stays plain; no answer here depends on the time zone of the browser.

const OFFSET_MS = 9 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A civil date in Tokyo, "2026-11-25". */
export type Day = string;

/** Parts of a civil date; weekday counts from 0 = Sunday. */
export interface DayParts {
  year: number;
  month: number;
  day: number;
  weekday: number;
}

/** The civil date in Tokyo at an instant (ms since 1970, or RFC 3339). */
export function dayOf(at: number | string): Day {
  return new Date(instant(at) + OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant (ms) at which a civil day begins in Tokyo. */
export function startOfDay(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) - OFFSET_MS;
}

/** The day n days after (n < 0: before) a day. */
export function addDays(day: Day, n: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

/** Splits a civil date. */
export function dayParts(day: Day): DayParts {
  const date = new Date(`${day}T00:00:00Z`);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/** Minutes since midnight in Tokyo, with fractions. */
export function minuteOfDay(at: number | string): number {
  const local = instant(at) + OFFSET_MS;
  return (((local % DAY_MS) + DAY_MS) % DAY_MS) / 60_000;
}

/** Wall clock of an instant in Tokyo as people write it: "9:30", "10:05". */
export function wallClock(at: number | string): string {
  return clockOfMinute(Math.floor(minuteOfDay(at)));
}

/** Wall clock of a minute of the day: 570 → "9:30". */
export function clockOfMinute(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(Math.floor(minute % 60)).padStart(2, "0")}`;
}

/** Minute of the day of a wall clock "09:30", or undefined if it is none. */
export function minuteOfClock(clock: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(clock);
  if (!match) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return minute <= 24 * 60 ? minute : undefined;
}

/** Whole minutes from one instant to a later one, never below zero. */
export function wholeMinutes(from: number | string, to: number): number {
  return Math.max(0, Math.floor((to - instant(from)) / 60_000));
}

/** A running time as "4:12", above an hour "1:04:12"; never below zero. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0
    ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}`
    : `${minutes}:${pad(seconds % 60)}`;
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}

function instant(at: number | string): number {
  return typeof at === "number" ? at : Date.parse(at);
}
