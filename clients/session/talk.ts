import type { Browser, Stop } from "./browser";
import { SessionError, type TalkMessage } from "./types";

/** What lies on the wire between two participants, JSON in a text message of the data channel. */
type Payload = { v: 1; id: string; kind: "text"; text: string; large: boolean } | { v: 1; id: string; kind: "ack" };

/** Longest text in characters; with JSON around it and UTF-8's three bytes it stays under the channel's 16 KiB. */
const longestText = 4_000;
/** Most own messages that wait for the other side, most that are kept to be shown, most ids remembered. */
const mostWaiting = 100;
const mostShown = 500;
const mostRemembered = 2_000;

/** Milliseconds until a message that was not acknowledged is sent again: the gate may have been shut. */
const resendAfter = 2_000;

/** What is under way, with those who have it. */
interface Waiting {
  id: string;
  payload: string;
  has: Set<string>;
}

/**
 * What people write to each other. The channel is reliable only while it lasts, and the server passes on only to
 * those who are let in at that moment; so a message is kept and sent again until everybody in the consultation who
 * is connected has acknowledged it. One message at a time is on the wire, which keeps their order whatever is lost;
 * people do not write faster than that. The receiver drops doubles by id.
 */
export class Talk {
  private readonly browser: Browser;
  private readonly onChange: (messages: readonly TalkMessage[]) => void;
  private readonly clock: () => number;
  private channel: RTCDataChannel | null = null;
  private stopListening: Stop = () => {};
  private own: string | null = null;
  private audience: readonly string[] = [];
  private readonly outbox: Waiting[] = [];
  private readonly seen = new Set<string>();
  private messages: readonly TalkMessage[] = [];
  private onWire: string | null = null;
  private stopTimer: Stop = () => {};

  /** `clock`: the server's time in milliseconds, put beside each message. */
  constructor(browser: Browser, clock: () => number, onChange: (messages: readonly TalkMessage[]) => void) {
    this.browser = browser;
    this.clock = clock;
    this.onChange = onChange;
  }

  /** Takes up another channel; what was not acknowledged goes over it. */
  attach(channel: RTCDataChannel | null): void {
    this.stopListening();
    this.stopListening = () => {};
    this.stopTimer();
    this.channel = channel;
    this.onWire = null;
    if (channel === null) return;
    const onOpen = (): void => this.push();
    const onMessage = (event: MessageEvent<unknown>): void => this.receive(event.data);
    channel.addEventListener("open", onOpen);
    channel.addEventListener("message", onMessage);
    this.stopListening = () => {
      channel.removeEventListener("open", onOpen);
      channel.removeEventListener("message", onMessage);
    };
    this.push();
  }

  /** Who we are, and who else is let in and connected: those whose acknowledgement is waited for. */
  address(own: string | null, audience: readonly string[]): void {
    this.own = own;
    this.audience = audience;
    this.settle();
  }

  /** Writes a message; returns its id. */
  send(text: string, large: boolean): string {
    if (text.trim() === "" || text.length > longestText) {
      throw new SessionError("talk-length", `talk: ${text.length} characters, at most ${longestText} and not none`);
    }
    if (this.outbox.length >= mostWaiting) throw new SessionError("talk-full", `talk: ${mostWaiting} messages wait already`);
    const id = this.browser.uuid();
    const payload: Payload = { v: 1, id, kind: "text", text, large };
    this.outbox.push({ id, payload: JSON.stringify(payload), has: new Set() });
    this.show({ id, from: this.own ?? "", mine: true, text, large, at: this.clock(), delivered: false });
    this.push();
    return id;
  }

  /** Forgets every word, written or received. */
  clear(): void {
    this.stopTimer();
    this.onWire = null;
    this.outbox.length = 0;
    this.seen.clear();
    this.audience = [];
    if (this.messages.length === 0) return;
    this.messages = [];
    this.onChange(this.messages);
  }

  /** Puts the first message that somebody still lacks on the wire, unless it is there already. */
  private push(): void {
    const next = this.outbox.find((one) => this.lacking(one).length > 0);
    if (next === undefined || this.channel?.readyState !== "open" || this.onWire === next.id) return;
    this.onWire = next.id;
    this.channel.send(next.payload);
    this.stopTimer();
    this.stopTimer = this.browser.after(resendAfter, () => {
      this.onWire = null;
      this.push();
    });
  }

  private lacking(one: Waiting): string[] {
    return this.audience.filter((participant) => !one.has.has(participant));
  }

  private receive(data: unknown): void {
    const read = typeof data === "string" ? parse(data) : null;
    if (read === null || read.from === this.own) return;
    if (read.payload.kind === "ack") this.acknowledged(read.from, read.payload.id);
    else this.received(read.from, read.payload);
  }

  private received(from: string, { id, text, large }: Extract<Payload, { kind: "text" }>): void {
    // A double is acknowledged too: it came because the first acknowledgement was lost.
    const ack: Payload = { v: 1, id, kind: "ack" };
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(ack));
    const key = `${from} ${id}`;
    if (this.seen.has(key)) return;
    this.remember(key);
    this.show({ id, from, mine: false, text, large, at: this.clock(), delivered: true });
  }

  private acknowledged(from: string, id: string): void {
    this.outbox.find((one) => one.id === id)?.has.add(from);
    this.settle();
  }

  /** Lets go of what everybody has, and sends the next. */
  private settle(): void {
    const had = this.outbox.filter((one) => one.has.size > 0 && this.lacking(one).length === 0);
    for (const one of had) this.delivered(one);
    this.push();
  }

  private delivered(one: Waiting): void {
    this.outbox.splice(this.outbox.indexOf(one), 1);
    if (this.onWire === one.id) this.onWire = null;
    this.messages = this.messages.map((message) => (message.id === one.id ? { ...message, delivered: true } : message));
    this.onChange(this.messages);
  }

  private show(message: TalkMessage): void {
    this.messages = [...this.messages, message].slice(-mostShown);
    this.onChange(this.messages);
  }

  private remember(key: string): void {
    this.seen.add(key);
    if (this.seen.size <= mostRemembered) return;
    const oldest = this.seen.values().next();
    if (oldest.done !== true) this.seen.delete(oldest.value);
  }
}

/** Reads "<sender>\n<payload>" as the server passes it on; null for anything else. */
function parse(data: string): { from: string; payload: Payload } | null {
  const end = data.indexOf("\n");
  if (end <= 0) return null;
  try {
    const payload = payloadOf(JSON.parse(data.slice(end + 1)));
    return payload === null ? null : { from: data.slice(0, end), payload };
  } catch {
    return null;
  }
}

function payloadOf(value: unknown): Payload | null {
  if (typeof value !== "object" || value === null) return null;
  const { v, id, kind, text, large } = value as Record<string, unknown>;
  if (v !== 1 || typeof id !== "string" || id === "" || id.length > 64) return null;
  if (kind === "ack") return { v: 1, id, kind: "ack" };
  if (kind !== "text" || typeof text !== "string" || text.length > longestText) return null;
  return { v: 1, id, kind: "text", text, large: large === true };
}
