import type { Browser, Stop } from "./browser";
import { checksOff, CheckRun, MicMeter } from "./checks";
import { Devices, type DevicePurpose, type DeviceSound, type ScreenSharing } from "./devices";
import { MediaLink } from "./media";
import type { Channels, PeerSignals } from "./peer";
import type { Media, PresenceItem, SelfReport, Track } from "./protocol";
import { nothingArrives, RemoteStreams } from "./remote";
import { Senses } from "./senses";
import { judge, judgeEvery, noJudgement, pathOf, summarise, type Judgement } from "./stats";
import type { Checks, DeviceState, MediaPhase, MediaState, MediaStats, SelfMedia } from "./types";
import { soundOnly } from "./quality";
import type { Channel } from "./seal/channel";
import type { Sealing } from "./seal/sealing";
import { raiseAfter, type Uplink } from "./uplink";

/** How long the server may say that our media are not connected although they are, milliseconds. */
const doubtPatience = 2_000;

const selfOff: SelfMedia = {
  voice: { state: "off" },
  face: { state: "off" },
  document: { state: "off" },
  stethoscope: { state: "off" },
  screen: { state: "off" },
  preview: null,
  documentPreview: null,
  audioMuted: false,
  videoMuted: false,
};

export const mediaOff: MediaState = { phase: "off", quality: "good", self: selfOff, ...nothingArrives };

/** Transport and candidate types of the path in use. */
type MediaWay = NonNullable<ReturnType<typeof pathOf>>;

/** What the media of a seat tell their owner. */
export interface SeatMediaEvents {
  onMedia(media: MediaState): void;
  onChecks(checks: Checks): void;
  onChannels(channels: Record<keyof Channels, Channel> | null): void;
  /** Something for the timeline of the visit: which way media go, or what has changed about them. */
  onReport(found: Omit<SelfReport, "type">): void;
  log(line: string): void;
}

/** Joins devices, connection, remote streams and the judge of the line into one MediaState. */
export class SeatMedia {
  private readonly browser: Browser;
  private readonly events: SeatMediaEvents;
  private readonly devices: Devices;
  private readonly link: MediaLink;
  private way: MediaWay | null = null;
  private readonly remote: RemoteStreams;
  private readonly sealing: Sealing;
  private readonly meter: MicMeter;
  readonly deviceSound: DeviceSound = {
    inputs: () => this.devices.soundInputs(),
    start: async (deviceId) => {
      if (this.plan !== null) await this.devices.openSound(deviceId);
    },
    stop: () => this.devices.stop("stethoscope"),
  };
  readonly screen: ScreenSharing = {
    start: async () => {
      if (this.plan?.up.includes("screen") === true) await this.devices.openScreen();
    },
    stop: () => this.devices.stop("screen"),
  };
  private run: CheckRun | null = null;
  private media: MediaState = mediaOff;
  private tracks: readonly Track[] = [];
  /** Whose tracks arrive by what was told last: while media move, on the connection that is being made. */
  private toldTracks: readonly Track[] = [];
  private presence: readonly PresenceItem[] = [];
  private own: string | null = null;
  private plan: Media | null = null;
  private judgement: Judgement = noJudgement;
  private stopJudging: Stop = () => {};
  private stopDoubting: Stop | null = null;
  private readonly senses = new Senses();
  private talking = false;
  private stopRaising: Stop = () => {};
  /** The time after admission is over. */
  private raised = false;
  /** The server's doubt has been acted upon since the line came up. */
  private doubted = false;

  constructor(browser: Browser, signals: PeerSignals, sealing: Sealing, events: SeatMediaEvents) {
    this.browser = browser;
    this.sealing = sealing;
    this.events = events;
    this.remote = new RemoteStreams(browser);
    this.meter = new MicMeter(browser);
    this.devices = new Devices(browser, {
      onTrack: (purpose, track) => this.deviceTrack(purpose, track),
      onState: (purpose, state) => this.deviceState(purpose, state),
      log: (line) => events.log(line),
    });
    this.link = new MediaLink(browser, signals, {
      onPhase: (phase) => this.phase(phase),
      onChannels: (channels) => events.onChannels(channels === null ? null : sealing.channelsOf(channels)),
      onReceivers: () => {
        if (!this.link.isMoving) this.tracks = this.toldTracks;
        this.updateRemote();
      },
      log: (line) => events.log(line),
    }, (end, options) => sealing.lead(end, options));
  }

  get self(): SelfMedia {
    return this.media.self;
  }

  get isOpen(): boolean {
    return this.plan !== null;
  }

  /** Opens devices and connects. Resolves when the devices have been tried. */
  async open(plan: Media): Promise<void> {
    this.plan = plan;
    const devices = this.devices.open(this.wanted(plan));
    // Every device has its m-line already, and joins when it is there.
    this.link.open(plan, this.devices.tracks);
    await devices;
  }

  /** Ends and forgets everything. */
  close(): void {
    this.plan = null;
    this.tracks = [];
    this.toldTracks = [];
    this.link.forgetPlace();
    this.presence = [];
    this.stopChecks();
    this.follow(false);
    this.link.close();
    this.devices.close();
    this.cancelDoubt();
    this.updateRemote();
    this.set(mediaOff);
  }

  /** Begins anew, devices and all. */
  async restart(): Promise<void> {
    const plan = this.plan;
    if (plan === null) return;
    const wanted = this.wanted(plan);
    for (const purpose of wanted) this.devices.stop(purpose);
    await this.devices.open(wanted);
    if (this.plan !== plan) return;
    if (this.link.isOpen) this.link.replace();
    else this.link.open(plan, this.devices.tracks);
  }

  lineUp(): void {
    this.doubted = false;
    this.senses.tellAgain();
    this.link.lineUp();
  }

  lineDown(): void {
    this.cancelDoubt();
    this.link.lineDown();
  }

  /** Where the session's media are carried now. */
  placed(place: number): void {
    this.link.placed(place);
  }

  networkChanged(): void {
    this.link.networkChanged();
  }

  /** What the server says of the room now. `talking`: we have been let in, and others may see us. */
  told(own: string | null, tracks: readonly Track[], presence: readonly PresenceItem[], talking: boolean): void {
    this.own = own;
    this.toldTracks = tracks;
    if (!this.link.isMoving) this.tracks = tracks;
    this.presence = presence;
    this.follow(talking);
    this.updateRemote();
    this.weighDoubt();
  }

  /** Own sound and picture off or on, here and now. A camera that is off is closed: its light goes out. */
  async mute(audio: boolean, video: boolean): Promise<void> {
    const before = this.self;
    this.setSelf({ audioMuted: audio, videoMuted: video });
    const voice = this.devices.tracks.get("voice");
    if (voice !== undefined) voice.enabled = !audio;
    if (before.videoMuted === video || this.plan === null) return;
    if (video) {
      this.devices.stop("face");
      this.devices.stop("document");
    } else {
      await this.devices.open(this.wanted(this.plan));
    }
  }

  startChecks(): void {
    if (this.run !== null) return;
    this.run = new CheckRun(
      this.browser,
      () => this.meter.level(),
      (checks) => this.events.onChecks(checks),
    );
    this.run.watch(this.devices.tracks.get("face") ?? null);
  }

  stopChecks(): void {
    this.run?.close();
    this.run = null;
    this.events.onChecks(checksOff);
  }

  level(): number {
    return this.self.audioMuted ? 0 : this.meter.level();
  }

  /** Tells the way of media once for each connection, and when it changes. */
  private tellWay(report: RTCStatsReport): void {
    const way = pathOf(report);
    if (way === null || JSON.stringify(way) === JSON.stringify(this.way)) return;
    this.way = way;
    this.events.onReport(way);
  }

  async stats(): Promise<MediaStats | null> {
    const report = await this.link.stats();
    if (report !== null) this.tellWay(report);
    return report === null ? null : summarise(report, this.tracks);
  }

  /** Tells what has changed of what is seen of the media here. */
  private tellSensed(now: MediaStats | null): void {
    const found = this.senses.look({
      self: this.self,
      muted: { voice: this.devices.tracks.get("voice")?.muted === true, face: this.devices.tracks.get("face")?.muted === true },
      silent: this.meter.silent(),
      last: this.judgement.last,
      now,
      presence: this.presence,
      own: this.own,
      output: this.browser.output(),
    });
    if (found !== null) this.events.onReport(found);
  }

  private wanted(plan: Media): DevicePurpose[] {
    const all: readonly DevicePurpose[] = ["voice", "face", "document"];
    return all.filter((purpose) => plan.up.includes(purpose) && (purpose === "voice" || !this.self.videoMuted));
  }

  private deviceTrack(purpose: DevicePurpose, track: MediaStreamTrack | null): void {
    if (purpose === "voice") {
      if (track !== null) track.enabled = !this.self.audioMuted;
      this.meter.watch(track);
    }
    if (purpose === "face") {
      this.run?.watch(track);
      this.setSelf({ preview: track === null ? null : this.browser.stream([track]) });
    }
    if (purpose === "document") this.setSelf({ documentPreview: track === null ? null : this.browser.stream([track]) });
    this.link.replaceTrack(purpose, track).catch(() => this.events.log(`media: ${purpose} could not be replaced`));
  }

  private deviceState(purpose: DevicePurpose, state: DeviceState): void {
    this.setSelf({ [purpose]: state });
  }

  private phase(phase: MediaPhase): void {
    this.set({ ...this.media, phase });
    this.stopJudging();
    this.judgement = judge({ ...this.judgement, last: null }, phase, null, this.presence);
    this.set({ ...this.media, quality: this.judgement.quality });
    if (phase === "connected") this.planJudging();
    if (phase === "off") this.judgement = noJudgement;
    this.weighDoubt();
  }

  private planJudging(): void {
    this.stopJudging();
    this.stopJudging = this.browser.after(judgeEvery, () => void this.judgeNow());
  }

  private async judgeNow(): Promise<void> {
    const stats = await this.stats().catch(() => null);
    if (this.media.phase !== "connected") return;
    this.tellSensed(stats);
    this.judgement = judge(this.judgement, "connected", stats, this.presence);
    this.set({ ...this.media, quality: this.judgement.quality });
    this.planJudging();
  }

  /**
   * Our connection seems to stand while the server says it has none: it was restarted and knows us no more. Waiting
   * for ICE to notice would take seconds of silence.
   */
  private weighDoubt(): void {
    const own = this.presence.find((one) => one.participant === this.own);
    if (this.media.phase !== "connected" || own === undefined || own.connected || this.link.isMoving) {
      this.cancelDoubt();
      return;
    }
    if (this.doubted) return;
    this.stopDoubting ??= this.browser.after(doubtPatience, () => {
      this.stopDoubting = null;
      this.doubted = true;
      this.events.log("media: the server has lost its side");
      this.link.replace();
    });
  }

  private cancelDoubt(): void {
    this.stopDoubting?.();
    this.stopDoubting = null;
  }

  /** The uplink rises a moment after admission, so that the first pictures have the line for themselves. */
  private follow(talking: boolean): void {
    if (talking === this.talking) {
      if (this.raised) this.raise();
      return;
    }
    this.talking = talking;
    this.raised = false;
    this.stopRaising();
    // Whoever comes back to a consultation has no first picture to wait for.
    if (talking && this.media.phase === "connected") {
      this.stopRaising = this.browser.after(raiseAfter, () => this.raise());
    } else if (talking) {
      this.raise();
    } else {
      this.setUplink("waiting");
    }
  }

  private raise(): void {
    this.raised = true;
    const faces = new Set(this.toldTracks.filter((one) => one.purpose === "face").map((one) => one.participant));
    this.setUplink(soundOnly(this.presence) ? "sound" : faces.size > 1 ? "group" : "talking");
  }

  private setUplink(uplink: Uplink): void {
    this.link.setUplink(uplink).catch(() => this.events.log("media: the uplink could not be changed"));
  }

  private updateRemote(): void {
    // Before anything can be shown of what they bring.
    this.sealing.name(this.link.receivers(), this.tracks);
    this.sealing.name(this.link.nextReceivers(), this.toldTracks);
    this.set({ ...this.media, ...this.remote.update(this.tracks, this.own, this.link.receivers()) });
  }

  private setSelf(fields: Partial<SelfMedia>): void {
    this.set({ ...this.media, self: { ...this.self, ...fields } });
  }

  private set(media: MediaState): void {
    const same =
      media.phase === this.media.phase &&
      media.quality === this.media.quality &&
      media.self === this.media.self &&
      media.remote === this.media.remote &&
      media.incoming === this.media.incoming;
    if (same) return;
    this.media = media;
    this.events.onMedia(media);
  }
}
