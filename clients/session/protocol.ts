// Made from signaling/protocol by signaling/protocol/gen. DO NOT EDIT: change the Go and run the generator.

/** The WebSocket subprotocol both ends name in the upgrade. */
export const subprotocol = "madoguchi.v1";

/** Close codes: 4000–4099 come back by yourself; 4100–4199 do not, somebody has to act. */
export const Close = {
  /** the server is going away: come back at once, another node answers */
  Restart: 4000,
  /** you did not read fast enough; state is sent whole when you are back */
  Slow: 4001,
  /** nothing was heard from you for too long */
  Silent: 4002,
  /** a fault on our side */
  Internal: 4003,
  /** the token has expired: fetch a new one over HTTPS, then come back */
  Expired: 4010,
  /** the token is not valid here */
  BadToken: 4100,
  /** a message could not be understood */
  Protocol: 4101,
  /** a message was larger than allowed */
  TooLarge: 4102,
  /** too many messages */
  TooFast: 4103,
  /** the same seat has been opened elsewhere */
  Replaced: 4104,
  /** origin or role is not allowed here */
  Forbidden: 4105,
  /** this seat has been signed out */
  Revoked: 4106,
} as const;
export type CloseCode = (typeof Close)[keyof typeof Close];

/** Whether a socket closed with this code is to be opened again without anybody's help. */
export function comeBack(code: number): boolean {
  return code < 4100 || code > 4199;
}

/** State is where a visit stands. */
export const states = [
  /** checked in; the booth tests its devices */
  "arrived",
  /** ready; the professional has not admitted yet */
  "waiting",
  /** gate open */
  "consultation",
  "closed",
] as const;
export type State = (typeof states)[number];

/** Purpose is what a track is for; it decides priority and settings. */
export const purposes = [
  "voice",
  "face",
  "document",
  "screen",
  "stethoscope",
] as const;
export type Purpose = (typeof purposes)[number];

/** Kind says what sort of participant somebody is. */
export const kinds = [
  "booth",
  "desk",
  "guest",
  /** WHIP or WHEP */
  "equipment",
] as const;
export type Kind = (typeof kinds)[number];

/** Reason says why a session ended. */
export const reasons = [
  /** the professional ended the visit */
  "done",
  /** the resident left */
  "left",
  /** over for this desk; the next leg goes on */
  "handover",
  /** the appointment was cancelled */
  "cancelled",
  /** this guest was sent away */
  "dismissed",
  /** nobody came back within the grace time */
  "abandoned",
] as const;
export type Reason = (typeof reasons)[number];

/** Away is why somebody was gone for a moment. Nothing else is accepted, for the other side reads it. */
export const aways = [
  /** the page was loaded again */
  "reload",
  /** the line dropped or changed */
  "network",
  /** the server asked to come back */
  "server",
] as const;
export type Away = (typeof aways)[number];

/** Level says how good one direction of a participant's line is. */
export const levels = [
  "good",
  /** one notices it */
  "fair",
  /** weak: talking takes an effort, so both sides are told */
  "poor",
  /** nothing comes any more */
  "lost",
] as const;
export type Level = (typeof levels)[number];

/** ErrorCode says, for machines, why a request was refused. The words beside it in Error are for logs and developers; what people read is chosen by the client from the code. */
export const errorCodes = [
  /** not JSON, a field is missing or of the wrong type */
  "malformed",
  /** no such message */
  "unknown_type",
  /** larger than allowed; CloseTooLarge follows */
  "too_large",
  /** more messages than allowed; CloseTooFast follows */
  "too_fast",
  /** the first message must be hello, and only the first */
  "hello_first",
  /** not a token of ours, or not for this purpose */
  "bad_token",
  /** fetch a new one over HTTPS */
  "expired_token",
  /** the token is for another participant or another session */
  "wrong_session",
  /** no such session, or it is over */
  "unknown_session",
  /** enter a session first */
  "not_entered",
  /** this role or token may not do that */
  "forbidden",
  /** the state of the session does not allow that now */
  "not_now",
  /** nobody of that id is in the session */
  "unknown_participant",
  /** no such call rings here */
  "unknown_call",
  /** the offer or candidate was refused */
  "media",
  /** the store cannot be reached: try again */
  "unavailable",
  /** a fault on our side */
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Hello opens a conversation. Token is a seat token (booth, desk, counter) or a room token (guest); with a room token the participant has entered that room at once. */
export interface Hello {
  type: "hello";
  token: string;
  /** "booth", "desk", "counter"; for logs only */
  app?: string;
  /** why this socket was opened again; shown to the other side */
  reason?: Away;
}

/** Enter attaches this socket to one session. Token is a room token for exactly that session. */
export interface Enter {
  type: "enter";
  id: string;
  token: string;
}

/** TrackOffer names what an m-line of an offer carries. */
export interface TrackOffer {
  mid: string;
  purpose: Purpose;
}

/** Offer carries the client's SDP offer. Tracks tells the purpose of each m-line the client sends on. The client is the only offerer; a new offer is made only for an ICE restart or a new peer connection. */
export interface Offer {
  type: "offer";
  id: string;
  sdp: string;
  tracks?: TrackOffer[];
}

/** Candidate is one trickled ICE candidate of the client; an empty Candidate marks the end. The server never trickles: its few candidates are in the answer. */
export interface Candidate {
  type: "candidate";
  candidate: string;
  mid?: string;
}

/** Request is a client message that needs nothing but its type: ready, handover, end, leave, call. */
export interface PlainRequest {
  type: "ready" | "handover" | "end" | "leave" | "call";
  id: string;
}

/** Admit lets Participant in. For the booth's participant this starts the consultation. */
export interface Admit {
  type: "admit";
  id: string;
  participant: string;
}

/** Dismiss sends a guest or piece of equipment away. */
export interface Dismiss {
  type: "dismiss";
  id: string;
  participant: string;
}

/** Mute announces and enforces that own sound or picture is off: the SFU stops forwarding it. */
export interface Mute {
  type: "mute";
  id: string;
  /** true: muted */
  audio: boolean;
  /** true: camera off */
  video: boolean;
}

/** AnswerCall acknowledges a booth's call; the ringing stops everywhere. */
export interface AnswerCall {
  type: "answer_call";
  id: string;
  call: string;
}

/** Ping asks whether the server is there; every message counts as a sign of life, so it is needed only in silence. */
export interface Ping {
  type: "ping";
}

/** Everything a client may send. */
export type ClientMessage =
  | Hello
  | Enter
  | Offer
  | Candidate
  | PlainRequest
  | Admit
  | Dismiss
  | Mute
  | AnswerCall
  | Ping;

/** ICEServer is a STUN or TURN server for RTCPeerConnection. */
export interface ICEServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** Media describes the m-lines a client's offer must contain, once and for all: one sendonly m-line per entry of Up it can provide, then AudioDown recvonly audio and VideoDown recvonly video m-lines, then one application m-line. */
export interface Media {
  up: Purpose[];
  audioDown: number;
  videoDown: number;
  iceServers: ICEServer[];
  /** label of the reliable, ordered channel for what people say: "talk" */
  dataChannel: string;
  latestChannel: string;
}

/** Welcome answers Hello. */
export interface Welcome {
  type: "welcome";
  /** own id in every session: "booth:shiomachihama-1" */
  participant: string;
  role: string;
  name: string;
  /** server time, so that clients need no right clock */
  now: string;
  media: Media;
  /** send ping this often; silence of twice this is a lost line */
  pingSeconds: number;
}

/** OK says that request Re was carried out. */
export interface OK {
  type: "ok";
  re: string;
}

/** Error says that request Re was refused and why. An error without Re concerns a message that had no id. */
export interface Refusal {
  type: "error";
  re?: string;
  code: ErrorCode;
  /** for developers; people read the client's words for the code */
  message: string;
}

/** SessionSummary is a session as a list shows it. It names nobody: names come with the appointment over HTTP. */
export interface SessionSummary {
  id: string;
  appointment: string;
  state: State;
  office: string;
  officeName: string;
  booth: string;
  boothName: string;
  number: number;
  leg: number;
  /** desk of the current leg */
  desk?: string;
  pool: string;
  waitingSince?: string;
  boothOnline: boolean;
}

/** Call is a booth's call for the postal staff. */
export interface Call {
  id: string;
  booth: string;
  boothName: string;
  at: string;
  answeredAt?: string;
}

/** Seat is everything live that concerns this seat, whole; it is sent on hello and whenever anything in it changes. */
export interface Seat {
  type: "seat";
  sessions: SessionSummary[];
  /** counter: unanswered and answered calls; booth: its own */
  calls: Call[];
  /** changes whenever the day's appointments may have changed: fetch them again */
  dayRev: number;
}

/** Professional is what a resident may always see of the person they talk to (MHLW online care guideline). */
export interface Professional {
  name: string;
  kana: string;
  /** 医師, 薬剤師, 市職員 … */
  title: string;
  organisation: string;
  /** 医籍登録年, 薬剤師名簿登録年 */
  registrationYear?: number;
  phone: string;
}

/** Leg is one part of the visit: one professional side. */
export interface Leg {
  service: string;
  /** for the booth and the desk; a counter gets the neutral word */
  serviceName: string;
  role: string;
  pool: string;
  poolName: string;
  desk?: string;
  startsAt: string;
  endsAt: string;
  done: boolean;
  professional: Professional;
}

/** Participant is one who is in the session or waits at its gate. Nobody is in a room unseen. */
export interface Participant {
  id: string;
  kind: Kind;
  role: string;
  /** never the resident's */
  name: string;
  admitted: boolean;
}

/** Session is the session entered, as this participant may see it, whole. */
export interface Session {
  type: "session";
  id: string;
  /** grows; a smaller one than already seen is to be ignored */
  version: number;
  state: State;
  appointment: string;
  office: string;
  officeName: string;
  booth: string;
  boothName: string;
  number: number;
  /** "counter" or "booth": at the counter the name has been checked already */
  checkedInBy: string;
  legs: Leg[];
  /** index of the current leg */
  leg: number;
  participants: Participant[];
  waitingSince?: string;
  /** of the current consultation */
  startedAt?: string;
}

/** PresenceItem is one participant's presence. */
export interface PresenceItem {
  participant: string;
  /** its socket is there */
  online: boolean;
  /** its media are connected */
  connected: boolean;
  audioMuted: boolean;
  videoMuted: boolean;
  /** why it came back, or is away */
  reason?: Away;
  /** how well its sound and pictures arrive here; only in a consultation */
  up?: Level;
  /** how well others' arrive there, as far as can be seen from here */
  down?: Level;
}

/** Presence tells who is connected and muted right now; whole, and outside the versioned session. */
export interface Presence {
  type: "presence";
  session: string;
  people: PresenceItem[];
}

/** Waiting tells the booth its place and the expected wait as a range of minutes. */
export interface Waiting {
  type: "waiting";
  session: string;
  /** visits before this one at the same desk or pool */
  ahead: number;
  fromMinutes: number;
  toMinutes: number;
  /** how far behind the appointment's time this is expected to start; 0 if on time */
  lateMinutes: number;
}

/** Answer is the SDP answer to offer Re. */
export interface Answer {
  type: "answer";
  re: string;
  sdp: string;
}

/** Track is one m-line's present occupant. */
export interface Track {
  mid: string;
  participant: string;
  purpose: Purpose;
}

/** Tracks tells whose track each receiving m-line carries, whole. A mid that is not listed carries nothing. */
export interface Tracks {
  type: "tracks";
  session: string;
  tracks: Track[];
}

/** Ended tells that the session entered is over for this participant. */
export interface Ended {
  type: "ended";
  session: string;
  reason: Reason;
}

/** Pong answers Ping. */
export interface Pong {
  type: "pong";
}

/** Everything the server sends. */
export type ServerMessage =
  | Welcome
  | OK
  | Refusal
  | Seat
  | Session
  | Presence
  | Waiting
  | Answer
  | Tracks
  | Ended
  | Pong;

type Shape = Record<string, "string" | "number" | "boolean" | "object" | "array">;

const shapes: Record<ServerMessage["type"], Shape> = {
  welcome: { participant: "string", role: "string", name: "string", now: "string", media: "object", pingSeconds: "number" },
  ok: { re: "string" },
  error: { code: "string", message: "string" },
  seat: { sessions: "array", calls: "array", dayRev: "number" },
  session: { id: "string", version: "number", state: "string", appointment: "string", office: "string", officeName: "string", booth: "string", boothName: "string", number: "number", checkedInBy: "string", legs: "array", leg: "number", participants: "array" },
  presence: { session: "string", people: "array" },
  waiting: { session: "string", ahead: "number", fromMinutes: "number", toMinutes: "number", lateMinutes: "number" },
  answer: { re: "string", sdp: "string" },
  tracks: { session: "string", tracks: "array" },
  ended: { session: "string", reason: "string" },
  pong: {},
};

/**
 * Reads one message of the server. Undefined means a type this client does not know: a newer server speaks, and the
 * message is to be ignored. Throws on what is not a message at all or lacks a field.
 */
export function readServerMessage(text: string): ServerMessage | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("message: want a JSON object");
  }
  const fields = value as Record<string, unknown>;
  const type = fields["type"];
  if (typeof type !== "string") {
    throw new TypeError("message: type: want a string");
  }
  if (!Object.hasOwn(shapes, type)) {
    return undefined;
  }
  for (const [name, want] of Object.entries(shapes[type as ServerMessage["type"]])) {
    const field = fields[name];
    const found = Array.isArray(field) ? "array" : field === null ? "null" : typeof field;
    if (found !== want) {
      throw new TypeError(`${type}: ${name}: want ${want}, not ${found}`);
    }
  }
  return value as ServerMessage;
}
