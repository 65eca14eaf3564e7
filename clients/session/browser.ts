// Everything this library needs of a browser, in one interface: fakebrowser.ts runs the whole of it in Node.

import type { Output } from "./protocol";
import type { Report } from "./seal/commands";
import type { FrameWorker } from "./seal/sealing";
import type { KeyRing } from "./keyring";
import type { PasskeyDevice } from "./passkeys";

/** Undoes what returned it: a timer, a listener. Calling it twice does no harm. */
export type Stop = () => void;

/** A WebSocket as far as we use it. Handlers are set right after it is made, before anything can arrive. */
export interface Socket {
  /** The connection stands and both ends speak our subprotocol. */
  onOpen: (() => void) | null;
  onText: ((text: string) => void) | null;
  /** Called once, whoever closed it and also if it never opened; 1006 if nothing was said. */
  onClose: ((code: number) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** RTCPeerConnection as far as we use it. */
export type Peer = Pick<
  RTCPeerConnection,
  | "addEventListener"
  | "addTransceiver"
  | "close"
  | "connectionState"
  | "createDataChannel"
  | "createOffer"
  | "getStats"
  | "getTransceivers"
  | "localDescription"
  | "restartIce"
  | "setLocalDescription"
  | "setRemoteDescription"
>;

/** Loudness of a track, 0..1, smoothed over about a tenth of a second. */
export interface Meter {
  level(): number;
  /** Nothing at all comes from the device at this moment, not even noise. */
  silent(): boolean;
  close(): void;
}

/** Looks at a video track now and then. */
export interface FrameSampler {
  /** Brightness of some points spread over the present picture, 0..255 each; null if there is no picture yet. */
  sample(): Promise<Uint8Array | null>;
  close(): void;
}

/** What hides the browser. */
export interface Browser {
  /** A worker that can seal and open frames; null where the browser has no such thing (RTCRtpScriptTransform). */
  frameWorker(onReport: (report: Report) => void): FrameWorker | null;

  /** "https://host" of the page, and its query with the question mark. */
  readonly origin: string;
  readonly search: string;
  /** The page has been loaded again in the same tab, rather than opened. */
  readonly reloaded: boolean;

  socket(url: string, subprotocol: string): Socket;
  fetch(url: string, init: RequestInit): Promise<Response>;

  peer(configuration: RTCConfiguration): Peer;
  /** What the browser can send or receive of a kind, best first by its own opinion. */
  codecs(direction: "send" | "receive", kind: "audio" | "video"): RTCRtpCodec[];
  stream(tracks: MediaStreamTrack[]): MediaStream;

  getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream>;
  /** A window or a screen the person chooses; rejects if nothing is chosen. */
  getDisplayMedia(options: DisplayMediaStreamOptions): Promise<MediaStream>;
  enumerateDevices(): Promise<MediaDeviceInfo[]>;
  onDeviceChange(listener: () => void): Stop;
  meter(track: MediaStreamTrack): Meter;
  /** How what plays the page's sound is set; null where nothing plays. */
  output(): Output | null;
  frames(track: MediaStreamTrack): FrameSampler;

  /** Storage of this tab only. */
  load(key: string): string | null;
  store(key: string, value: string): void;
  remove(key: string): void;

  /** Keys that cannot leave this browser. */
  readonly keys: KeyRing;
  readonly passkeys: PasskeyDevice;

  uuid(): string;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
  /** Milliseconds since 1970 by this machine's clock. */
  now(): number;
  after(milliseconds: number, then: () => void): Stop;

  /** The operating system says that there is a network (again), or that it is another one. */
  onOnline(listener: () => void): Stop;
  /** The tab can be seen again, or the machine woke up: timers may have slept. */
  onVisible(listener: () => void): Stop;
}
