import type { Ended, Session } from "./protocol";
import type { SeatState } from "./reduce";
import type { AppKind } from "./types";

/** The session in whose room a booth belongs, when the professional has taken it into a group; null where it stays. */
export function hostToEnter(kind: AppKind, session: Session, entered: string | null): string | null {
  return kind === "booth" && session.host !== undefined && session.host !== entered ? session.host : null;
}

/** A booth's part in a group is over, and its own session goes on or ends by its own word. */
export function isBackFromGroup(ended: Ended): boolean {
  return ended.reason === "released";
}

/** The sessions that are over and of which nothing is left here: neither entered, nor saying goodbye on the screen. */
export function wipedHere({ unwiped, entered, ended, session }: SeatState): string[] {
  return unwiped.filter((one) => one !== entered && one !== ended?.session && one !== session?.id);
}
