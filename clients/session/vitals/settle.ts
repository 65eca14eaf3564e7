import type { Heard } from "./hear";
import { valueOf } from "./reading";

/** Seconds of agreement, and by how many percent points they may differ. An oximeter on a cold finger needs a while. */
const steadyFor = 5_000;
const mayDiffer = 2;

/** What an oximeter that measures on and on has shown since its values agree. */
export interface Steadiness {
  readonly since: number;
  readonly least: number;
  readonly most: number;
}

/**
 * When a device that measures on and on has measured: its newest reading, once all of five seconds agree. Until then, and
 * for every value that is none, it is still measuring. What is taken is one value as it was sent, no average of ours.
 */
export function settle(before: Steadiness | null, heard: Heard, now: number): { steady: Steadiness | null; heard: Heard } {
  const spo2 = heard.is === "reading" ? (valueOf(heard.values, "spo2")?.value ?? null) : null;
  if (spo2 === null) return { steady: null, heard: heard.is === "refused" ? { is: "measuring" } : heard };
  const least = Math.min(before?.least ?? spo2, spo2);
  const most = Math.max(before?.most ?? spo2, spo2);
  if (before === null || most - least > mayDiffer) {
    return { steady: { since: now, least: spo2, most: spo2 }, heard: { is: "measuring" } };
  }
  const steady = { since: before.since, least, most };
  return now - before.since >= steadyFor ? { steady: null, heard } : { steady, heard: { is: "measuring" } };
}
