// Which holds of a row are confirmed, and which are given back. Pure.

import type { Hold, Series } from "../session/booking";

/** What confirming a row does. */
export interface Row {
  /** Holds of the row to confirm, and those to give back. */
  holds: string[];
  release: string[];
  /** Holds chosen instead of what could not be had; each is confirmed by itself. */
  singles: string[];
  /** How many visits there will be. */
  count: number;
  /** When the first hold ends, by the server's clock, ms; the distant future where there is none. */
  until: number;
}

/**
 * Sorts the holds of a row.
 *
 * @param dropped starts of the row that are not wanted after all
 * @param instead by start of the row, the hold taken in its place
 */
export function rowOf(series: Series, dropped: ReadonlySet<string>, instead: ReadonlyMap<string, Hold>): Row {
  const held = series.times.flatMap(({ start, hold }) => (hold === undefined ? [] : [{ id: hold.id, wanted: !dropped.has(start) }]));
  const holds = held.filter((h) => h.wanted).map((h) => h.id);
  const singles = [...instead.values()];
  const ends = [...series.times.flatMap((t) => t.hold ?? []), ...singles].map((h) => Date.parse(h.expiresAt));
  return {
    holds,
    // Without one to confirm there is no row to confirm; what is held expires.
    release: held.filter((h) => !h.wanted).map((h) => h.id),
    singles: singles.map((h) => h.id),
    count: holds.length + singles.length,
    until: Math.min(Number.MAX_SAFE_INTEGER, ...ends),
  };
}
