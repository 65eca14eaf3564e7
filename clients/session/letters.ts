import type { Browser, Stop } from "./browser";
import { readRefusal } from "./refusal";
import type { Channel } from "./seal/channel";
import { SessionError } from "./types";

/** What lies on the wire between two participants, JSON in a text message of the data channel that words go by too. */
type Payload =
  | { v: 1; id: string; kind: "letter"; to: string; topic: string; value: unknown }
  | { v: 1; id: string; kind: "received"; to: string };

/** A letter that has come. */
export interface Letter {
  readonly from: string;
  readonly topic: string;
  readonly value: unknown;
}

/** Longest letter in bytes, most that wait, most ids remembered. */
const longest = 8_000;
const mostWaiting = 100;
const mostRemembered = 1_000;
/** Milliseconds until what was not acknowledged is sent again: the gate may have been shut. */
const resendAfter = 2_000;

interface Waiting {
  readonly id: string;
  readonly to: string;
  readonly text: string;
}

/**
 * Things that one page tells one other and that must arrive: once, in order, and sealed like everything on this channel. A
 * letter names whom it is for, and everybody else's page drops it unread. It is sent until its addressee has acknowledged it,
 * over as many channels as that takes; one at a time is on the wire for each addressee. It is never stored.
 */
export class Letters {
  private readonly browser: Browser;
  private readonly listeners = new Set<(letter: Letter) => void>();
  private channel: Channel | null = null;
  private stopListening: Stop = () => {};
  private stopTimer: Stop = () => {};
  private own: string | null = null;
  private audience: readonly string[] = [];
  private readonly outbox: Waiting[] = [];
  private readonly seen = new Set<string>();
  private readonly onWire = new Set<string>();

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** Takes up another channel; what was not acknowledged goes over it. */
  attach(channel: Channel | null): void {
    this.stopListening();
    this.stopTimer();
    this.onWire.clear();
    this.channel = channel;
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

  /** Who we are, and who else is let in and connected: a letter to anybody else waits. */
  address(own: string | null, audience: readonly string[]): void {
    this.own = own;
    this.audience = audience;
    this.push();
  }

  /** Writes to a participant. Throws `letter-length` for more than 8,000 bytes, `letter-full` where a hundred wait. */
  send(to: string, topic: string, value: unknown): void {
    const id = this.browser.uuid();
    const text = JSON.stringify({ v: 1, id, kind: "letter", to, topic, value } satisfies Payload);
    const size = new TextEncoder().encode(text).length;
    if (size > longest) throw new SessionError("letter-length", `letter: ${size} bytes, at most ${longest}`);
    if (this.outbox.length >= mostWaiting) throw new SessionError("letter-full", `letter: ${mostWaiting} wait already`);
    this.outbox.push({ id, to, text });
    this.push();
  }

  /** Calls `listener` with what comes; returns the way to stop. */
  subscribe(listener: (letter: Letter) => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets every letter, written or received. */
  clear(): void {
    this.stopTimer();
    this.onWire.clear();
    this.outbox.length = 0;
    this.seen.clear();
    this.audience = [];
  }

  /** Puts the oldest letter to each addressee who can receive it on the wire, unless one to them is there already. */
  private push(): void {
    if (this.channel?.readyState !== "open") return;
    const addressees = new Set(this.outbox.map(({ to }) => to));
    let sent = false;
    for (const to of addressees) {
      const next = this.outbox.find((one) => one.to === to);
      if (next === undefined || this.onWire.has(next.id) || !this.audience.includes(to)) continue;
      this.onWire.add(next.id);
      this.channel.send(next.text);
      sent = true;
    }
    if (sent) this.sendAgainAfter(resendAfter);
  }

  private sendAgainAfter(milliseconds: number): void {
    this.stopTimer();
    this.stopTimer = this.browser.after(milliseconds, () => {
      this.onWire.clear();
      this.push();
    });
  }

  private receive(data: unknown): void {
    if (typeof data !== "string") return;
    const refusal = readRefusal(data);
    if (refusal?.why === "too-fast" && this.onWire.size > 0) this.sendAgainAfter(refusal.retryMs);
    const read = parse(data);
    if (read === null || this.own === null || read.payload.to !== this.own) return;
    if (read.payload.kind === "received") this.acknowledged(read.from, read.payload.id);
    else this.received(read.from, read.payload);
  }

  private received(from: string, { id, topic, value }: Extract<Payload, { kind: "letter" }>): void {
    // A double is acknowledged too: it came because the first acknowledgement was lost.
    const ack: Payload = { v: 1, id, kind: "received", to: from };
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(ack));
    const key = `${from} ${id}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const oldest = this.seen.keys().next();
    if (this.seen.size > mostRemembered && oldest.done !== true) this.seen.delete(oldest.value);
    for (const listener of this.listeners) listener({ from, topic, value });
  }

  private acknowledged(from: string, id: string): void {
    const at = this.outbox.findIndex((one) => one.id === id && one.to === from);
    if (at === -1) return;
    this.outbox.splice(at, 1);
    this.onWire.delete(id);
    this.push();
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

function payloadOf(read: unknown): Payload | null {
  if (typeof read !== "object" || read === null) return null;
  const { v, id, kind, to, topic, value } = read as Record<string, unknown>;
  if (v !== 1 || typeof id !== "string" || id === "" || id.length > 64 || typeof to !== "string") return null;
  if (kind === "received") return { v: 1, id, kind, to };
  if (kind !== "letter" || typeof topic !== "string" || topic === "") return null;
  return { v: 1, id, kind, to, topic, value };
}
