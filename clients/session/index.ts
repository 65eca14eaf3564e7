/*
 * clients/session: a seat's side of a visit, without a DOM and without a framework.
 *
 * A booth in a post office, a professional's desk, a counter: each is a browser tab that must never leave the person
 * in front of it wondering. This library keeps the tab in its visit. An app makes one SeatClient (client.ts), reads
 * its Snapshot, and calls its actions; everything else happens by itself:
 *
 *   sign-in     seat.ts keeps the seat's token in this tab's storage, the only thing that is ever stored there.
 *   line        socket.ts is one WebSocket and knows when it is dead; link.ts opens another when one is lost, at the
 *               moment retry.ts says, says hello and enters the same session again. Requests that were under way are
 *               looked at in the light of the new state (intent.ts): done, to be sent again, or moot.
 *               conversation.ts gives requests ids that outlive a line, and hears nothing twice; sleep.ts notices a machine
 *               that has slept.
 *   state       reduce.ts: state × message → state, pure. The server sends state whole and versioned, so that nothing
 *               has to be remembered, and after a reload nothing is missing.
 *   media       media.ts owns the one RTCPeerConnection of the session. It is connected while the resident waits; when
 *               the professional admits, the server opens its gate and nothing is negotiated. A lost socket does not
 *               touch it; a changed network makes it restart ICE; only if that does not help is it replaced.
 *   devices     devices.ts opens camera and microphone, says in one word why one is missing, and takes a device back
 *               that was unplugged and plugged in again. checks.ts is the booth's device check.
 *   sealing     seal/ seals what is sent in this page and opens it in the others' (seal/README.md); sealing.ts begins and
 *               ends it with the session, agreement.ts agrees on keys, seal.worker.ts has the frames go through it.
 *   words       talk.ts carries what people write, over the data channel: kept until the other side has it, in order,
 *               once. latest.ts shows what only matters while it is new: only the newest of it, and never late. letters.ts is what
 *               one page tells another. written.ts holds the three.
 *   vitals      vitals/ decodes, judges and carries what health devices measure (vitals/README.md).
 *   line        quality.ts says in one thought whose line is weak, from what the server judges.
 *   goodbye     wipe() forgets the resident: nothing is left in memory, storage, URL or history.
 *
 *   events      events.ts tells what has happened between two snapshots. README.md shows all of it from outside.
 *
 * browser.ts is the one interface that hides the browser; realbrowser.ts is the real one and fakebrowser.ts runs all
 * of the above in Node. protocol.ts is made from the Go types of the server.
 */

export * from "./booking";
export * from "./invitation";
export * from "./oversight";
export type { Browser } from "./browser";
export type { Api } from "./api";
export * from "./client";
export { eventsBetween, onSeatEvents, type SeatEvent } from "./events";
export type { Conduct } from "./conduct";
export type { Letter } from "./letters";
export type { DeviceSound, ScreenSharing, SoundInput } from "./devices";
export { nextLeg } from "./legs";
export { Problem, type FieldProblem } from "./problem";
export type {
  Armed,
  Away,
  Call,
  Emergency,
  ErrorCode,
  Kind,
  Leg,
  Lobby,
  LobbyEntry,
  Participant,
  PauseReason,
  Paused,
  PresenceItem,
  Professional,
  Purpose,
  Reason,
  Session,
  SessionSummary,
  Stage,
  StaffState,
  State,
  Waiting,
  Word,
} from "./protocol";
export { pauseReasons, stages } from "./protocol";
export { lineNews, recoveredFor, weakLine, type LineNews, type WeakLine } from "./quality";
export { SessionError } from "./types";
export type * from "./types";
