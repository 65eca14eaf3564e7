import type { Api } from "./api";
import type { Browser } from "./browser";
import { SeatCore } from "./core";
import type { Conduct } from "./conduct";
import type { DeviceSound, ScreenSharing } from "./devices";
import type { Letter } from "./letters";
import type { RemoteWhat, SelfReport } from "./protocol";
import { realBrowser } from "./realbrowser";
import type { SignInWay } from "./seat";
import type { AppKind, LatestMessage, MediaStats, SeatIdentity, Snapshot } from "./types";

/** What createSeatClient needs. */
export interface SeatClientOptions {
  /** Which app this is. */
  kind: AppKind;
  /** The seat, with or without its kind ("booth:shiomachihama-1", "shiomachihama-1"); else ?seat= of the page. */
  seat?: string;
  /** Defaults to the real one. */
  browser?: Browser;
  /** Told one line per change of state: ids and codes, never names, words or tokens. */
  log?: (line: string) => void;
}

/**
 * The seat of a booth, desk, counter or admin, as its app uses it: one store to read, a handful of things to do.
 *
 * Make one per page, outside React; `useSyncExternalStore(client.subscribe, client.getSnapshot)` reads it. All
 * methods are bound, so they may be passed around. An action resolves when the server has carried it out and rejects
 * with SessionError (what people read is chosen by `code`). An action asked for while the line is down waits for it,
 * up to 15 s, and is sent again after a lost line only if the state shows that it is still to be done.
 */
export interface SeatClient {
  /** Calls `listener` after every change; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** The present state; the same object until something changes. */
  getSnapshot(): Snapshot;
  /** The server's clock, milliseconds since 1970; this machine's clock may be wrong. */
  now(): number;

  /** The HTTP API with this seat's token. */
  readonly api: Api;

  /**
   * Begins: signs in (kept token, or without a code where the server allows), connects, and after a reload enters the
   * running session by itself. Safe to call twice. Returns stop: closes everything but keeps the seat signed in.
   */
  start(): () => void;
  /** Signs in with the one-time code of `madoguchi enroll` (none in the demo), then connects. Rejects with Problem. */
  signIn(request: { seat: string; code?: string }): Promise<SeatIdentity>;
  /** Signs a person in by a passkey, by their organisation, or with a sealed letter, then connects. Rejects with Problem. */
  signInBy(way: SignInWay): Promise<SeatIdentity>;
  /** Leaves everything, wipes, and forgets the seat's token. */
  signOut(): Promise<void>;
  /** Tries at once instead of waiting; also the way back from failed "replaced". */
  reconnect(): void;

  /**
   * Takes part in a session. A booth enters the session of its own booth by itself; a desk calls this for the visit
   * it wants to meet (admit dialog), which also opens devices and connects media behind the closed gate. Entering
   * another session leaves none: end, hand over or leave the former first. It waits for the line as long as it takes.
   */
  enter(session: string): Promise<void>;
  /**
   * Leaves. Booth: the visit is closed ("left"). Desk: the session goes back to waiting. Media stop at once. It waits
   * for the server no longer than two seconds and does not fail for want of it; the server hears it when it can.
   */
  leave(): Promise<void>;
  /** Booth: the device check is done; the resident waits. */
  ready(): Promise<void>;
  /** Booth: what the device check found, for whoever has to find out later why something went wrong. Lost without a line. */
  report(found: Pick<SelfReport, "voice" | "face" | "hearing">): void;
  /** Booth: an administrator or the counter asks for the page to be loaded again or the volume to be put back. Returns the way to stop. */
  onRemote(listener: (what: RemoteWhat) => void): () => void;
  /**
   * Desk: somebody who waits is on the screen and may be let in at any moment; without an argument the booth. The server
   * keeps fresh pictures ready until the returned function is called, five minutes at most. It never fails: admission
   * works without, only a little slower.
   */
  prepare(participant?: string): () => void;
  /** Desk: lets somebody in; without an argument the booth, which starts the consultation. */
  admit(participant?: string): Promise<void>;
  /** Desk: sends a guest or a piece of equipment away. */
  dismiss(participant: string): Promise<void>;
  /** Desk: passes the session to the next leg; this desk's part ends with `ended.reason` "handover". */
  handover(): Promise<void>;
  /** Desk: the visit is over, for everybody. */
  end(): Promise<void>;
  /** Everything between letting in and ending: calling, pausing, a word in private, passing on, the emergency button. */
  readonly conduct: Conduct;
  /** Own sound or picture off or on; what is left out stays. Takes effect here at once, and is enforced by the server. */
  mute(what: { audio?: boolean; video?: boolean }): Promise<void>;
  /** Booth: calls the postal staff. Works in every state but signed out. */
  call(): Promise<void>;
  /** Counter: somebody is on the way to the booth of this call. */
  answerCall(call: string): Promise<void>;

  /** Says something in writing; `large` is 筆談. Returns the message's id. Kept and resent until the other side has it. */
  sendTalk(text: string, options?: { large?: boolean }): string;
  /**
   * Shows the others something that only matters while it is new, such as where a finger points: at most 1,000 bytes of
   * JSON. Of each topic only the newest value waits for the line; values may be lost, and never come late.
   */
  sendLatest(topic: string, value: unknown): void;
  /** Calls `listener` with what others show; returns the way to stop. */
  onLatest(listener: (message: LatestMessage) => void): () => void;
  /**
   * Tells one other participant's page something that must arrive: JSON of at most 8,000 bytes, sent until it is acknowledged,
   * forgotten with the leg. It goes over the same channel as words, sealed where they are, and past the server's memory.
   */
  sendLetter(to: string, topic: string, value: unknown): void;
  /** Calls `listener` with what others' pages tell this one; returns the way to stop. */
  onLetter(listener: (letter: Letter) => void): () => void;

  /**
   * Opens camera and microphone and connects media. Only the booth's device check needs to call this (a camera is
   * not opened before the resident has pressed start); desks do it by entering, and a reload does it by itself once
   * the resident waits or talks. Resolves when devices have been tried; what is missing stands in `media.self`.
   */
  openMedia(): Promise<void>;
  /** Closes the peer connection and opens everything anew: the button "もう一度つなぐ". */
  restartMedia(): Promise<void>;
  /** A stethoscope's sound, sent as a track of its own. */
  readonly deviceSound: DeviceSound;
  /** A window or screen of this seat, shown to the others as a track of its own. */
  readonly screen: ScreenSharing;
  /** Watches own sound and picture until stopChecks(); the result stands in `checks`. */
  startChecks(): void;
  stopChecks(): void;
  /** Loudness of the own microphone right now, 0..1, for a meter; read it per animation frame. 0 without microphone. */
  micLevel(): number;
  /** Sound and pictures in numbers, right now; null without a peer connection. */
  stats(): Promise<MediaStats | null>;

  /**
   * Forgets everything of the resident: session, words, media, devices. Only the seat's sign-in stays. It tells the
   * server nothing: leave() or end() does.
   */
  wipe(): void;
}

/** Makes the client of one seat. Nothing happens before start(). */
export function createSeatClient(options: SeatClientOptions): SeatClient {
  return new SeatCore(options.kind, options.seat, options.browser ?? realBrowser(), options.log ?? (() => {}));
}
