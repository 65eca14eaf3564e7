import { useEffect, useState } from "react";
import type { Say } from "./words";

/** Offices live in this zone, wherever the browser is. */
export const zone = "Asia/Tokyo";

/** A moment as the office's wall shows it. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

const parts = new Intl.DateTimeFormat("en-US-u-ca-gregory", {
  timeZone: zone,
  year: "numeric",
  month: "numeric",
  day: "numeric",
  weekday: "short",
  hour: "numeric",
  minute: "numeric",
  hourCycle: "h23",
});

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Wall time in Japan of a moment in milliseconds since 1970. */
export function wallTime(ms: number): WallTime {
  const found = Object.fromEntries(parts.formatToParts(ms).map((part) => [part.type, part.value]));
  return {
    year: Number(found["year"]),
    month: Number(found["month"]),
    day: Number(found["day"]),
    weekday: weekdays.indexOf(found["weekday"] ?? ""),
    hour: Number(found["hour"]),
    minute: Number(found["minute"]),
  };
}

/** "11月25日（水）", in the language shown; marked wording. */
export function dateWords(words: Say<never>, ms: number): string {
  const t = wallTime(ms);
  const weekday = words.marked(`day.${t.weekday}` as "day.0");
  return words.marked("date", { month: t.month, day: t.day, weekday });
}

/** "午前9時52分", in the language shown; marked wording. */
export function timeWords(words: Say<never>, ms: number): string {
  const t = wallTime(ms);
  const half = t.hour < 12 ? "time.am" : "time.pm";
  return words.marked(t.minute === 0 ? `${half}.0` : half, clockValues(t));
}

/** "10時32分", for narrow places; marked wording. */
export function shortTimeWords(words: Say<never>, ms: number): string {
  const t = wallTime(ms);
  return words.marked(t.minute === 0 ? "time.short.0" : "time.short", clockValues(t));
}

function clockValues(t: WallTime) {
  return {
    hour: t.hour % 12,
    // English says 12:05 where Japanese says 午後0時5分.
    hour12: t.hour % 12 || 12,
    hour24: t.hour,
    minute: t.minute,
    minute2: String(t.minute).padStart(2, "0"),
  };
}

/** The given clock, in milliseconds, again and again: at most `every` milliseconds old. */
export function useNow(now: () => number, every = 1000): number {
  const [ms, setMs] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setMs(now()), every);
    return () => clearInterval(timer);
  }, [now, every]);
  return ms;
}
