import type { Browser, Stop } from "./browser";
import type { DeviceFault, DeviceState } from "./types";

/** The devices a seat can have. */
export type DevicePurpose = "voice" | "face" | "document" | "stethoscope" | "screen";

/** Those that are looked for again when they are gone. A screen is not: it is shown because somebody has just chosen it. */
const purposes: readonly DevicePurpose[] = ["voice", "face", "document", "stethoscope"];

/** A microphone that is not the one people speak into: a stethoscope, perhaps. */
export interface SoundInput {
  readonly deviceId: string;
  readonly label: string;
}

/** What this seat does with what a stethoscope hears. */
export interface DeviceSound {
  /** Inputs that could be one: every one but that of the voice. */
  inputs(): Promise<readonly SoundInput[]>;
  /**
   * Sends what one input hears, unprocessed and beside the voice, until stop(), wipe() or the end of the session.
   * Resolves when it has been tried; how it went stands in `media.self.stethoscope`.
   */
  start(deviceId: string): Promise<void>;
  stop(): void;
}

/** Showing the others what is on this seat's screen. */
export interface ScreenSharing {
  /**
   * Has the person choose a window or a screen in the browser's own dialog and shows it until stop(), until the browser's own
   * "stop sharing", or until the end of the session. Resolves when it has been tried; how it went stands in
   * `media.self.screen`, where "denied" means that nothing was chosen.
   */
  start(): Promise<void>;
  stop(): void;
}

/** How long after a device was lost, or the list of devices changed, the next look is taken; milliseconds. */
const settleTime = 300;
const lookAgain = 5_000;

/** For speech: the room's echo and noise are taken out in the browser. */
const voiceConstraints: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: { ideal: 1 },
};

/** What a stethoscope hears must not be touched: to a noise suppressor a heart is noise. */
const deviceSoundConstraints: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: { ideal: 1 },
  sampleRate: { ideal: 48_000 },
};

const faceConstraints: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
  facingMode: { ideal: "user" },
};

/** Paper does not move: pixels before frames. */
const documentConstraints: MediaTrackConstraints = {
  width: { ideal: 1920 },
  height: { ideal: 1080 },
  frameRate: { ideal: 15, max: 30 },
};

/** Text has to be legible: pixels before frames, and no more of them than a booth's screen has. */
const screenConstraints: MediaTrackConstraints = {
  width: { max: 1920 },
  height: { max: 1080 },
  frameRate: { ideal: 15, max: 30 },
};

/** Infrared sensors for face recognition list themselves as cameras and show nothing. */
const notACamera = /\bIR\b|infrared|赤外/i;
const documentCamera = /document|書画|overhead|visuali[sz]er/i;

/** What the devices tell their owner. */
export interface DeviceEvents {
  /** A purpose has another track, or none any more. */
  onTrack(purpose: DevicePurpose, track: MediaStreamTrack | null): void;
  onState(purpose: DevicePurpose, state: DeviceState): void;
  log(line: string): void;
}

/**
 * Camera, microphone, document camera and stethoscope of this seat. Each that is wanted is opened, reported in one word when it
 * cannot be, and opened again when it was unplugged and comes back. Nothing stays open that is not wanted.
 */
export class Devices {
  /** What is open now. The same map for good, so that others may look into it at any time. */
  readonly tracks = new Map<DevicePurpose, MediaStreamTrack>();
  private readonly browser: Browser;
  private readonly events: DeviceEvents;
  private readonly wanted = new Set<DevicePurpose>();
  /** Which input the device sound comes from. */
  private soundInput = "";
  private readonly states = new Map<DevicePurpose, DeviceState>();
  /** Refused permissions are asked for again only when somebody acts, not every time a cable moves. */
  private readonly refused = new Set<DevicePurpose>();
  private opening: Promise<void> | null = null;
  private again = false;
  private stopLooking: Stop = () => {};
  private stopListening: Stop | null = null;

  constructor(browser: Browser, events: DeviceEvents) {
    this.browser = browser;
    this.events = events;
  }

  /** Wants these devices from now on; resolves when each has been tried. */
  async open(wanted: readonly DevicePurpose[]): Promise<void> {
    this.refused.clear();
    for (const purpose of wanted) this.wanted.add(purpose);
    this.stopListening ??= this.browser.onDeviceChange(() => this.lookIn(settleTime));
    await this.look();
  }

  /** Wants the sound of one input as it is, from now on. */
  async openSound(deviceId: string): Promise<void> {
    this.stop("stethoscope");
    this.soundInput = deviceId;
    await this.open(["stethoscope"]);
  }

  /** Inputs that could be a stethoscope: all but the one that is spoken into. Named once a microphone has been allowed. */
  async soundInputs(): Promise<SoundInput[]> {
    const inputs = (await this.browser.enumerateDevices()).filter((one) => one.kind === "audioinput");
    const voice = this.tracks.get("voice")?.getSettings().deviceId;
    const spokenInto = inputs.find((one) => one.deviceId === voice);
    return inputs
      .filter((one) => !aliases.has(one.deviceId) && !isSame(one, spokenInto))
      .map(({ deviceId, label }) => ({ deviceId, label }));
  }

  /** Asks the person what is to be shown, and shows it. */
  async openScreen(): Promise<void> {
    this.stop("screen");
    this.wanted.add("screen");
    this.tell("screen", { state: "opening" });
    try {
      const [track] = (await this.browser.getDisplayMedia({ video: screenConstraints, audio: false })).getVideoTracks();
      if (track !== undefined) this.take("screen", track);
      else this.stop("screen");
    } catch (error) {
      const fault = faultOf(error);
      this.events.log(`devices: screen ${fault} (${nameOf(error)})`);
      if (!this.wanted.delete("screen")) return;
      this.tell("screen", { state: "failed", fault });
    }
  }

  /** Stops one device; its light goes out. */
  stop(purpose: DevicePurpose): void {
    this.wanted.delete(purpose);
    this.tracks.get(purpose)?.stop();
    this.set(purpose, null, { state: "off" });
  }

  /** Stops everything. */
  close(): void {
    this.stopLooking();
    this.stopListening?.();
    this.stopListening = null;
    for (const purpose of [...purposes, "screen"] as const) this.stop(purpose);
  }

  /** Opens what is wanted and missing; calls at the same time share the work. */
  private async look(): Promise<void> {
    if (this.opening !== null) {
      this.again = true;
      return this.opening;
    }
    this.opening = this.openMissing();
    try {
      await this.opening;
    } finally {
      this.opening = null;
    }
  }

  private async openMissing(): Promise<void> {
    do {
      this.again = false;
      await this.openMain();
      await this.openDocument();
      await this.openDeviceSound();
    } while (this.again && this.missing().length > 0);
    if (this.missing().some((purpose) => purpose !== "document")) this.lookIn(lookAgain);
  }

  /** Microphone and camera together, so that permission is asked for once; one by one if that fails. */
  private async openMain(): Promise<void> {
    const missing = this.missing().filter((purpose) => purpose === "voice" || purpose === "face");
    for (const purpose of missing) {
      if (this.states.get(purpose)?.state !== "failed") this.tell(purpose, { state: "opening" });
    }
    if (missing.length === 2 && (await this.tryToOpen(missing)) === null) return;
    for (const purpose of missing) {
      await this.tryOne(purpose);
    }
  }

  /** A second camera, if there is one, shows paper. Most seats have none, which is no fault. */
  private async openDocument(): Promise<void> {
    if (!this.missing().includes("document")) return;
    const face = this.tracks.get("face")?.getSettings().deviceId;
    // Without the first camera nobody knows which one the second is.
    if (face === undefined) return;
    const others = (await this.browser.enumerateDevices()).filter(
      (one) => one.kind === "videoinput" && one.deviceId !== "" && one.deviceId !== face && !notACamera.test(one.label),
    );
    const chosen = others.find((one) => documentCamera.test(one.label)) ?? others[0];
    if (chosen === undefined) return;
    await this.tryOne("document", chosen.deviceId);
  }

  private async openDeviceSound(): Promise<void> {
    if (!this.missing().includes("stethoscope")) return;
    if (this.states.get("stethoscope")?.state !== "failed") this.tell("stethoscope", { state: "opening" });
    await this.tryOne("stethoscope", this.soundInput);
  }

  private async tryOne(purpose: DevicePurpose, deviceId?: string): Promise<void> {
    const fault = await this.tryToOpen([purpose], deviceId);
    if (fault === null || !this.wanted.has(purpose)) return;
    if (fault === "denied") this.refused.add(purpose);
    this.tell(purpose, { state: "failed", fault });
  }

  private async tryToOpen(some: readonly DevicePurpose[], deviceId?: string): Promise<DeviceFault | null> {
    const exact = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
    const constraints: MediaStreamConstraints = {};
    if (some.includes("voice")) constraints.audio = voiceConstraints;
    if (some.includes("face")) constraints.video = faceConstraints;
    if (some.includes("stethoscope")) constraints.audio = { ...deviceSoundConstraints, ...exact };
    if (some.includes("document")) constraints.video = { ...documentConstraints, ...exact };
    try {
      const stream = await this.browser.getUserMedia(constraints);
      for (const track of stream.getTracks()) this.take(purposeOf(track, some), track);
      return null;
    } catch (error) {
      const fault = faultOf(error);
      this.events.log(`devices: ${some.join(" and ")} ${fault} (${nameOf(error)})`);
      return fault;
    }
  }

  private take(purpose: DevicePurpose, track: MediaStreamTrack): void {
    // It may have been stopped, or opened, while the browser was asking.
    if (!this.wanted.has(purpose) || this.tracks.has(purpose)) {
      track.stop();
      return;
    }
    track.addEventListener("ended", () => this.lost(purpose, track));
    const deviceId = track.getSettings().deviceId ?? "";
    this.set(purpose, track, { state: "on", label: track.label, deviceId });
  }

  private lost(purpose: DevicePurpose, track: MediaStreamTrack): void {
    if (this.tracks.get(purpose) !== track) return;
    if (purpose === "screen") return this.stop(purpose); // the browser's own "stop sharing", or the window was closed
    this.events.log(`devices: ${purpose} lost`);
    this.set(purpose, null, { state: "failed", fault: "unplugged" });
    // Another device of the kind may be there; the operating system needs a moment to settle.
    this.lookIn(settleTime);
  }

  private lookIn(milliseconds: number): void {
    this.stopLooking();
    this.stopLooking = this.browser.after(milliseconds, () => {
      if (this.missing().length > 0) void this.look();
    });
  }

  private missing(): DevicePurpose[] {
    return purposes.filter(
      (purpose) => this.wanted.has(purpose) && !this.tracks.has(purpose) && !this.refused.has(purpose),
    );
  }

  private set(purpose: DevicePurpose, track: MediaStreamTrack | null, state: DeviceState): void {
    const before = this.tracks.get(purpose) ?? null;
    if (track === null) this.tracks.delete(purpose);
    else this.tracks.set(purpose, track);
    this.tell(purpose, state);
    if (before !== track) this.events.onTrack(purpose, track);
  }

  private tell(purpose: DevicePurpose, state: DeviceState): void {
    const before = this.states.get(purpose);
    // While an unplugged device is looked for, "unplugged" says more than "missing".
    if (before?.state === "failed" && before.fault === "unplugged" && state.state === "failed") return;
    this.states.set(purpose, state);
    this.events.onState(purpose, state);
  }
}

/** What a failure of getUserMedia means, in one word. */
export function faultOf(error: unknown): DeviceFault {
  switch (nameOf(error)) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}

/** Names by which browsers list a device a second time. */
const aliases: ReadonlySet<string> = new Set(["", "default", "communications"]);

/** Whether two entries of the list are one device. */
function isSame(one: MediaDeviceInfo, other: MediaDeviceInfo | undefined): boolean {
  if (other === undefined) return false;
  return one.deviceId === other.deviceId || (aliases.has(other.deviceId) && one.groupId !== "" && one.groupId === other.groupId);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}

function purposeOf(track: MediaStreamTrack, some: readonly DevicePurpose[]): DevicePurpose {
  if (track.kind === "audio") return some.includes("stethoscope") ? "stethoscope" : "voice";
  return some.includes("document") ? "document" : "face";
}
