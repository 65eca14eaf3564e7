// Times of a day as the list shows them: a free time is one line; neighbouring refused times with the same reasons
// are one line with a range, or a day of five-minute steps would bury the free ones.

import type { Cause, TimeOffer } from "../session/booking";

/** One line of the list. */
export type TimeRow =
  | { kind: "free"; start: string; end: string; boothName: string }
  | { kind: "refused"; from: string; to: string; starts: string[]; reasons: Cause[] };

/** The time this counter holds for the booking under way. */
export interface OwnTime {
  readonly start: string;
  readonly boothName: string;
}

/**
 * Folds offers, which come in order of their start, into lines. The time held here is refused to everybody else, and
 * stays a line of its own to choose from here.
 */
export function timeRows(times: readonly TimeOffer[], own: OwnTime | null = null): TimeRow[] {
  const rows: TimeRow[] = [];
  for (const time of times) {
    if (own !== null && Date.parse(time.start) === Date.parse(own.start)) {
      rows.push({ kind: "free", start: time.start, end: time.end, boothName: own.boothName });
      continue;
    }
    if (time.free) {
      rows.push({ kind: "free", start: time.start, end: time.end, boothName: time.boothName });
      continue;
    }
    const last = rows.at(-1);
    if (last?.kind === "refused" && sameReasons(last.reasons, time.reasons)) {
      last.to = time.start;
      last.starts.push(time.start);
    } else rows.push({ kind: "refused", from: time.start, to: time.start, starts: [time.start], reasons: time.reasons });
  }
  return rows;
}

function sameReasons(a: readonly Cause[], b: readonly Cause[]): boolean {
  return a.length === b.length && a.every((cause, i) => cause.text === b[i]?.text);
}
