import type { SessionSummary } from "./protocol";
import type { SeatState } from "./reduce";
import type { AppKind, SeatIdentity } from "./types";

/** What decides whether a tab enters a session by itself. */
export interface ReentryQuestion {
  kind: AppKind;
  identity: SeatIdentity;
  state: Pick<SeatState, "sessions" | "entered" | "ended">;
  /** Nothing has been entered since the page was loaded. */
  fresh: boolean;
  /** Sessions this tab has left or wiped: it does not go back by itself. */
  left: ReadonlySet<string>;
}

/**
 * The session to enter without being asked, or null. A booth belongs to its session whenever there is one, but not
 * before the last resident's goodbye has been wiped. A desk chooses for itself; only after a reload it goes back into
 * the consultation it was in, its own or one it was asked into and had come to.
 */
export function sessionToEnter({ kind, identity, state, fresh, left }: ReentryQuestion): string | null {
  if (state.entered !== null || state.ended !== null || state.sessions === null) return null;
  const open = state.sessions.filter((one) => one.state !== "closed" && !left.has(one.id));
  if (kind === "booth") return open.find((one) => boothOf(identity) === one.booth)?.id ?? null;
  if (kind === "desk" && fresh) return open.find((one) => isOwnConsultation(one, identity) || isAskedInto(one))?.id ?? null;
  return null;
}

function isOwnConsultation(session: SessionSummary, identity: SeatIdentity): boolean {
  return session.state === "consultation" && session.desk === (identity.desk ?? bare(identity.seat));
}

/** Another desk's consultation. */
function isAskedInto(session: SessionSummary): boolean {
  return session.state === "consultation" && session.joined === true;
}

function boothOf(identity: SeatIdentity): string {
  return identity.booth ?? bare(identity.seat);
}

function bare(seat: string): string {
  return seat.slice(seat.indexOf(":") + 1);
}
