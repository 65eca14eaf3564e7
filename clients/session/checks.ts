import type { Browser, FrameSampler, Meter, Stop } from "./browser";
import type { Checks } from "./types";

export const checksOff: Checks = { voice: "off", face: "off" };

/** Milliseconds between two looks, and of darkness until it is said. */
const interval = 100;
const darkness = 3_000;

/**
 * A voice is this loud (0..1; a quarter is about −37 dB) for this many looks, pauses between syllables allowed: a quiet
 * look takes back a part of a loud one. A single knock on the table is no voice.
 */
const voiceLevel = 0.25;
const voiceLooks = 3;
const quietTakes = 0.1;

/** A picture of something is brighter than this on average, or has at least this much between dark and bright. */
const darkMean = 16;
const flatSpread = 12;

/** What has been observed so far. */
interface Observation {
  checks: Checks;
  /** Loud looks so far, less what quiet ones have taken back. */
  voiced: number;
  darkFor: number;
}

/** Whether a picture shows anything: a covered lens is dark and flat, a dim room is dark but not flat. */
export function showsSomething(brightness: Uint8Array): boolean {
  if (brightness.length === 0) return false;
  const mean = brightness.reduce((sum, one) => sum + one, 0) / brightness.length;
  const spread = Math.max(...brightness) - Math.min(...brightness);
  return mean > darkMean || spread > flatSpread;
}

/** One look more: how loud, and what the picture is (null: none yet, undefined: no camera). Pure. */
export function observe(so: Observation, level: number, picture: Uint8Array | null | undefined): Observation {
  const voiced = level >= voiceLevel ? so.voiced + 1 : Math.max(0, so.voiced - quietTakes);
  const voice = so.checks.voice === "heard" || voiced >= voiceLooks ? "heard" : "listening";
  if (picture === undefined || so.checks.face === "seen") {
    return { ...so, voiced, checks: sameOr(so.checks, { voice, face: so.checks.face }) };
  }
  const seen = picture !== null && showsSomething(picture);
  const darkFor = seen ? 0 : so.darkFor + interval;
  const face = seen ? "seen" : darkFor >= darkness ? "black" : "looking";
  return { voiced, darkFor, checks: sameOr(so.checks, { voice, face }) };
}

function sameOr(before: Checks, after: Checks): Checks {
  return before.voice === after.voice && before.face === after.face ? before : after;
}

/** Watches own sound and picture for the booth's device check. */
export class CheckRun {
  private readonly browser: Browser;
  private readonly level: () => number;
  private readonly onChange: (checks: Checks) => void;
  private so: Observation = { checks: { voice: "listening", face: "looking" }, voiced: 0, darkFor: 0 };
  private frames: { track: MediaStreamTrack; sampler: FrameSampler } | null = null;
  private sampling = false;
  /** Null while there is a camera but no picture; undefined without a camera, which is no darkness. */
  private picture: Uint8Array | null | undefined = undefined;
  private stopTimer: Stop = () => {};
  private ended = false;

  constructor(browser: Browser, level: () => number, onChange: (checks: Checks) => void) {
    this.browser = browser;
    this.level = level;
    this.onChange = onChange;
    onChange(this.so.checks);
    this.plan();
  }

  /** The camera's track, now; null without. */
  watch(track: MediaStreamTrack | null): void {
    if (this.ended || this.frames?.track === track) return;
    this.frames?.sampler.close();
    this.frames = track === null ? null : { track, sampler: this.browser.frames(track) };
    this.picture = track === null ? undefined : null;
  }

  close(): void {
    this.ended = true;
    this.stopTimer();
    this.frames?.sampler.close();
    this.frames = null;
  }

  private plan(): void {
    this.stopTimer = this.browser.after(interval, () => {
      this.look();
      if (!this.ended) this.plan();
    });
  }

  private look(): void {
    const before = this.so.checks;
    this.so = observe(this.so, this.level(), this.picture);
    if (this.so.checks !== before) this.onChange(this.so.checks);
    if (!this.sampling) void this.sample();
  }

  private async sample(): Promise<void> {
    const frames = this.frames;
    if (frames === null) return;
    this.sampling = true;
    try {
      const picture = await frames.sampler.sample();
      if (this.frames === frames) this.picture = picture;
    } catch {
      // No picture is what it looks like.
      if (this.frames === frames) this.picture = null;
    } finally {
      this.sampling = false;
    }
  }
}

/** The own microphone's loudness; listens from the first question on. */
export class MicMeter {
  private readonly browser: Browser;
  private track: MediaStreamTrack | null = null;
  private meter: Meter | null = null;

  constructor(browser: Browser) {
    this.browser = browser;
  }

  watch(track: MediaStreamTrack | null): void {
    if (this.track === track) return;
    this.meter?.close();
    this.meter = null;
    this.track = track;
  }

  /** No sound at all comes from the microphone; false where nobody has asked for its level, for that costs something. */
  silent(): boolean {
    return this.track !== null && this.meter?.silent() === true;
  }

  level(): number {
    if (this.track === null) return 0;
    this.meter ??= this.browser.meter(this.track);
    return this.meter.level();
  }
}
