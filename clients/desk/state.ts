// Which screen the desk shows, as a pure reducer. The server decides what is true of a visit; this only decides what
// the person in front of the screen is doing about it.

import type { Reason, State } from "../session/protocol";
import type { Day } from "../ui/office-time";

/** The screen in front of the professional. */
export type Screen = { at: "day" } | { at: "admit"; session: string } | { at: "consult"; session: string };

/** What the side column of the consultation shows. */
export type Side = "people" | "talk";

/** Why this desk is back on its day: the server's reason, somebody of the same pool was quicker, or it has put the visit back. */
export type Ended = Reason | "taken" | "requeued";

/** A question that has to be answered before something that cannot be taken back. */
export type Asking = "end" | "handover" | "help" | "alarm" | Ask | null;

/** What is asked before something of the visit's course is done (Asks.tsx). */
export type Ask = "requeue" | "pause" | "confer" | "pass" | "invite" | "group" | "remote";

export interface DeskState {
  screen: Screen;
  /** The day looked at; null follows today, over midnight too. */
  day: Day | null;
  side: Side;
  asking: Asking;
  /** Why the last consultation of this desk ended; shown on the day until the next one. */
  ended: Ended | null;
  /** An admit has been asked for and not answered yet. */
  admitting: boolean;
  /** Messages received since the talk column was last open. */
  unread: number;
  /** The document camera is shown large and the face small. */
  documentLarge: boolean;
}

export type DeskEvent =
  | { type: "welcome"; session: string } // 迎える on the list
  | { type: "admit" } // 迎える on the admit screen
  | { type: "refused" } // the server did not admit
  | { type: "later" } // あとにする
  | { type: "session"; session: string; state: State; mine: boolean } // the session entered has changed
  | { type: "rejoin"; session: string } // in consultation already, after a reload
  | { type: "left"; session: string; because?: "requeued" } // asked in, and gone again; or put back into the queue
  | { type: "ended"; session: string; reason: Reason }
  | { type: "show-day"; day: Day | null }
  | { type: "side"; side: Side }
  | { type: "ask"; what: Asking }
  | { type: "message" }
  | { type: "document-large"; on: boolean };

/** The desk as it opens. */
export const opening: DeskState = {
  screen: { at: "day" },
  day: null,
  side: "people",
  asking: null,
  ended: null,
  admitting: false,
  unread: 0,
  documentLarge: false,
};

/** The session this desk has to be in for its screen, or null on the day. */
export function wantedSession(state: DeskState): string | null {
  return state.screen.at === "day" ? null : state.screen.session;
}

/** The next state. Events about a session other than the one on the screen change nothing. */
export function reduce(state: DeskState, event: DeskEvent): DeskState {
  switch (event.type) {
    case "welcome":
      if (state.screen.at === "consult") return state;
      return { ...state, screen: { at: "admit", session: event.session }, ended: null, admitting: false };
    case "admit":
      return state.screen.at === "admit" ? { ...state, admitting: true } : state;
    case "refused":
      return { ...state, admitting: false };
    case "later":
      return state.screen.at === "admit" ? { ...state, screen: { at: "day" }, admitting: false } : state;
    case "rejoin":
      if (state.screen.at !== "day") return state;
      return consulting(state, event.session);
    case "session":
      return follow(state, event);
    case "left":
      return wantedSession(state) === event.session ? { ...opening, day: state.day, ended: event.because ?? null } : state;
    case "ended":
      if (wantedSession(state) !== event.session) return state;
      return { ...opening, day: state.day, ended: event.reason };
    case "show-day":
      return { ...state, day: event.day, ended: null };
    case "side":
      return { ...state, side: event.side, unread: event.side === "talk" ? 0 : state.unread };
    case "ask":
      return { ...state, asking: event.what };
    case "message":
      return state.side === "talk" ? state : { ...state, unread: state.unread + 1 };
    case "document-large":
      return { ...state, documentLarge: event.on };
  }
}

function follow(state: DeskState, event: { session: string; state: State; mine: boolean }): DeskState {
  if (wantedSession(state) !== event.session) return state;
  if (state.screen.at === "admit" && event.state === "consultation" && event.mine) {
    return consulting(state, event.session);
  }
  if (state.screen.at === "admit" && event.state === "consultation") {
    return { ...opening, day: state.day, ended: "taken" };
  }
  // Back to waiting without an end: this desk had been away for longer than the grace time. It admits again.
  if (state.screen.at === "consult" && event.state === "waiting") {
    return { ...state, screen: { at: "admit", session: event.session }, admitting: false, asking: null };
  }
  return state;
}

function consulting(state: DeskState, session: string): DeskState {
  return { ...opening, day: state.day, screen: { at: "consult", session } };
}
