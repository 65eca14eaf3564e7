import { conducted, namesSession, type ConductIntent } from "./conduct";
import type { SeatState } from "./reduce";

/** Something somebody wants, until the server has carried it out. */
export type Intent =
  | { type: "ready" }
  | { type: "admit"; participant: string }
  | { type: "dismiss"; participant: string }
  /** `leg`: the leg this desk was in when it was asked for. */
  | { type: "handover"; leg: number }
  | { type: "end" }
  | { type: "leave" }
  | { type: "mute"; audio: boolean; video: boolean }
  | { type: "call" }
  | { type: "answer_call"; call: string }
  | ConductIntent;

/** What became of an intent whose answer was lost with the line. */
export type Outcome =
  /** The state shows it: it was carried out, or it is no longer needed. */
  | "done"
  /** The state shows that it was not: ask again. */
  | "again"
  /** It cannot be carried out any more. */
  | "moot";

/** Whether an intent needs a session entered; calls for staff, and what names its session, do not. */
export function needsSession(intent: Intent): boolean {
  return intent.type !== "call" && intent.type !== "answer_call" && !namesSession(intent);
}

/**
 * Looks at an intent in the light of the state that was told whole after the line came back. Every request can be
 * decided this way, because each asks for a state and not for a step; only handover would mean something else the
 * second time, and so it remembers its leg.
 */
export function outcome(intent: Intent, state: SeatState): Outcome {
  switch (intent.type) {
    case "call":
      return state.calls.some((call) => call.answeredAt === undefined && isOwn(call.booth, state)) ? "done" : "again";
    case "answer_call": {
      const call = state.calls.find((one) => one.id === intent.call);
      return call !== undefined && call.answeredAt === undefined ? "again" : "done";
    }
    // Said twice, each of these is the same.
    case "staff":
    case "calm":
    case "wiped":
      return "again";
    default:
      return inSession(intent, state);
  }
}

function inSession(intent: Exclude<Intent, { type: "call" | "answer_call" }>, state: SeatState): Outcome {
  const session = state.entered === null || state.session?.state === "closed" ? null : state.session;
  if (session === null) {
    return ["ready", "admit", "summon", "pause", "confer", "transfer", "gather", "arm_emergency", "emergency"].includes(intent.type) ? "moot" : "done";
  }
  switch (intent.type) {
    case "ready":
      return session.state === "arrived" ? "again" : "done";
    case "admit": {
      const who = session.participants.find((one) => one.id === intent.participant);
      if (who === undefined) return "moot";
      return who.admitted ? "done" : "again";
    }
    case "dismiss":
      return session.participants.some((one) => one.id === intent.participant) ? "again" : "done";
    case "handover":
      return session.leg === intent.leg ? "again" : "done";
    case "mute": {
      const own = state.presence.find((one) => one.participant === state.participant);
      return own?.audioMuted === intent.audio && own.videoMuted === intent.video ? "done" : "again";
    }
    case "end":
    case "leave":
      return "again";
    default:
      return conducted(intent, session, state);
  }
}

function isOwn(booth: string, state: SeatState): boolean {
  return state.participant === booth || state.participant === `booth:${booth}`;
}
