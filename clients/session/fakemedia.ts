import type { Peer } from "./browser";

export interface FakeCodec {
  mimeType: string;
  clockRate: number;
}

/** A track of a device, or of an m-line. */
export class FakeTrack extends EventTarget {
  readonly kind: "audio" | "video";
  readonly deviceId: string;
  readonly label: string;
  enabled = true;
  contentHint = "";
  readyState: "live" | "ended" = "live";

  constructor(kind: "audio" | "video", deviceId = "", label = "") {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
    this.label = label;
  }

  stop(): void {
    this.readyState = "ended";
  }

  /** Its device is gone. */
  end(): void {
    this.readyState = "ended";
    this.dispatchEvent(new Event("ended"));
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }
}

export class FakeStream {
  private readonly tracks: MediaStreamTrack[];

  constructor(tracks: MediaStreamTrack[]) {
    this.tracks = tracks;
  }

  getTracks(): MediaStreamTrack[] {
    return this.tracks;
  }

  getVideoTracks(): MediaStreamTrack[] {
    return this.tracks.filter((track) => track.kind === "video");
  }
}

/** A data channel; what is sent can be passed on by a test. */
export class FakeChannel extends EventTarget {
  readonly label: string;
  readyState: RTCDataChannelState = "connecting";
  readonly sent: string[] = [];
  readonly options: RTCDataChannelInit;
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onSend: (text: string) => void = () => {};

  constructor(label: string, options: RTCDataChannelInit = {}) {
    super();
    this.label = label;
    this.options = options;
  }

  open(): void {
    this.readyState = "open";
    this.dispatchEvent(new Event("open"));
  }

  send(text: string): void {
    if (this.readyState !== "open") throw new DOMException("not open", "InvalidStateError");
    this.sent.push(text);
    this.onSend(text);
  }

  hear(data: string): void {
    if (this.readyState === "open") this.dispatchEvent(new MessageEvent("message", { data }));
  }

  close(): void {
    this.readyState = "closed";
  }

  /** The other end, or what lies between, ends it. */
  die(): void {
    this.close();
    this.dispatchEvent(new Event("close"));
  }

  /** What was buffered has gone. */
  drain(): void {
    this.bufferedAmount = 0;
    this.dispatchEvent(new Event("bufferedamountlow"));
  }

  get asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }
}

/** What a fake m-line remembers of how it was made and used. */
export interface FakeTransceiver {
  mid: string | null;
  direction: string;
  kind: string;
  maxBitrate: number | undefined;
  /** What the encoder has been told. */
  encoding: RTCRtpEncodingParameters;
  codecs: string[];
  /** What is sent on it now. */
  sending: MediaStreamTrack | null;
  receiver: { track: MediaStreamTrack; jitterBufferTarget?: number };
}

/** An RTCPeerConnection whose paths a test opens and breaks. */
export class FakePeer extends EventTarget {
  readonly configuration: RTCConfiguration;
  readonly lines: FakeTransceiver[] = [];
  readonly answers: string[] = [];
  connectionState: RTCPeerConnectionState = "new";
  localDescription: RTCSessionDescription | null = null;
  /** Every data channel made on it. */
  readonly channels: FakeChannel[] = [];
  /** New data channels open by themselves while it is connected. */
  opensChannels = true;
  restarts = 0;
  stats: Record<string, unknown>[] = [];
  private readonly number: number;
  private offers = 0;

  constructor(configuration: RTCConfiguration, number: number) {
    super();
    this.configuration = configuration;
    this.number = number;
  }

  get asPeer(): Peer {
    return this as unknown as Peer;
  }

  /** The paths change: what a network, or its loss, does. */
  become(state: RTCPeerConnectionState): void {
    if (this.connectionState === "closed") return;
    this.connectionState = state;
    if (state === "connected") for (const channel of this.channels) channel.open();
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  /** A way to reach this browser has been found; null: there are no more. */
  find(candidate: string | null): void {
    const event = new Event("icecandidate") as Event & { candidate: unknown };
    event.candidate = candidate === null ? null : { candidate, sdpMid: "0" };
    this.dispatchEvent(event);
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string, init?: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    const line: FakeTransceiver = {
      mid: null,
      direction: init?.direction ?? "sendrecv",
      kind,
      maxBitrate: init?.sendEncodings?.[0]?.maxBitrate,
      encoding: init?.sendEncodings?.[0] ?? {},
      codecs: [],
      sending: track,
      receiver: { track: new FakeTrack(kind === "audio" ? "audio" : "video") as unknown as MediaStreamTrack },
    };
    this.lines.push(line);
    return this.asTransceiver(line);
  }

  getTransceivers(): RTCRtpTransceiver[] {
    return this.lines.map((line) => this.asTransceiver(line));
  }

  /** The newest data channel with a label. */
  channel(label: string): FakeChannel | undefined {
    return this.channels.findLast((one) => one.label === label);
  }

  createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
    const channel = new FakeChannel(label, options);
    this.channels.push(channel);
    if (this.connectionState === "connected" && this.opensChannels) queueMicrotask(() => channel.open());
    return channel.asChannel;
  }

  restartIce(): void {
    this.restarts++;
  }

  async createOffer(): Promise<RTCSessionDescriptionInit> {
    this.offers++;
    return { type: "offer", sdp: `offer ${this.number}.${this.offers}` };
  }

  async setLocalDescription(description?: RTCLocalSessionDescriptionInit): Promise<void> {
    this.lines.forEach((line, at) => {
      line.mid = String(at);
    });
    const sdp = description?.sdp ?? "";
    this.localDescription = { type: "offer", sdp, toJSON: () => ({ type: "offer", sdp }) };
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (this.connectionState === "closed") throw new DOMException("closed", "InvalidStateError");
    if (description.sdp === "nonsense") throw new DOMException("nonsense", "OperationError");
    this.answers.push(description.sdp ?? "");
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map(this.stats.map((entry, at) => [String(at), entry])) as unknown as RTCStatsReport;
  }

  close(): void {
    this.connectionState = "closed";
    for (const channel of this.channels) channel.close();
  }

  private asTransceiver(line: FakeTransceiver): RTCRtpTransceiver {
    const sender = {
      get track() {
        return line.sending;
      },
      replaceTrack: async (track: MediaStreamTrack | null) => {
        line.sending = track;
      },
      getParameters: () => ({ encodings: [line.encoding] }),
      setParameters: async ({ encodings }: RTCRtpSendParameters) => {
        line.encoding = encodings[0] ?? {};
        line.maxBitrate = line.encoding.maxBitrate;
      },
    };
    const setCodecPreferences = (codecs: FakeCodec[]): void => {
      line.codecs = codecs.map((codec) => codec.mimeType);
    };
    const transceiver = {
      get mid() {
        return line.mid;
      },
      direction: line.direction,
      receiver: line.receiver,
      sender,
      setCodecPreferences,
    };
    return transceiver as unknown as RTCRtpTransceiver;
  }
}
