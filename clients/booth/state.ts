/**
 * From what the server says (the client's snapshot) and what only this screen knows (local.ts) to the one screen the
 * resident sees. Pure, so that every situation is a row of a table (state.test.ts).
 */
import type { Call, Leg, Session, Waiting } from "../session/protocol";
import type { DeviceFault, FailedReason, Snapshot, TalkMessage } from "../session/types";
import { weakLine } from "../session/quality";
import { askedOf, gateOf, personOf, seatOf, talkCourse, waitingCourse, type CourseScreen } from "./course";
import { nobody, type Local, type Refusal } from "./local";

/** How many digits a reception number has. */
export const receptionLength = 6;

/** One screen. Everything a view needs is in it; views decide nothing. */
export type Screen =
  | { readonly kind: "starting" }
  | { readonly kind: "sign-in" }
  | { readonly kind: "trouble"; readonly reason: Exclude<FailedReason, "signed-out"> }
  | { readonly kind: "idle" }
  | { readonly kind: "check-in"; readonly entry: string; readonly asking: boolean; readonly refusal: Refusal | null }
  | { readonly kind: "name"; readonly kana: string | null; readonly session: Session }
  | { readonly kind: "still" }
  | { readonly kind: "not-you" }
  | { readonly kind: "check"; readonly session: Session; readonly check: Check; readonly leaving: Leaving }
  | {
      readonly kind: "waiting";
      readonly session: Session;
      readonly leg: Leg;
      readonly waiting: Waiting | null;
      /** The professional was here and has gone out again. */
      readonly again: boolean;
      readonly leaving: Leaving;
    }
  | {
      readonly kind: "handover";
      readonly session: Session;
      readonly from: Leg;
      readonly leg: Leg;
      readonly waiting: Waiting | null;
      readonly leaving: Leaving;
    }
  | {
      readonly kind: "talk";
      readonly session: Session;
      readonly leg: Leg;
      /** Who is seen large: the professional's participant id. */
      readonly desk: string;
      readonly show: TalkView;
      /** Everybody who is let in, without the booth itself. */
      readonly people: readonly Person[];
      /** Who wait to be let in, and who has been asked: nobody is there unnamed. */
      readonly gate: readonly Person[];
      readonly asked: Person | null;
      /** Staff of the post office is in the booth, and everybody has accepted it. */
      readonly staff: boolean;
      /** Written messages that have not been closed yet, oldest first. */
      readonly written: readonly TalkMessage[];
      readonly deskMuted: boolean;
      readonly ownMuted: boolean;
      readonly ownVoice: "there" | "gone";
      readonly leaving: Leaving;
    }
  | CourseScreen
  /** The server has still to hear that nothing is left. */
  | { readonly kind: "wiping" }
  | { readonly kind: "goodbye"; readonly how: "done" | "left" | "cancelled" | "abandoned"; readonly met: readonly Leg[] };

export type Leaving = Local["leaving"];

/** Somebody who sees and hears, as the banner names them. */
export interface Person {
  readonly id: string;
  readonly role: string;
  readonly name: string;
  /** The name's reading, where it is known. */
  readonly kana: string;
  readonly equipment: boolean;
}

/** What fills the large place of a consultation. */
export type TalkView = "picture" | "document" | "connecting" | "sound-only" | "camera-off" | "away" | "lost";

/** Where one part of the device check stands. */
export type FaceCheck = "looking" | "black" | "ok" | { readonly fault: DeviceFault };
export type VoiceCheck = "listening" | "ok" | { readonly fault: DeviceFault };

/** The device check. */
export interface Check {
  readonly face: FaceCheck;
  readonly voice: VoiceCheck;
  readonly hearing: "asking" | "louder" | "help" | "ok";
  /** Everything that matters is settled: the resident may wait now. */
  readonly complete: boolean;
  /** Something does not work, and the resident may go on without it. */
  readonly mayGoOn: boolean;
}

/** The screen for this moment. */
export function screenOf(snapshot: Snapshot, known: Local): Screen {
  const { connection, session } = snapshot;
  if (connection.state === "failed") {
    return connection.reason === "signed-out"
      ? { kind: "sign-in" }
      : { kind: "trouble", reason: connection.reason };
  }
  const local = factsOf(snapshot, known);
  if (snapshot.ended !== null) return goodbye(snapshot);
  if (session === null) {
    if (snapshot.entered !== null || snapshot.sessions === null) return { kind: "starting" };
    if (snapshot.unwiped.length > 0) return { kind: "wiping" };
    return local.started ? checkIn(local) : { kind: "idle" };
  }
  return visit(snapshot, session, local);
}

/** Facts of another visit say nothing about this one. */
function factsOf(snapshot: Snapshot, local: Local): Local {
  if (snapshot.entered === null || local.visit === null || local.visit === snapshot.entered) return local;
  return { ...nobody, calling: local.calling, callClosed: local.callClosed };
}

function checkIn(local: Local): Screen {
  const asking = local.lookup === "asking";
  const refusal = local.lookup === "typing" || local.lookup === "asking" ? null : local.lookup;
  return { kind: "check-in", entry: local.entry, asking, refusal };
}

function visit(snapshot: Snapshot, session: Session, local: Local): Screen {
  const leg = session.legs[session.leg];
  if (leg === undefined) return { kind: "starting" };
  switch (session.state) {
    case "arrived":
      return arrived(snapshot, session, local);
    case "waiting":
      return waitingCourse(session, leg, local) ?? waiting(snapshot, session, leg, local);
    case "consultation":
      return talkCourse(snapshot, session, leg, local) ?? talk(snapshot, session, leg, local);
    default:
      return goodbye(snapshot);
  }
}

function arrived(snapshot: Snapshot, session: Session, local: Local): Screen {
  // At the counter the name has been checked already: the booth asks for nothing.
  if (session.checkedInBy === "booth" && !local.confirmed) {
    if (local.denied) return { kind: "not-you" };
    if (local.away) return { kind: "still" };
    return { kind: "name", kana: local.kana, session };
  }
  return { kind: "check", session, check: checkOf(snapshot, local), leaving: local.leaving };
}

/** What the device check has found, with what the resident has answered. */
export function checkOf(snapshot: Snapshot, local: Local): Check {
  const { self } = snapshot.media;
  const face: FaceCheck =
    self.face.state === "failed"
      ? { fault: self.face.fault }
      : snapshot.checks.face === "seen"
        ? "ok"
        : snapshot.checks.face === "black"
          ? "black"
          : "looking";
  const voice: VoiceCheck =
    self.voice.state === "failed" ? { fault: self.voice.fault } : snapshot.checks.voice === "heard" ? "ok" : "listening";
  const hearing = local.heard === "yes" ? "ok" : local.unheard === 0 ? "asking" : local.unheard < 3 ? "louder" : "help";
  const settled = face === "ok" && voice === "ok";
  return {
    face,
    voice,
    hearing,
    complete: (settled && hearing === "ok") || local.goOn,
    mayGoOn: !local.goOn && (hearing === "help" || (hearing === "ok" && !settled)),
  };
}

function waiting(snapshot: Snapshot, session: Session, leg: Leg, local: Local): Screen {
  const place = snapshot.waiting?.session === session.id ? snapshot.waiting : null;
  const before = session.leg > 0 ? session.legs[session.leg - 1] : undefined;
  if (before !== undefined) return { kind: "handover", session, from: before, leg, waiting: place, leaving: local.leaving };
  const again = session.startedAt !== undefined && session.startedAt !== null;
  return { kind: "waiting", session, leg, waiting: place, again, leaving: local.leaving };
}

function talk(snapshot: Snapshot, session: Session, leg: Leg, local: Local): Screen {
  const people = peopleOf(snapshot, session);
  const desk = leg.desk === undefined ? (people.find((person) => !person.equipment)?.id ?? "") : seatOf(leg.desk);
  const present = snapshot.presence.find((one) => one.participant === desk);
  const own = snapshot.presence.find((one) => one.participant === snapshot.identity?.seat);
  const { self } = snapshot.media;
  return {
    kind: "talk",
    session,
    leg,
    desk,
    show: viewOf(snapshot, desk),
    people,
    gate: gateOf(session),
    asked: askedOf(session),
    staff: session.staff?.present === true,
    written: writtenOf(snapshot, local),
    deskMuted: present?.audioMuted ?? false,
    ownMuted: self.audioMuted || (own?.audioMuted ?? false),
    ownVoice: self.voice.state === "failed" ? "gone" : "there",
    leaving: local.leaving,
  };
}

/** Everybody let in but the booth itself. */
function peopleOf(snapshot: Snapshot, session: Session): Person[] {
  const own = snapshot.identity?.seat ?? `booth:${session.booth}`;
  return session.participants
    .filter((one) => one.admitted && one.id !== own)
    .map((one) => personOf(session, one));
}

function viewOf(snapshot: Snapshot, desk: string): TalkView {
  const { media } = snapshot;
  const present = snapshot.presence.find((one) => one.participant === desk);
  const remote = media.remote[desk];
  if (media.phase === "interrupted" || media.quality === "lost") return "lost";
  if (present !== undefined && !present.online && !present.connected) return "away";
  if (remote?.document != null || remote?.screen != null) return "document";
  if (media.quality === "sound-only") return "sound-only";
  if (present?.videoMuted === true) return "camera-off";
  if (remote?.face != null) return "picture";
  return "connecting";
}

/** Others' messages after the last one closed. */
function writtenOf(snapshot: Snapshot, local: Local): TalkMessage[] {
  const closed = snapshot.talk.findIndex((message) => message.id === local.readTalk);
  return snapshot.talk.slice(closed + 1).filter((message) => !message.mine);
}

function goodbye(snapshot: Snapshot): Screen {
  const reason = snapshot.ended?.reason ?? "done";
  const how = reason === "left" || reason === "cancelled" || reason === "abandoned" ? reason : "done";
  // Who was met is told only to somebody who was just here.
  const met = how === "done" ? (snapshot.session?.legs ?? []).filter((leg) => leg.done) : [];
  return { kind: "goodbye", how, met };
}

/** 係を呼ぶ: what became of the call. Null while there is none. */
export interface CallView {
  readonly state: "sending" | "heard" | "phoning" | "phoned" | "answered" | "failed";
  /** Fills the screen; otherwise only the button shows it. */
  readonly open: boolean;
  readonly id: string | null;
  /** When it was made, RFC 3339. */
  readonly at: string | null;
}

/** How long an answered call is still shown, in milliseconds: staff are in the booth by then. */
const answeredShown = 3 * 60_000;

/** The call this booth has standing, at `now` (server time, ms). */
export function callOf(snapshot: Snapshot, local: Local, now: number): CallView | null {
  const standing = lastStanding(snapshot.calls, now);
  if (local.calling === "failed") return { state: "failed", open: true, id: null, at: null };
  if (standing === undefined) {
    return local.calling === "sending" ? { state: "sending", open: true, id: null, at: null } : null;
  }
  const answered = standing.answeredAt !== undefined && standing.answeredAt !== null;
  return {
    state: answered ? "answered" : ringing(standing),
    // An emergency has a screen of its own.
    open: standing.emergency !== true && local.callClosed !== standing.id,
    id: standing.id,
    at: standing.at,
  };
}

/** Nobody at the counter means that the telephone is next, at once; what has been telephoned says so. */
function ringing(call: Call): "heard" | "phoning" | "phoned" {
  if (call.phonedAt != null) return "phoned";
  return call.heardAt == null && call.phoneAt != null ? "phoning" : "heard";
}

function lastStanding(calls: readonly Call[], now: number): Call | undefined {
  return calls
    .filter((call) => call.answeredAt == null || now - Date.parse(call.answeredAt) < answeredShown)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .at(-1);
}

/** How the line is, for the badge. */
export function lineOf(snapshot: Snapshot): "good" | "weak" | "sound" | "lost" {
  const { phase, quality } = snapshot.media;
  if (phase === "interrupted" || quality === "lost") return "lost";
  if (quality === "sound-only") return "sound";
  const weak = weakLine(snapshot.presence, snapshot.identity?.seat ?? null);
  return quality === "weak" || (weak !== null && weak.whose !== "other") ? "weak" : "good";
}

/** The visit in whose booth staff is, on a screen that says nothing else of it; or null. */
export function staffInside(screen: Screen): Session | null {
  switch (screen.kind) {
    case "check":
    case "waiting":
    case "handover":
    case "called":
    case "later":
      return screen.session.staff?.present === true ? screen.session : null;
    default:
      return null;
  }
}

/** Where the resident is on the way: 1 begin, 2 check, 3 wait, 4 talk, 5 end; null where there is no way yet. */
export function stepOf(screen: Screen): { now: number; name: "begin" | "check" | "wait" | "next" | "end" } | null {
  switch (screen.kind) {
    case "check-in":
    case "name":
    case "not-you":
      return { now: 1, name: "begin" };
    case "check":
      return { now: 2, name: "check" };
    case "waiting":
    case "called":
    case "later":
      return { now: 3, name: "wait" };
    case "handover":
      return { now: 3, name: "next" };
    case "goodbye":
      return { now: 5, name: "end" };
    default:
      return null;
  }
}
