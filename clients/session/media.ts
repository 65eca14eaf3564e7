import type { Browser, Stop } from "./browser";
import { lingerFor, takeover } from "./move";
import { ForeignAnswer, PeerConnection, type Channels, type Lead, type OwnTracks, type PeerSignals, type Receiver } from "./peer";
import type { Media, Purpose } from "./protocol";
import { backOff } from "./retry";
import { SessionError, type MediaPhase } from "./types";
import type { Uplink } from "./uplink";

/** Milliseconds: until a new connection must stand, until a restarted one must. */
const connectTimeout = 10_000;
const restartTimeout = 6_000;
/** How often lost data channels are opened anew on one connection, and how long that may take, milliseconds. */
const mostReopened = 3;
const reopenTimeout = 4_000;

/** What is to be done to the connection next; a later step includes an earlier one. */
type Step = "nothing" | "restart" | "beside" | "fresh";
const steps: readonly Step[] = ["nothing", "restart", "beside", "fresh"];

/** What the media tell their owner. */
export interface MediaEvents {
  onPhase(phase: MediaPhase): void;
  /** There are other data channels; those before are dead. */
  onChannels(channels: Channels | null): void;
  /** Receiving tracks have changed. */
  onReceivers(): void;
  log(line: string): void;
}

/**
 * Keeps one peer connection to the server for as long as a session lasts. A lost socket does not touch it. When its
 * paths break or the network changes it restarts ICE; when that does not help within six seconds, or the server has
 * lost its side, a new connection replaces it. Only one step is under way at a time, and only while the line is up.
 */
export class MediaLink {
  private readonly browser: Browser;
  private readonly signals: PeerSignals;
  private readonly events: MediaEvents;
  private readonly lead: Lead;
  private plan: Media | null = null;
  private own: OwnTracks = new Map();
  private peer: PeerConnection | null = null;
  /** Being made beside the peer, to take over from it. */
  private next: PeerConnection | null = null;
  /** Has been taken over from, and is still sending. */
  private last: PeerConnection | null = null;
  /** Where the session's media are carried now, as far as has been told. */
  private place = 0;
  private lineIsUp = false;
  private step: Step = "nothing";
  private busy = false;
  /** New connections begun since media last stood, for the back-off. */
  private attempt = 0;
  private restarted = false;
  private reopened = 0;
  private phase: MediaPhase = "off";
  private uplink: Uplink = "waiting";
  private stopTimer: Stop = () => {};

  /** `lead`: through what seals and opens frames; false where nothing does. */
  constructor(browser: Browser, signals: PeerSignals, events: MediaEvents, lead: Lead = () => false) {
    this.lead = lead;
    this.browser = browser;
    this.signals = signals;
    this.events = events;
  }

  get isOpen(): boolean {
    return this.plan !== null;
  }

  /** Begins, with the tracks of `own`, which may change under way; replaceTrack tells of that. */
  open(plan: Media, own: OwnTracks): void {
    if (this.plan !== null) return;
    this.plan = plan;
    this.own = own;
    this.enter("connecting");
    this.ask("fresh");
  }

  /** Ends everything and forgets every track. */
  close(): void {
    if (this.plan === null) return;
    this.plan = null;
    this.own = new Map();
    this.step = "nothing";
    this.attempt = 0;
    this.restarted = false;
    this.stopTimer();
    this.place = 0;
    this.dropPeer();
    this.enter("off");
  }

  /** The session's media are carried at this place now. A connection that leads elsewhere gets a successor beside it. */
  placed(place: number): void {
    if (place <= this.place) return;
    this.place = place;
    if (this.isMoving) this.ask("beside");
  }

  /** The session is another one, whose places have nothing to do with those before. */
  forgetPlace(): void {
    this.place = 0;
  }

  /** The connection leads to where the media are no longer carried; what is told of tracks is about its successor. */
  get isMoving(): boolean {
    const leadsTo = this.peer?.place ?? 0;
    return leadsTo > 0 && leadsTo < this.place;
  }

  /** The line stands and the session is entered: what could not be negotiated meanwhile can be now. */
  lineUp(): void {
    this.lineIsUp = true;
    if (this.plan === null) return;
    const state = this.peer?.state;
    if (this.peer === null || !this.peer.negotiated) this.ask("fresh");
    else if (this.isMoving) this.ask("beside");
    else if (state !== "connected") this.ask("restart");
    else void this.run();
  }

  lineDown(): void {
    this.lineIsUp = false;
  }

  /** The machine is on another network: its old paths may be gone before anything has noticed. */
  networkChanged(): void {
    if (this.peer?.negotiated === true) this.ask("restart");
  }

  /** Replaces the connection, because somebody asked or because the server has lost its side. */
  replace(): void {
    if (this.plan === null) return;
    if (this.phase === "connected") this.enter("interrupted");
    this.ask("fresh");
  }

  /** Sends another track for `purpose`, or none; every purpose has its m-line from the first offer on. */
  async replaceTrack(purpose: Purpose, track: MediaStreamTrack | null): Promise<void> {
    await Promise.all([this.peer?.replace(purpose, track), this.next?.replace(purpose, track), this.last?.replace(purpose, track)]);
  }

  /** Lets own pictures take as much of the line as they are to take now. */
  async setUplink(uplink: Uplink): Promise<void> {
    if (this.uplink === uplink) return;
    this.uplink = uplink;
    this.events.log(`media: uplink for ${uplink}`);
    await Promise.all([this.peer?.raise(uplink), this.next?.raise(uplink)]);
  }

  /** The m-lines we receive on, and the track of each; none before there is an answer. */
  receivers(): Receiver[] {
    return this.peer?.receivers() ?? [];
  }

  /** Those of the connection that is being made beside the one that stands; none where there is no such. */
  nextReceivers(): Receiver[] {
    return this.next?.receivers() ?? [];
  }

  stats(): Promise<RTCStatsReport> | null {
    return this.peer?.stats() ?? null;
  }

  private ask(step: Exclude<Step, "nothing">): void {
    this.step = later(this.step, step);
    void this.run();
  }

  /** Takes the asked steps one after another. */
  private async run(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.plan !== null && this.lineIsUp && this.step !== "nothing") {
        const step = this.step;
        this.step = "nothing";
        this.stopTimer();
        if (step === "beside" && this.peer?.negotiated === true) await this.beside(this.plan, this.peer);
        else if (step === "restart" && this.peer !== null) await this.restart(this.peer);
        else await this.fresh(this.plan);
      }
    } finally {
      this.busy = false;
    }
  }

  private async fresh(plan: Media): Promise<void> {
    this.dropPeer();
    this.attempt++;
    this.restarted = false;
    this.reopened = 0;
    const peer = new PeerConnection(this.browser, plan, this.own, this.uplink, this.signals, this.lead, () => this.changed(peer));
    this.peer = peer;
    peer.onChannelLost = () => this.channelLost(peer);
    this.events.onChannels(peer.channels);
    this.events.log(`media: connecting, attempt ${this.attempt}`);
    try {
      await peer.negotiate(false);
      if (this.peer !== peer) return;
      this.events.onReceivers();
      this.expectConnection(connectTimeout);
    } catch (error) {
      if (this.peer === peer) this.failed("fresh", error);
    }
  }

  /** Makes another connection beside the one that stands, which is heard until the other one brings sound. */
  private async beside(plan: Media, old: PeerConnection): Promise<void> {
    if (!this.isMoving) return;
    const next = new PeerConnection(this.browser, plan, this.own, this.uplink, this.signals, this.lead, () => this.changed(next));
    this.next = next;
    this.events.log("media: connecting at another place, beside the old one");
    try {
      await next.negotiate(false);
      this.events.onReceivers();
      if (!(await takeover(this.browser, next, old))) throw new Error("it does not stand");
      if (this.peer === old && this.next === next) this.replaceBy(next, old);
    } catch (error) {
      if (this.next === next) this.failed(old.state === "connected" ? "beside" : "fresh", error);
    } finally {
      if (this.peer !== next) next.close();
      if (this.next === next) this.next = null;
    }
  }

  /** The new connection takes over; the old one sends on for a moment, to whoever has not changed yet. */
  private replaceBy(next: PeerConnection, old: PeerConnection): void {
    this.last?.close();
    this.last = old;
    this.peer = next;
    // What was to be mended was the old one.
    if (this.step === "restart") this.step = "nothing";
    this.attempt = 0;
    this.restarted = false;
    this.reopened = 0;
    next.onChannelLost = () => this.channelLost(next);
    this.events.log("media: taken over at another place");
    this.events.onChannels(next.channels);
    this.events.onReceivers();
    this.changed(next);
    this.browser.after(lingerFor, () => {
      old.close();
      if (this.last === old) this.last = null;
    });
  }

  private async restart(peer: PeerConnection): Promise<void> {
    this.restarted = true;
    this.events.log("media: restarting ICE");
    try {
      await peer.negotiate(true);
      if (this.peer === peer) this.expectConnection(restartTimeout);
    } catch (error) {
      if (this.peer === peer) this.failed(error instanceof ForeignAnswer || !isOffline(error) ? "fresh" : "restart", error);
    }
  }

  /** A step did not succeed: without a line it waits for one, else it is taken again a little later. */
  private failed(step: Exclude<Step, "nothing">, error: unknown): void {
    this.events.log(`media: ${reasonOf(error)}`);
    if (isOffline(error)) {
      // We hear of it before the line says so itself; without this the same step would be taken over and over.
      this.lineIsUp = false;
      this.step = later(this.step, step);
      return;
    }
    const wait = error instanceof ForeignAnswer ? 0 : backOff(this.attempt, this.browser.random());
    this.later(wait, step);
  }

  private expectConnection(within: number): void {
    if (this.peer?.state === "connected") return;
    this.later(within, "fresh");
  }

  private later(milliseconds: number, step: Exclude<Step, "nothing">): void {
    this.stopTimer();
    this.stopTimer = this.browser.after(milliseconds, () => this.ask(step));
  }

  private changed(peer: PeerConnection): void {
    if (peer !== this.peer) return;
    this.events.log(`media: ${peer.state}`);
    switch (peer.state) {
      case "connected":
        this.stopTimer();
        this.attempt = 0;
        this.restarted = false;
        this.enter("connected");
        return;
      case "disconnected":
        this.broken("restart");
        return;
      case "failed":
        this.broken(this.restarted ? "fresh" : "restart");
        return;
      default:
    }
  }

  /** A data channel has ended while media go on: another on the same connection, else another connection. */
  private channelLost(peer: PeerConnection): void {
    if (peer !== this.peer || peer.state !== "connected") return;
    if (this.reopened++ >= mostReopened) {
      this.ask("fresh");
      return;
    }
    this.events.log("media: opening data channels anew");
    try {
      const { talk } = peer.reopenChannels();
      this.events.onChannels(peer.channels);
      this.browser.after(reopenTimeout, () => {
        const current = peer === this.peer && peer.channels.talk === talk;
        if (current && peer.state === "connected" && talk.readyState !== "open") this.ask("fresh");
      });
    } catch {
      this.ask("fresh");
    }
  }

  private broken(step: "restart" | "fresh"): void {
    if (this.phase === "connected") this.enter("interrupted");
    if (this.peer?.negotiated === true) this.ask(step);
  }

  private dropPeer(): void {
    this.next?.close();
    this.next = null;
    this.last?.close();
    this.last = null;
    if (this.peer === null) return;
    const peer = this.peer;
    this.peer = null;
    this.events.onChannels(null);
    peer.close();
    this.events.onReceivers();
  }

  private enter(phase: MediaPhase): void {
    if (this.phase === phase) return;
    this.phase = phase;
    this.events.onPhase(phase);
  }
}

/** Of two steps the one that includes the other. */
function later(a: Step, b: Step): Step {
  return steps.indexOf(a) > steps.indexOf(b) ? a : b;
}

function isOffline(error: unknown): boolean {
  return error instanceof SessionError && error.code === "offline";
}

function reasonOf(error: unknown): string {
  if (error instanceof SessionError) return `offer refused: ${error.code}`;
  return error instanceof Error ? `offer failed: ${error.name}` : "offer failed";
}
