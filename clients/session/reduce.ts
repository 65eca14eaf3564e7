import type { Armed, Call, Ended, KeyNotice, Lobby, Media, PresenceItem, ServerMessage, Session, SessionSummary, Track, Waiting, Welcome } from "./protocol";
import type { EndedState } from "./types";

/** Everything the server has told this seat, whole. */
export interface SeatState {
  /** Own participant id; null before the first welcome. */
  readonly participant: string | null;
  /** The m-lines an offer must have; null before the first welcome. */
  readonly plan: Media | null;
  /** Server's clock minus this machine's, milliseconds. */
  readonly clockOffset: number;
  readonly sessions: readonly SessionSummary[] | null;
  readonly calls: readonly Call[];
  readonly dayRev: number;
  /** The session this tab takes part in, by id. */
  readonly entered: string | null;
  readonly session: Session | null;
  readonly presence: readonly PresenceItem[];
  readonly tracks: readonly Track[];
  /** What everybody says of their keys. */
  readonly keys: readonly KeyNotice[];
  readonly waiting: Waiting | null;
  readonly armed: Armed | null;
  readonly lobby: Lobby | null;
  /** Booth: sessions that are over and of which nothing may be left here. */
  readonly unwiped: readonly string[];
  readonly ended: EndedState | null;
}

/** What is known before anything has been said. */
export const initialSeatState: SeatState = {
  participant: null,
  plan: null,
  clockOffset: 0,
  sessions: null,
  calls: [],
  dayRev: 0,
  entered: null,
  session: null,
  presence: [],
  tracks: [],
  keys: [],
  waiting: null,
  armed: null,
  lobby: null,
  unwiped: [],
  ended: null,
};

/** What one message of the server makes of the state; the same object if it changes nothing. `now`: this clock, ms. */
export function reduce(state: SeatState, message: ServerMessage, now: number): SeatState {
  switch (message.type) {
    case "welcome":
      return welcomed(state, message, now);
    case "seat":
      return { ...state, sessions: message.sessions, calls: message.calls, unwiped: message.wipe ?? [], dayRev: message.dayRev };
    case "session":
      return sessionTold(state, message);
    case "presence":
      return concerns(state, message) ? { ...state, presence: message.people } : state;
    case "tracks":
      return concerns(state, message) ? { ...state, tracks: message.tracks } : state;
    case "keys":
      return concerns(state, message) ? { ...state, keys: message.people } : state;
    case "waiting":
      return concerns(state, message) ? { ...state, waiting: message } : state;
    case "armed":
      return concerns(state, message) ? { ...state, armed: message } : state;
    case "lobby":
      return { ...state, lobby: message };
    case "ended":
      return concerns(state, message) ? over(state, message) : state;
    // Answers to requests and pings are matters of the line, places of the media.
    case "ok":
    case "error":
    case "answer":
    case "place":
    case "remote":
    case "pong":
      return state;
  }
}

/** This tab takes part in `session` from now on. Entering again what is entered keeps what is known of it. */
export function entering(state: SeatState, session: string): SeatState {
  if (state.entered === session) return state;
  return { ...withoutVisit(state), entered: session };
}

/** Nothing of a visit is known any more. */
export function withoutVisit(state: SeatState): SeatState {
  return { ...state, entered: null, session: null, presence: [], tracks: [], keys: [], waiting: null, armed: null, ended: null };
}

/** The visit is over for this seat; the session itself stays for the goodbye. */
export function over(state: SeatState, { session, reason }: Pick<Ended, "session" | "reason">): SeatState {
  return { ...state, entered: null, presence: [], tracks: [], keys: [], waiting: null, armed: null, ended: { session, reason } };
}

function welcomed(state: SeatState, message: Welcome, now: number): SeatState {
  const served = Date.parse(message.now);
  const clockOffset = Number.isNaN(served) ? state.clockOffset : served - now;
  return { ...state, participant: message.participant, plan: message.media, clockOffset };
}

function sessionTold(state: SeatState, session: Session): SeatState {
  if (session.id !== state.entered) return state;
  const known = state.session;
  if (known !== null && known.id === session.id && session.version < known.version) return state;
  const waiting = session.state === "waiting" || session.state === "arrived" ? state.waiting : null;
  // Pressed is no longer armed.
  const armed = session.emergency === undefined ? state.armed : null;
  return { ...state, session, waiting, armed };
}

/** Messages of a session that was left before they arrived are not ours any more. */
function concerns(state: SeatState, message: { session: string }): boolean {
  return message.session === state.entered;
}
