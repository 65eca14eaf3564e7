import type { Armed, Away, Call, ErrorCode, Lobby, PresenceItem, Purpose, Reason, Session, SessionSummary, Waiting } from "./protocol";

/**
 * Which app this tab runs. An admin's seat signs in and uses the HTTP API; it opens no socket. An assistant's hears of its
 * sessions and enters none, a lobby's of numbers.
 */
export type AppKind = "booth" | "desk" | "counter" | "assistant" | "admin" | "guest" | "lobby";

/** Who this tab is: the answer to sign-in, without the token. */
export interface SeatIdentity {
  /** Seat id and, in every session, participant id: "booth:shiomachihama-1". */
  readonly seat: string;
  readonly role: string;
  readonly name: string;
  readonly area: string;
  readonly office?: string;
  readonly officeName?: string;
  readonly booth?: string;
  readonly boothName?: string;
  readonly desk?: string;
  readonly pool?: string;
  /** Of an assistant: the desks whose days it keeps. */
  readonly desks?: readonly { readonly id: string; readonly name: string }[];
  /** When the seat token expires, RFC 3339. It is renewed by itself as long as the server allows. */
  readonly expiresAt: string;
  /** What the next token is asked for by; left out where a seat signs in without anything. */
  readonly signIn?: string;
}

/** Why this seat will not come back by itself; each asks for an act of somebody. */
export type FailedReason =
  /** Nobody is signed in, the code is needed, or the seat was signed out: show the sign-in form. */
  | "signed-out"
  /** The same seat has been opened in another tab or on another device; reconnect() takes it back. */
  | "replaced"
  /** This role or this page's origin is not allowed here. */
  | "forbidden"
  /** The server did not understand us, or found us too loud: an old page, mostly; load it again. */
  | "protocol";

/** Where the line to the server stands. Times are milliseconds of this machine's clock (Date.now()). */
export type Connection =
  /** start() has not been called, or its stop has. */
  | { readonly state: "off" }
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** Lost; it comes back by itself. What the server last said still stands in the snapshot. */
  | { readonly state: "reconnecting"; readonly attempt: number; readonly nextAt: number; readonly why: Away }
  | { readonly state: "failed"; readonly reason: FailedReason };

/** Why a camera or microphone is not there. */
export type DeviceFault =
  /** The browser or somebody in front of it refused the permission. */
  | "denied"
  /** There is no such device. */
  | "missing"
  /** Another program holds it, or the operating system does not give it out. */
  | "busy"
  /** It was there and has been unplugged; it is opened again when it comes back. */
  | "unplugged"
  /** Anything else; the log says what. */
  | "failed";

/** One of this seat's own devices. */
export type DeviceState =
  | { readonly state: "off" }
  | { readonly state: "opening" }
  | { readonly state: "on"; readonly label: string; readonly deviceId: string }
  | { readonly state: "failed"; readonly fault: DeviceFault };

/** This seat's own sound and pictures. */
export interface SelfMedia {
  readonly voice: DeviceState;
  readonly face: DeviceState;
  readonly document: DeviceState;
  /** What is listened to instead of spoken into; sent from deviceSound.start() to stop(). */
  readonly stethoscope: DeviceState;
  /** A window or screen that is shown to the others, from screen.start() to stop(). */
  readonly screen: DeviceState;
  /** Own camera for the small preview; it has no sound, so playing it cannot echo. Null while there is none. */
  readonly preview: MediaStream | null;
  readonly documentPreview: MediaStream | null;
  /** What mute() last asked for; enforced on the server too. */
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
}

/** What one other participant sends us, each a stream for one <video> or <audio>; null where nothing comes. */
export interface RemoteMedia {
  readonly voice: MediaStream | null;
  readonly face: MediaStream | null;
  readonly document: MediaStream | null;
  readonly screen: MediaStream | null;
  readonly stethoscope: MediaStream | null;
}

/**
 * A stream for each m-line we receive on, whoever is on it; there from the answer on, though nothing passes the closed
 * gate. What plays and shows them may be made before admission.
 */
export interface Incoming {
  readonly voices: readonly MediaStream[];
  readonly pictures: readonly MediaStream[];
}

/** The line in one word, to be shown as a word: よい, すこし弱い, 声だけ, つなぎ直しています. */
export type Quality = "good" | "weak" | "sound-only" | "lost";

/** Where the media connection stands. */
export type MediaPhase =
  /** No peer connection: no session, or a booth that has not begun its device check. */
  | "off"
  | "connecting"
  | "connected"
  /** It was connected and is being mended by itself. */
  | "interrupted";

/** Sound and pictures, both ways. */
export interface MediaState {
  readonly phase: MediaPhase;
  readonly quality: Quality;
  readonly self: SelfMedia;
  readonly incoming: Incoming;
  /** By participant id. Empty before admission: nothing flows through a closed gate. */
  readonly remote: Readonly<Record<string, RemoteMedia>>;
}

/** Whether what people say and show each other can be read by anybody in between. */
export interface SealingState {
  /** "off": nothing is sealed here; the service does not ask for it. "open": it was to be sealed, and somebody cannot. */
  readonly state: "off" | "sealed" | "open";
  /** Six digits, the same on every screen unless somebody is in between; null while there are none. */
  readonly code: string | null;
  /** Participants who cannot seal, because of whom everything goes in clear; it may be this seat itself. */
  readonly unable: readonly string[];
  /** Something that was sealed has been changed, repeated or put into another order on its way. It was not played. */
  readonly meddled: boolean;
}

/** What the device check has found so far; it runs between startChecks() and stopChecks(). */
export interface Checks {
  /** "heard" once somebody has spoken; it stays so. */
  readonly voice: "off" | "listening" | "heard";
  /** "seen" once the picture is not black; "black" after three seconds of darkness (the lens is covered). */
  readonly face: "off" | "looking" | "black" | "seen";
}

/** One message people wrote to each other. */
export interface TalkMessage {
  readonly id: string;
  /** Participant id of the writer. */
  readonly from: string;
  readonly mine: boolean;
  readonly text: string;
  /** 筆談: to be shown large, over everything else. */
  readonly large: boolean;
  /** When it was written (own) or arrived here (others'), milliseconds of the server's clock. */
  readonly at: number;
  /** Own messages: everybody in the consultation who is connected has received it. Always true for others'. */
  readonly delivered: boolean;
}

/** What somebody shows at the moment: the newest value of a topic. Values in between may be missing. */
export interface LatestMessage {
  /** Participant id of the sender. */
  readonly from: string;
  readonly topic: string;
  readonly value: unknown;
}

/** Why a session ended for this seat. */
export interface EndedState {
  readonly session: string;
  readonly reason: Reason;
}

/**
 * Everything an app shows of its seat, whole and immutable: a new object whenever anything in it changes, the same
 * object otherwise, and the parts keep their identity too (for React's useSyncExternalStore and memo).
 */
export interface Snapshot {
  readonly connection: Connection;
  /** Null until signed in. Kept while reconnecting. */
  readonly identity: SeatIdentity | null;
  /** Live sessions that concern this seat; null until the server has told. Names nobody. */
  readonly sessions: readonly SessionSummary[] | null;
  /** Counter: every call of its booths. Booth: its own. */
  readonly calls: readonly Call[];
  /** Changes whenever the day's appointments may have changed: fetch them again. */
  readonly dayRev: number;
  /** The session this tab is in, by id, from enter() on, even before the server has said what is in it. */
  readonly entered: string | null;
  /** The session entered, as the server last told it. Stays for the goodbye until wipe() or the next enter(). */
  readonly session: Session | null;
  /** Who is connected and muted, in the session entered. */
  readonly presence: readonly PresenceItem[];
  /** Booth: place in the queue and expected wait. */
  readonly waiting: Waiting | null;
  /** The emergency button is armed until then; null where it is not, or has been pressed. */
  readonly armed: Armed | null;
  /** Numbers for a lobby's screen. */
  readonly lobby: Lobby | null;
  /** Booth: sessions that are over and not yet confirmed as wiped; the client confirms by itself after wipe(). */
  readonly unwiped: readonly string[];
  /** Set when the session entered is over for this seat; media are closed by then. */
  readonly ended: EndedState | null;
  readonly media: MediaState;
  readonly sealing: SealingState;
  readonly checks: Checks;
  readonly talk: readonly TalkMessage[];
}

/** Codes of SessionError: the server's refusals, and what can go wrong on the way to it. */
export type SessionErrorCode =
  | ErrorCode
  /** No answer in time; whether it was carried out will show in the snapshot. */
  | "timeout"
  /** This tab does not hold its seat (connection "off" or "failed"), so that waiting for the line would be in vain. */
  | "offline"
  /** No session is entered. */
  | "no-session"
  /** The session moved on while the line was down, so that the request no longer means what it meant. */
  | "moot"
  /** wipe() or leave() came first. */
  | "wiped"
  /** A talk message is longer than 4,000 characters, or empty. */
  | "talk-length"
  /** Too many talk messages wait for the other side. */
  | "talk-full"
  /** A message that only matters while it is new is longer than 1,000 bytes, or has no topic. */
  | "latest-length"
  /** What is told to another page is longer than 8,000 bytes, or a hundred such letters wait already. */
  | "letter-length"
  | "letter-full";

/** A refused or failed request of a SeatClient. HTTP calls fail with Problem instead. */
export class SessionError extends Error {
  readonly code: SessionErrorCode;
  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SessionError";
    this.code = code;
  }
}

/** Sound and pictures in numbers, for tests, tooltips and support. */
export interface MediaStats {
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly framesDecoded: number;
  /** Round trip to the server, milliseconds; null until measured. */
  readonly roundTripMs: number | null;
  /** Per receiving m-line that has an occupant. */
  readonly tracks: readonly TrackStats[];
}

/** One receiving m-line in numbers. */
export interface TrackStats {
  readonly mid: string;
  readonly participant: string;
  readonly purpose: Purpose;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly framesDecoded: number;
  /** Of sound: samples played, and how many of these were made up for what did not come. */
  readonly samples: number;
  readonly concealed: number;
  readonly frameWidth: number;
  readonly frameHeight: number;
}
