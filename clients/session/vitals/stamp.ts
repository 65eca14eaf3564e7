import { PayloadError, type Fields } from "./layout";

/** A device's own date and time (characteristic 0x2A08): local time without a zone. Parts it does not know are null. */
export interface Stamp {
  readonly year: number | null;
  readonly month: number | null;
  readonly day: number | null;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** The years a device can name; the Gregorian calendar begins with the first of them. */
const firstYear = 1582;
const lastYear = 9999;

/** Reads the seven bytes of a time stamp. Throws PayloadError for a month 13 or a minute 60. */
export function readStamp(what: string, fields: Fields, name = "time stamp"): Stamp | null {
  if (!fields.has(name)) return null;
  const year = fields.uint16(name);
  if (year !== 0) mustBe(what, "year", year, firstYear, lastYear);
  const part = (offset: number, called: string, least: number, most: number): number => {
    const value = fields.byte(name, offset);
    mustBe(what, called, value, least, most);
    return value;
  };
  return {
    year: year === 0 ? null : year,
    month: part(2, "month", 0, 12) || null,
    day: part(3, "day", 0, 31) || null,
    hour: part(4, "hour", 0, 23),
    minute: part(5, "minute", 0, 59),
    second: part(6, "second", 0, 59),
  };
}

function mustBe(what: string, part: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  const unknown = part === "year" ? ", or 0 where it is not known" : "";
  throw new PayloadError(`${what}: ${part} ${value} in its time stamp; it goes from ${least} to ${most}${unknown}`);
}

/** "2026-11-24T10:05:00", with zeros for what is not known. */
export function stampText({ year, month, day, hour, minute, second }: Stamp): string {
  const two = (part: number | null): string => String(part ?? 0).padStart(2, "0");
  return `${String(year ?? 0).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

/** Offices lie in Japan, and so do their devices' clocks: nine hours ahead of UTC, all year. Milliseconds. */
const japan = 9 * 3_600_000;

/** When it was by the device's clock, milliseconds since 1970; null where it does not know the day, or there is no such day. */
export function stampTime({ year, month, day, hour, minute, second }: Stamp): number | null {
  if (year === null || month === null || day === null) return null;
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  // The 31st of June would be the 1st of July.
  return new Date(utc).getUTCDate() === day ? utc - japan : null;
}
