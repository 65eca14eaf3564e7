import type { Browser, Peer } from "./browser";
import { askingAgain, encodingOf, hintOf, kindOf, preferred, sealable, traitsOf } from "./lines";
import type { Media, Purpose, TrackOffer } from "./protocol";
import type { LineOptions } from "./seal/commands";
import { pictureEncoding, withEncoding, type Uplink } from "./uplink";

/** How a peer connection reaches the server. */
export interface PeerSignals {
  /** Sends an offer; rejects with SessionError. */
  offer(sdp: string, tracks: TrackOffer[]): Promise<Answered>;
  /** Trickles one candidate; an empty one marks the end. Lost if the line is down. */
  candidate(candidate: string, mid: string | null): void;
}

/** Leads what one end of an m-line sends or receives through what seals and opens it. */
export type Lead = (end: RTCRtpSender | RTCRtpReceiver, options: LineOptions) => boolean;

/** The answer to an offer. */
export interface Answered {
  readonly sdp: string;
  /** Where the connection leads; 0 where media never move. */
  readonly place: number;
}

/** The data channels of one connection: for what must arrive, and for what only matters while it is new. */
export interface Channels {
  readonly talk: RTCDataChannel;
  readonly latest: RTCDataChannel;
}

/** An m-line we receive on, and what it is kept for. */
export interface Receiver {
  readonly mid: string;
  readonly purpose: Purpose;
  readonly track: MediaStreamTrack;
}

/** Own tracks, by what they are for. */
export type OwnTracks = ReadonlyMap<Purpose, MediaStreamTrack>;

/** Raised when an answer does not belong to the connection it answers: the server has begun a new one. */
export class ForeignAnswer extends Error {
  override readonly name = "ForeignAnswer";
}

/**
 * One RTCPeerConnection with the m-lines of the plan, made once and for all, also for devices that are not there:
 * they come and go by replaceTrack. Offers are made here only: the first, and one per ICE restart.
 */
export class PeerConnection {
  /** The data channels; replaced by reopenChannels. */
  channels: Channels;
  /** Told when a data channel has ended and we did not end it. */
  onChannelLost: (() => void) | null = null;
  private readonly browser: Browser;
  private readonly plan: Media;
  private readonly pc: Peer;
  private readonly signals: PeerSignals;
  private readonly lead: Lead;
  private readonly senders = new Map<Purpose, RTCRtpTransceiver>();
  /** What each m-line we receive on is kept for. */
  private readonly kept = new Map<RTCRtpTransceiver, Purpose>();
  /** Candidates gathered before their offer was on its way; null once it is. */
  private held: { candidate: string; mid: string | null }[] | null = [];
  private fingerprint: string | null = null;
  private leadsTo = 0;
  private uplink: Uplink;
  private closed = false;

  constructor(
    browser: Browser,
    plan: Media,
    own: OwnTracks,
    uplink: Uplink,
    signals: PeerSignals,
    lead: Lead,
    onState: () => void,
  ) {
    this.browser = browser;
    this.plan = plan;
    this.uplink = uplink;
    this.signals = signals;
    this.lead = lead;
    this.pc = browser.peer({ iceServers: plan.iceServers, bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.pc.addEventListener("icecandidate", (event) => {
      this.gathered(event.candidate);
    });
    this.pc.addEventListener("connectionstatechange", () => {
      if (!this.closed) onState();
    });
    for (const purpose of plan.up) this.addSender(purpose, own.get(purpose));
    for (const purpose of plan.down) this.addReceiver(purpose);
    this.channels = this.openChannels();
  }

  get state(): RTCPeerConnectionState {
    return this.pc.connectionState;
  }

  /** Where it leads, as the answer said; 0 where media never move, or before there is an answer. */
  get place(): number {
    return this.leadsTo;
  }

  /** An answer has been taken: there is a connection to mend. */
  get negotiated(): boolean {
    return this.fingerprint !== null;
  }

  /** Makes the offer and takes the answer; with `restart`, for new ICE paths under the same keys. */
  async negotiate(restart: boolean): Promise<void> {
    this.held = [];
    if (restart) this.pc.restartIce();
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const sdp = askingAgain(this.pc.localDescription?.sdp ?? "", this.browser.codecs("send", "audio"));
    const answer = this.signals.offer(sdp, this.trackOffers());
    this.release();
    await this.take(await answer);
  }

  /** Opens the data channels anew on the same connection. Throws where the connection cannot. */
  reopenChannels(): Channels {
    const old = this.channels;
    this.channels = this.openChannels();
    old.talk.close();
    old.latest.close();
    return this.channels;
  }

  /** Sends another track, or nothing, where `purpose` was sent; nothing is negotiated. */
  async replace(purpose: Purpose, track: MediaStreamTrack | null): Promise<void> {
    if (track !== null) track.contentHint = hintOf(traitsOf(this.plan, purpose));
    await this.senders.get(purpose)?.sender.replaceTrack(track);
    // How much smaller a picture is to become depends on what the camera gives.
    if (track !== null) await this.encode(purpose);
  }

  /** Sends pictures as large as they are to be now; nothing is negotiated. */
  async raise(uplink: Uplink): Promise<void> {
    this.uplink = uplink;
    for (const purpose of this.senders.keys()) await this.encode(purpose);
  }

  /** What each m-line we receive on will carry. Known from the answer on, before anything has arrived. */
  receivers(): Receiver[] {
    if (!this.negotiated) return [];
    return [...this.kept].flatMap(([{ mid, receiver }, purpose]) =>
      mid === null ? [] : [{ mid, purpose, track: receiver.track }],
    );
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats();
  }

  /** Ends it and lets go of every track; the tracks themselves belong to the devices. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.held = null;
    this.senders.clear();
    this.kept.clear();
    this.channels.talk.close();
    this.channels.latest.close();
    this.pc.close();
  }

  private openChannels(): Channels {
    const channels = {
      talk: this.pc.createDataChannel(this.plan.dataChannel, { ordered: true }),
      latest: this.pc.createDataChannel(this.plan.latestChannel, { ordered: false, maxRetransmits: 0 }),
    };
    for (const channel of [channels.talk, channels.latest]) {
      channel.addEventListener("close", () => {
        if (!this.closed && this.channels === channels) this.onChannelLost?.();
      });
    }
    return channels;
  }

  private addSender(purpose: Purpose, track: MediaStreamTrack | undefined): void {
    const kind = kindOf(purpose);
    const traits = traitsOf(this.plan, purpose);
    if (track !== undefined) track.contentHint = hintOf(traits);
    const encoding = this.encodingOf(purpose, track ?? null);
    const transceiver = this.pc.addTransceiver(track ?? kind, { direction: "sendonly", sendEncodings: [encoding] });
    const codecs = preferred(this.browser.codecs("send", kind), kind, traits.redundant === true);
    const sealed = this.lead(transceiver.sender, { way: "send", purpose, line: "" });
    transceiver.setCodecPreferences(sealed ? sealable(codecs) : codecs);
    this.senders.set(purpose, transceiver);
  }

  private encodingOf(purpose: Purpose, track: MediaStreamTrack | null): RTCRtpEncodingParameters {
    const traits = traitsOf(this.plan, purpose);
    const encoding = encodingOf(traits);
    if (kindOf(purpose) === "audio") return encoding;
    return { ...encoding, ...pictureEncoding(traits.maxBitrate, this.uplink, track?.getSettings().height ?? 0, purpose) };
  }

  /** Tells the encoder of a picture what it is to do from now on. */
  private async encode(purpose: Purpose): Promise<void> {
    const sender = this.senders.get(purpose)?.sender;
    if (sender === undefined || kindOf(purpose) === "audio" || this.closed) return;
    await sender.setParameters(withEncoding(sender.getParameters(), this.encodingOf(purpose, sender.track)));
  }

  private addReceiver(purpose: Purpose): void {
    const kind = kindOf(purpose);
    const { redundant, playoutMs } = traitsOf(this.plan, purpose);
    const transceiver = this.pc.addTransceiver(kind, { direction: "recvonly" });
    transceiver.setCodecPreferences(preferred(this.browser.codecs("receive", kind), kind, redundant === true));
    this.lead(transceiver.receiver, { way: "receive", purpose, line: transceiver.receiver.track.id });
    // What has to come whole is played later, so that what was lost has come again.
    if (playoutMs !== undefined) transceiver.receiver.jitterBufferTarget = playoutMs;
    this.kept.set(transceiver, purpose);
  }

  private trackOffers(): TrackOffer[] {
    const sent = [...this.senders].map(([purpose, { mid }]) => ({ mid, purpose }));
    const received = [...this.kept].map(([{ mid }, purpose]) => ({ mid, purpose }));
    return [...sent, ...received].flatMap(({ mid, purpose }) => (mid === null ? [] : [{ mid, purpose }]));
  }

  private async take({ sdp, place }: Answered): Promise<void> {
    if (this.closed) return;
    const fingerprint = /^a=fingerprint:(.+)$/m.exec(sdp)?.[1]?.trim() ?? "";
    // A restart keeps the keys. Other keys mean that the server lost its side and has made a new one: so must we.
    if (this.fingerprint !== null && fingerprint !== this.fingerprint) throw new ForeignAnswer("answer with another key");
    await this.pc.setRemoteDescription({ type: "answer", sdp });
    this.fingerprint = fingerprint;
    this.leadsTo = place;
  }

  private gathered(candidate: RTCIceCandidate | null): void {
    if (this.closed) return;
    const one = { candidate: candidate?.candidate ?? "", mid: candidate?.sdpMid ?? null };
    if (this.held === null) this.signals.candidate(one.candidate, one.mid);
    else this.held.push(one);
  }

  /** The offer is on the line; candidates may follow it. */
  private release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const one of held) this.signals.candidate(one.candidate, one.mid);
  }
}
