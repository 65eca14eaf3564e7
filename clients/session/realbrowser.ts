import { realKeyRing } from "./keyring";
import { realPasskeys } from "./passkeys";
import type { Output } from "./protocol";
import type { Browser, FrameSampler, Meter, Socket, Stop } from "./browser";
import type { Report } from "./seal/commands";
import type { FrameWorker } from "./seal/sealing";

/** The browser this page runs in. */
export function realBrowser(): Browser {
  const clock = new Clock();
  return {
    origin: location.origin,
    search: location.search,
    reloaded: wasReloaded(),
    socket: openSocket,
    fetch: (url, init) => fetch(url, init),
    frameWorker,
    peer: (configuration) => new RTCPeerConnection(configuration),
    codecs: (direction, kind) =>
      (direction === "send" ? RTCRtpSender : RTCRtpReceiver).getCapabilities(kind)?.codecs ?? [],
    stream: (tracks) => new MediaStream(tracks),
    getUserMedia: (constraints) => mediaDevices().getUserMedia(constraints),
    getDisplayMedia: (options) => mediaDevices().getDisplayMedia(options),
    enumerateDevices: () => mediaDevices().enumerateDevices(),
    onDeviceChange: (listener) =>
      navigator.mediaDevices === undefined ? () => {} : listen(navigator.mediaDevices, "devicechange", listener),
    meter,
    output,
    frames,
    load: (key) => sessionStorage.getItem(key),
    store: (key, value) => sessionStorage.setItem(key, value),
    remove: (key) => sessionStorage.removeItem(key),
    keys: realKeyRing(),
    passkeys: realPasskeys(),
    uuid,
    random: Math.random,
    now: Date.now,
    after: (milliseconds, then) => clock.after(milliseconds, then),
    onOnline,
    onVisible: (listener) =>
      listen(document, "visibilitychange", () => {
        if (document.visibilityState === "visible") listener();
      }),
  };
}

function frameWorker(onReport: (report: Report) => void): FrameWorker | null {
  if (typeof RTCRtpScriptTransform === "undefined" || globalThis.crypto?.subtle === undefined) return null;
  const worker = new Worker(new URL("./seal/seal.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<Report>) => onReport(data));
  return {
    post: (command) => worker.postMessage(command, []),
    lead: (end, options) => {
      end.transform = new RTCRtpScriptTransform(worker, options);
    },
    close: () => worker.terminate(),
  };
}

function wasReloaded(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && entry.type === "reload";
}

function openSocket(url: string, subprotocol: string): Socket {
  const raw = new WebSocket(url, subprotocol);
  const socket: Socket = {
    onOpen: null,
    onText: null,
    onClose: null,
    send: (text) => {
      if (raw.readyState === WebSocket.OPEN) raw.send(text);
    },
    close: (code) => raw.close(code),
  };
  raw.addEventListener("open", () => socket.onOpen?.());
  raw.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "string") socket.onText?.(data);
  });
  raw.addEventListener("close", ({ code }) => socket.onClose?.(code));
  return socket;
}

/** Absent on pages that are not secure: the same as a browser that refuses. */
function mediaDevices(): MediaDevices {
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices === undefined) throw new DOMException("this page is not secure", "NotAllowedError");
  return devices;
}

function listen(target: EventTarget, type: string, listener: () => void): Stop {
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}

/** "online" tells of a network after none; where the browser can, "change" tells of another one. */
function onOnline(listener: () => void): Stop {
  const stops = [listen(window, "online", listener)];
  const connection: unknown = "connection" in navigator ? navigator.connection : undefined;
  if (connection instanceof EventTarget) stops.push(listen(connection, "change", listener));
  return () => {
    for (const stop of stops) stop();
  };
}

/** crypto.randomUUID is there on secure pages only. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte, at) => (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte));
  const text = hex.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/**
 * Timers that run on time in hidden tabs too: browsers let a hidden page's own timers through once a minute, which is
 * longer than the server waits for a sign of life. A worker's are left alone.
 */
class Clock {
  private readonly due = new Map<number, { run: () => void; at: number }>();
  private worker: Worker | null = null;
  private refused = typeof Worker === "undefined";
  private next = 1;

  after(milliseconds: number, then: () => void): Stop {
    const worker = milliseconds < 500 ? null : this.tick();
    if (worker === null) {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    }
    const id = this.next++;
    this.due.set(id, { run: then, at: performance.now() + milliseconds });
    // The empty list says that nothing is handed over with the message.
    worker.postMessage({ id, milliseconds }, []);
    return () => {
      if (this.due.delete(id)) worker.postMessage({ id }, []);
    };
  }

  private tick(): Worker | null {
    if (this.worker !== null || this.refused) return this.worker;
    this.worker = new Worker(new URL("./clock.worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "number") this.run(data);
    });
    this.worker.addEventListener("error", () => this.withoutWorker());
    return this.worker;
  }

  private run(id: number): void {
    const timer = this.due.get(id);
    this.due.delete(id);
    timer?.run();
  }

  /** A policy or an old browser may refuse workers: the page's own timers take over. */
  private withoutWorker(): void {
    this.refused = true;
    this.worker?.terminate();
    this.worker = null;
    for (const [id, { at }] of this.due) setTimeout(() => this.run(id), Math.max(0, at - performance.now()));
  }
}

/** Points per side at which a frame is looked at. */
const points = 16;

function frames(track: MediaStreamTrack): FrameSampler {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  const playing = video.play().catch(() => {});
  const canvas = document.createElement("canvas");
  canvas.width = points;
  canvas.height = points;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return {
    sample: async () => {
      await playing;
      if (context === null || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
      context.drawImage(video, 0, 0, points, points);
      return brightness(context.getImageData(0, 0, points, points).data);
    },
    close: () => {
      video.pause();
      video.srcObject = null;
    },
  };
}

function brightness(rgba: Uint8ClampedArray): Uint8Array {
  const channel = (at: number): number => rgba[at] ?? 0;
  return Uint8Array.from({ length: rgba.length / 4 }, (_, point) =>
    Math.round(0.299 * channel(point * 4) + 0.587 * channel(point * 4 + 1) + 0.114 * channel(point * 4 + 2)),
  );
}

function meter(track: MediaStreamTrack): Meter {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  // About a tenth of a second at 48 kHz.
  analyser.fftSize = 4096;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      if (context.state === "suspended") void context.resume();
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
      return loudness(Math.sqrt(power));
    },
    silent: () => {
      if (context.state !== "running") return false; // it hears nothing itself
      analyser.getFloatTimeDomainData(samples);
      return samples.every((one) => one === 0);
    },
    close: () => {
      source.disconnect();
      void context.close();
    },
  };
}

/** Looks at what plays: every page plays voices by audio elements (ui/SoundOut). */
function output(): Output | null {
  const playing = [...document.querySelectorAll("audio")].filter((one) => one.srcObject !== null);
  if (playing.length === 0) return null;
  if (playing.some((one) => one.paused)) return "blocked";
  return playing.every((one) => one.muted || one.volume === 0) ? "muted" : "ok";
}

/** Maps an effective value to 0..1 over the 50 dB in which speech lies. */
function loudness(effective: number): number {
  const decibels = 20 * Math.log10(Math.max(effective, 1e-6));
  return Math.min(1, Math.max(0, (decibels + 50) / 50));
}
