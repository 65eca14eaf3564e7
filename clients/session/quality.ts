import type { Level, PresenceItem } from "./protocol";

/** Whose line is weak, as the server judges it, and what of the talk suffers. */
export interface WeakLine {
  readonly whose: "own" | "other" | "both";
  /** What comes in pieces: what the others hear of us, what we hear of them, or both. */
  readonly suffers: "ours" | "theirs" | "both";
}

/** What people are to be told of the lines now. */
export type LineNews = { readonly kind: "weak"; readonly line: WeakLine } | { readonly kind: "recovered" } | null;

/** How long people are told that a line has recovered, milliseconds. */
export const recoveredFor = 6_000;

/** Whether a direction at this level is to be told: who has gone is told otherwise. */
function isWeak(level: Level | undefined): boolean {
  return level === "poor" || level === "lost";
}

/** Whether somebody's line carries sound only, so that everybody's pictures pause. Pure. */
export function soundOnly(presence: readonly PresenceItem[]): boolean {
  return presence.some((one) => one.connected && one.soundOnly === true);
}

/** Whose line is weak; null if nobody's. `own` is this seat's participant id. Pure. */
export function weakLine(presence: readonly PresenceItem[], own: string | null): WeakLine | null {
  const here = presence.filter((one) => one.connected);
  const self = here.filter((one) => one.participant === own);
  const others = here.filter((one) => one.participant !== own);
  const up = (of: PresenceItem[]): boolean => of.some((one) => isWeak(one.up));
  const down = (of: PresenceItem[]): boolean => of.some((one) => isWeak(one.down));
  const ownWeak = up(self) || down(self);
  const otherWeak = up(others) || down(others);
  if (!ownWeak && !otherWeak) return null;
  const ours = up(self) || down(others);
  const theirs = down(self) || up(others);
  return {
    whose: ownWeak && otherWeak ? "both" : ownWeak ? "own" : "other",
    suffers: ours && theirs ? "both" : ours ? "ours" : "theirs",
  };
}

/** What to tell after `before`, now that the lines are like this. The same object if nothing is new. Pure. */
export function lineNews(before: LineNews, now: WeakLine | null): LineNews {
  if (now !== null) {
    const same = before?.kind === "weak" && before.line.whose === now.whose && before.line.suffers === now.suffers;
    return same ? before : { kind: "weak", line: now };
  }
  return before?.kind === "weak" ? { kind: "recovered" } : before;
}
