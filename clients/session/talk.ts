import type { Browser, Stop } from "./browser";
import { readRefusal, type Refusal } from "./refusal";
import type { Channel } from "./seal/channel";
import { SessionError, type TalkMessage } from "./types";

/** What lies on the wire between two participants, JSON in a text message of the data channel. */
type Payload =
  | { v: 1; id: string; kind: "text"; n: number; text: string; large: boolean }
  | { v: 1; id: string; kind: "ack" };

/** Longest text in characters, and longest message in bytes: JSON may need six for one odd character. */
const longestText = 4_000;
const longestMessage = 16_000;
/** Most own messages that wait for the other side, most that are kept to be shown, most ids remembered. */
const mostWaiting = 100;
const mostShown = 500;
const mostRemembered = 2_000;

/** Milliseconds until a message that was not acknowledged is sent again: the gate may have been shut. */
const resendAfter = 2_000;

/** How often a message is sent before those behind it need not wait any longer. */
const patience = 5;

/** What is under way, with those who have it. */
interface Waiting {
  id: string;
  payload: string;
  has: Set<string>;
  tries: number;
}

/**
 * What people write to each other. The channel is reliable only while it lasts, and the server passes on only to
 * those who are let in at that moment; so a message is kept and sent again until everybody in the consultation who
 * is connected has acknowledged it. One message at a time is on the wire, which keeps their order whatever is lost;
 * people do not write faster than that. Somebody who acknowledges nothing holds the others up for ten seconds at
 * most; what such a one gets late is put in its place by number. The receiver drops doubles by id.
 */
export class Talk {
  private readonly browser: Browser;
  private readonly onChange: (messages: readonly TalkMessage[]) => void;
  private readonly clock: () => number;
  private channel: Channel | null = null;
  private stopListening: Stop = () => {};
  private own: string | null = null;
  private audience: readonly string[] = [];
  private readonly outbox: Waiting[] = [];
  /** Numbers of what has been received, by sender and id. */
  private readonly seen = new Map<string, number>();
  private number = 0;
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
  attach(channel: Channel | null): void {
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
    this.makeRoom();
    const id = this.browser.uuid();
    this.number = Math.max(this.number + 1, this.browser.now());
    const payload = JSON.stringify({ v: 1, id, kind: "text", n: this.number, text, large } satisfies Payload);
    if (new TextEncoder().encode(payload).length > longestMessage) {
      throw new SessionError("talk-length", `talk: more than ${longestMessage} bytes`);
    }
    this.outbox.push({ id, payload, has: new Set(), tries: 0 });
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
    const lacked = this.outbox.filter((one) => this.lacking(one).length > 0);
    const next = lacked.find((one) => one.tries < patience) ?? least(lacked);
    // What is on the wire and still lacked has its time, whatever arrives meanwhile.
    const busy = lacked.some((one) => one.id === this.onWire);
    if (next === undefined || this.channel?.readyState !== "open" || busy) return;
    this.onWire = next.id;
    next.tries++;
    this.channel.send(next.payload);
    this.sendAgainAfter(resendAfter);
  }

  private sendAgainAfter(milliseconds: number): void {
    this.stopTimer();
    this.stopTimer = this.browser.after(milliseconds, () => {
      this.onWire = null;
      this.push();
    });
  }

  /** The server did not pass on what is on the wire; it says when it will. */
  private refused({ why, retryMs }: Refusal): void {
    if (why !== "too-fast" || this.onWire === null) return;
    this.sendAgainAfter(retryMs);
  }

  /** Where too much waits, the oldest that somebody will not acknowledge is given up, and stays undelivered. */
  private makeRoom(): void {
    if (this.outbox.length < mostWaiting) return;
    const stuck = this.outbox.findIndex((one) => one.tries >= patience && one.has.size > 0);
    if (stuck === -1) throw new SessionError("talk-full", `talk: ${mostWaiting} messages wait already`);
    const [given] = this.outbox.splice(stuck, 1);
    if (this.onWire === given?.id) this.onWire = null;
  }

  private lacking(one: Waiting): string[] {
    return this.audience.filter((participant) => !one.has.has(participant));
  }

  private receive(data: unknown): void {
    if (typeof data !== "string") return;
    const refusal = readRefusal(data);
    if (refusal !== null) this.refused(refusal);
    const read = parse(data);
    if (read === null || read.from === this.own) return;
    if (read.payload.kind === "ack") this.acknowledged(read.from, read.payload.id);
    else this.received(read.from, read.payload);
  }

  private received(from: string, { id, n, text, large }: Extract<Payload, { kind: "text" }>): void {
    // A double is acknowledged too: it came because the first acknowledgement was lost.
    const ack: Payload = { v: 1, id, kind: "ack" };
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(ack));
    const key = `${from} ${id}`;
    if (this.seen.has(key)) return;
    this.remember(key, n);
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
    const number = this.seen.get(`${message.from} ${message.id}`) ?? Infinity;
    // Behind everything, but before what the same writer wrote later.
    const later = this.messages.findIndex((one) => one.from === message.from && (this.seen.get(`${one.from} ${one.id}`) ?? -1) > number);
    this.messages = this.messages.toSpliced(later === -1 ? this.messages.length : later, 0, message).slice(-mostShown);
    this.onChange(this.messages);
  }

  private remember(key: string, number: number): void {
    this.seen.set(key, number);
    if (this.seen.size <= mostRemembered) return;
    const oldest = this.seen.keys().next();
    if (oldest.done !== true) this.seen.delete(oldest.value);
  }
}

/** The message that was sent least often. */
function least(list: readonly Waiting[]): Waiting | undefined {
  return list.toSorted((a, b) => a.tries - b.tries)[0];
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
  const { v, id, kind, n, text, large } = value as Record<string, unknown>;
  if (v !== 1 || typeof id !== "string" || id === "" || id.length > 64) return null;
  if (kind === "ack") return { v: 1, id, kind: "ack" };
  if (kind !== "text" || typeof text !== "string" || text.length > longestText) return null;
  if (typeof n !== "number" || !Number.isFinite(n)) return null;
  return { v: 1, id, kind: "text", n, text, large: large === true };
}
