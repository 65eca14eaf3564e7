// A browser for Node: its clock moves when told to, its sockets, devices and connections do what a test says.

import type { Browser, FrameSampler, Meter, Peer, Stop } from "./browser";
import { FakePeer, FakeStream, FakeTrack, type FakeCodec } from "./fakemedia";
import type { KeyRing } from "./keyring";
import type { PasskeyDevice } from "./passkeys";
import { FakeSocket } from "./fakesocket";

/** A device that can be plugged in and unplugged. */
export interface FakeDevice {
  kind: "audioinput" | "videoinput";
  deviceId: string;
  label: string;
}

/** What a test answers to an HTTP call; "network" for no answer at all, "never" for one that does not come. */
export type FakeAnswer = { status: number; body?: unknown; headers?: Record<string, string> } | "network" | "never";

/** One HTTP call as it was made. */
export interface FakeCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
}

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

export const fakeCamera: FakeDevice = { kind: "videoinput", deviceId: "camera-1", label: "Front camera" };
export const fakePaperCamera: FakeDevice = { kind: "videoinput", deviceId: "camera-2", label: "Document camera" };
export const fakeMicrophone: FakeDevice = { kind: "audioinput", deviceId: "microphone-1", label: "Microphone" };

/** 2026-11-25 10:00 in Tokyo. */
export const fakeStart = Date.parse("2026-11-25T10:00:00+09:00");

/** Runs the whole library in Node. */
export class FakeBrowser implements Browser {
  readonly origin = "https://booth.example";
  search = "";
  reloaded = false;
  readonly storage: Map<string, string>;
  readonly sockets: FakeSocket[] = [];
  /** None until a test gives one, as on a page that is not secure. */
  keys: KeyRing = { make: () => Promise.resolve(null), sign: () => Promise.resolve(null), enrolled: () => Promise.resolve(null), forget: () => Promise.resolve() };
  passkeys: PasskeyDevice = { create: () => Promise.reject(new Error("no authenticator")), get: () => Promise.reject(new Error("no authenticator")) };
  readonly peers: FakePeer[] = [];
  readonly calls: FakeCall[] = [];
  readonly opened: FakeTrack[] = [];
  /** The person closes the browser's dialog without choosing a window. */
  screenRefused = false;
  /** What getUserMedia was asked for, in order. */
  readonly asked: { audio?: boolean | MediaTrackConstraints; video?: boolean | MediaTrackConstraints }[] = [];
  devices: FakeDevice[] = [fakeCamera, fakeMicrophone];
  /** Name of the DOMException getUserMedia fails with, by kind; nothing is refused at first. */
  readonly refuses: { audio?: string; video?: string } = {};
  /** Loudness of every microphone, and brightness of every picture. */
  loudness = 0;
  brightness: Uint8Array | null = Uint8Array.from([10, 200]);
  answer: (call: FakeCall) => FakeAnswer = () => "network";
  /** Told of every new socket, before the library sees it. */
  onSocket: (socket: FakeSocket) => void = () => {};
  onPeer: (peer: FakePeer) => void = () => {};
  /** A worker that seals frames; null for a browser that has no such thing. */
  frameWorker: Browser["frameWorker"] = () => null;
  output: Browser["output"] = () => null;
  private clock = fakeStart;
  private timers: Timer[] = [];
  private order = 0;
  private ids = 0;
  private readonly events = new EventTarget();

  /** `storage`: of the tab; give the former browser's to load the page again. */
  constructor(storage = new Map<string, string>()) {
    this.storage = storage;
  }

  /** Lets `milliseconds` pass: every timer runs at its time, and whatever it sets off is finished before the next. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock + milliseconds;
    await settled();
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      this.clock = Math.max(this.clock, next.at);
      this.timers = this.timers.filter((one) => one !== next);
      next.run();
      await settled();
    }
    this.clock = end;
    await settled();
  }

  /** The machine sleeps: time passes and no timer runs until it is awake. */
  sleep(milliseconds: number): void {
    this.clock += milliseconds;
  }

  /** Timers still set: none after everything has been stopped. */
  get waiting(): number {
    return this.timers.length;
  }

  get socketNow(): FakeSocket {
    return last(this.sockets, "socket");
  }

  get peerNow(): FakePeer {
    return last(this.peers, "peer connection");
  }

  /** Tracks whose device is still open. */
  get live(): FakeTrack[] {
    return this.opened.filter((track) => track.readyState === "live");
  }

  tell(what: "online" | "visible" | "devicechange"): void {
    this.events.dispatchEvent(new Event(what));
  }

  plug(device: FakeDevice): void {
    this.devices = [...this.devices, device];
    this.tell("devicechange");
  }

  /** Pulls a device out: its tracks end, and the list of devices changes. */
  unplug(device: FakeDevice): void {
    this.devices = this.devices.filter((one) => one.deviceId !== device.deviceId);
    for (const track of this.live) {
      if (track.deviceId === device.deviceId) track.end();
    }
    this.tell("devicechange");
  }

  socket(url: string): FakeSocket {
    const socket = new FakeSocket(url);
    this.sockets.push(socket);
    this.onSocket(socket);
    return socket;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const call: FakeCall = {
      method: init.method ?? "GET",
      path: url.slice(this.origin.length),
      headers: { ...(init.headers as Record<string, string>) },
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    this.calls.push(call);
    const answer = this.answer(call);
    if (answer === "network") throw new TypeError("network");
    if (answer === "never") return untilAborted(init.signal);
    const text = answer.body === undefined ? null : typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
  }

  peer(configuration: RTCConfiguration): Peer {
    const peer = new FakePeer(configuration, this.peers.length + 1);
    this.peers.push(peer);
    this.onPeer(peer);
    return peer.asPeer;
  }

  codecs(_direction: "send" | "receive", kind: "audio" | "video"): FakeCodec[] {
    const names = kind === "audio" ? ["audio/opus", "audio/red", "audio/PCMU"] : ["video/H264", "video/rtx", "video/VP8"];
    return names.map((mimeType) => ({ mimeType, clockRate: kind === "audio" ? 48_000 : 90_000 }));
  }

  stream(tracks: MediaStreamTrack[]): MediaStream {
    return new FakeStream(tracks) as unknown as MediaStream;
  }

  async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    await new Promise((resolve) => setImmediate(resolve));
    const wanted = [
      ...(constraints.audio === undefined ? [] : [this.find("audioinput", constraints.audio)]),
      ...(constraints.video === undefined ? [] : [this.find("videoinput", constraints.video)]),
    ];
    const tracks = wanted.map((device) => new FakeTrack(device.kind === "audioinput" ? "audio" : "video", device.deviceId, device.label));
    this.opened.push(...tracks);
    return new FakeStream(tracks as unknown as MediaStreamTrack[]) as unknown as MediaStream;
  }

  async getDisplayMedia(): Promise<MediaStream> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.screenRefused) throw new DOMException("nothing was chosen", "NotAllowedError");
    const track = new FakeTrack("video", "screen-1", "a window");
    this.opened.push(track);
    return new FakeStream([track] as unknown as MediaStreamTrack[]) as unknown as MediaStream;
  }

  async enumerateDevices(): Promise<MediaDeviceInfo[]> {
    return this.devices.map((device) => ({ ...device, groupId: "", toJSON: () => device }));
  }

  onDeviceChange(listener: () => void): Stop {
    return this.listen("devicechange", listener);
  }

  meter(): Meter {
    return { level: () => this.loudness, silent: () => this.loudness === 0, close: () => {} };
  }

  frames(): FrameSampler {
    return { sample: async () => this.brightness, close: () => {} };
  }

  load(key: string): string | null {
    return this.storage.get(key) ?? null;
  }

  store(key: string, value: string): void {
    this.storage.set(key, value);
  }

  remove(key: string): void {
    this.storage.delete(key);
  }

  uuid(): string {
    return `id-${++this.ids}`;
  }

  random(): number {
    return 0.5;
  }

  now(): number {
    return this.clock;
  }

  after(milliseconds: number, run: () => void): Stop {
    const timer: Timer = { at: this.clock + milliseconds, order: this.order++, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  onOnline(listener: () => void): Stop {
    return this.listen("online", listener);
  }

  onVisible(listener: () => void): Stop {
    return this.listen("visible", listener);
  }

  private listen(what: string, listener: () => void): Stop {
    this.events.addEventListener(what, listener);
    return () => this.events.removeEventListener(what, listener);
  }

  private next(end: number): Timer | undefined {
    const due = this.timers.filter((timer) => timer.at <= end);
    return due.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
  }

  private find(kind: FakeDevice["kind"], constraints: boolean | MediaTrackConstraints): FakeDevice {
    const refusal = kind === "audioinput" ? this.refuses.audio : this.refuses.video;
    if (refusal !== undefined) throw new DOMException(refusal, refusal);
    const asked = typeof constraints === "object" ? constraints.deviceId : undefined;
    const exact = typeof asked === "object" && !Array.isArray(asked) ? asked.exact : undefined;
    const device = this.devices.find((one) => one.kind === kind && (exact === undefined || one.deviceId === exact));
    if (device === undefined) throw new DOMException("no such device", "NotFoundError");
    return device;
  }
}

/** Everything that was set off has finished: promises, and answers of fetch. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** Why a promise is rejected; taken care of from now on, so that time may pass before anybody looks. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });
}

function last<T>(all: readonly T[], what: string): T {
  const one = all.at(-1);
  if (one === undefined) throw new Error(`fake browser: there is no ${what} yet`);
  return one;
}
