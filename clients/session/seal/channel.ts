import type { Stop } from "../browser";
import { joined, utf8, type Bytes } from "./bytes";
import type { Keys } from "./agreement";
import { decrypt, encrypt, readHeader, writeHeader, type FrameKey } from "./sframe";
import { SendingKey } from "./sealer";
import { Window } from "./window";

/** A data channel as far as messages need it. */
export interface Channel {
  readonly readyState: RTCDataChannelState;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  send(text: string): void;
  addEventListener(type: string, listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: string, listener: (event: MessageEvent<unknown>) => void): void;
}

/** Bytes of the longest header. */
const mostHeader = 13;

/** Seals and opens what goes over data channels, as SFrame does, header first: with the keys of everybody in the session. */
export class Messages {
  openly = false;
  private sending: SendingKey | null = null;
  private readonly given = new Map<number, { participant: string; key: FrameKey }>();
  private readonly windows = new Map<string, Window>();

  seal({ messages }: Keys): void {
    this.sending = new SendingKey(messages);
  }

  give({ participant, messages }: Pick<Keys, "participant" | "messages">): void {
    if (!this.given.has(messages.kid)) this.given.set(messages.kid, { participant, key: messages });
  }

  forget(): void {
    this.sending = null;
    this.given.clear();
    this.windows.clear();
  }

  /** The bytes to be sent for a text; null while there is no key. */
  async close(label: string, text: string): Promise<Bytes | null> {
    const { sending } = this;
    if (sending === null) return null;
    const ctr = sending.count();
    const header = writeHeader({ kid: sending.key.kid, ctr });
    return joined(header, await encrypt(sending.key, header, ctr, utf8(label), utf8(text)));
  }

  /** The text `from` has sent; null if it was not that participant, or has been changed or sent before. */
  async open(label: string, from: string, bytes: Bytes): Promise<string | null> {
    const header = headerOf(bytes);
    const read = header === null ? null : readHeader(header);
    const given = read === null ? undefined : this.given.get(read.kid);
    if (header === null || read === null || given?.participant !== from) return null;
    const plain = await decrypt(given.key, header, read.ctr, utf8(label), bytes.slice(header.length));
    if (plain === null || this.window(label, read.kid).take(read.ctr, 0) !== null) return null;
    return new TextDecoder().decode(plain);
  }

  private window(label: string, kid: number): Window {
    const name = `${label} ${kid}`;
    const window = this.windows.get(name) ?? new Window();
    this.windows.set(name, window);
    return window;
  }
}

/** The header at the beginning: its first byte says how long it is. */
function headerOf(bytes: Bytes): Bytes | null {
  const [config] = bytes;
  if (config === undefined) return null;
  const size = (bits: number): number => ((bits & 8) === 0 ? 0 : (bits & 7) + 1);
  const length = 1 + size(config >> 4) + size(config & 0x0f);
  return length > mostHeader || length > bytes.length ? null : bytes.slice(0, length);
}

/**
 * A data channel whose texts are sealed on their way. To whoever uses it, it is like any other; what cannot be opened does not
 * arrive, as if it had been lost.
 */
export class SealedChannel implements Channel {
  private readonly events = new EventTarget();
  private readonly inner: RTCDataChannel;
  private readonly messages: Messages;
  /** Characters that are being sealed. */
  private pending = 0;
  private out: Promise<void> = Promise.resolve();
  private in: Promise<void> = Promise.resolve();
  private readonly stops: Stop[] = [];

  constructor(inner: RTCDataChannel, messages: Messages) {
    this.inner = inner;
    this.messages = messages;
    inner.binaryType = "arraybuffer";
    this.follow("open", () => this.events.dispatchEvent(new Event("open")));
    this.follow("bufferedamountlow", () => this.events.dispatchEvent(new Event("bufferedamountlow")));
    this.follow("message", (event) => this.arrived((event as MessageEvent<unknown>).data));
  }

  get readyState(): RTCDataChannelState {
    return this.inner.readyState;
  }

  /** Counts what is being sealed too: what only matters while it is new must not queue there either. */
  get bufferedAmount(): number {
    return this.inner.bufferedAmount + this.pending;
  }

  get bufferedAmountLowThreshold(): number {
    return this.inner.bufferedAmountLowThreshold;
  }

  set bufferedAmountLowThreshold(bytes: number) {
    this.inner.bufferedAmountLowThreshold = bytes;
  }

  addEventListener(type: string, listener: (event: MessageEvent<unknown>) => void): void {
    this.events.addEventListener(type, listener as EventListener);
  }

  removeEventListener(type: string, listener: (event: MessageEvent<unknown>) => void): void {
    this.events.removeEventListener(type, listener as EventListener);
  }

  send(text: string): void {
    this.pending += text.length;
    this.out = this.out.then(() => this.sendNow(text)).finally(() => {
      this.pending -= text.length;
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.events.dispatchEvent(new Event("bufferedamountlow"));
    });
  }

  /** Resolves when what has been said and has come so far has gone its way. */
  async idle(): Promise<void> {
    await Promise.all([this.out, this.in]);
  }

  /** Hears no more of the channel inside. */
  detach(): void {
    for (const stop of this.stops.splice(0)) stop();
  }

  private follow(type: string, listener: (event: Event) => void): void {
    this.inner.addEventListener(type, listener);
    this.stops.push(() => this.inner.removeEventListener(type, listener));
  }

  private async sendNow(text: string): Promise<void> {
    const whole = this.messages.openly ? text : await this.messages.close(this.inner.label, text);
    if (whole === null || this.inner.readyState !== "open") return;
    if (typeof whole === "string") this.inner.send(whole);
    else this.inner.send(whole);
  }

  private arrived(data: unknown): void {
    this.in = this.in.then(async () => {
      const text = await this.read(data);
      if (text !== null) this.events.dispatchEvent(new MessageEvent("message", { data: text }));
    });
  }

  /** "<sender>\n<text>", as the node passes texts on. What the node itself says has no sender, and is not sealed. */
  private async read(data: unknown): Promise<string | null> {
    if (typeof data === "string") return data.startsWith("\n") || this.messages.openly ? data : null;
    if (!(data instanceof ArrayBuffer)) return null;
    const bytes = new Uint8Array(data);
    const end = bytes.indexOf(0x0a);
    if (end <= 0) return null;
    const from = new TextDecoder().decode(bytes.subarray(0, end));
    const text = await this.messages.open(this.inner.label, from, bytes.slice(end + 1));
    return text === null ? null : `${from}\n${text}`;
  }
}
