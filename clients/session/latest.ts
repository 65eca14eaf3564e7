import type { Browser, Stop } from "./browser";
import { readRefusal } from "./refusal";
import type { Channel } from "./seal/channel";
import { SessionError, type LatestMessage } from "./types";

/** Longest message in bytes, JSON and all: one packet, with the sender's id the server puts before it. */
const longest = 1_000;
/** Most topics that wait at once, and most pairs of sender and topic whose newest number is remembered. */
const mostTopics = 16;
const mostRemembered = 256;

/** Milliseconds between two messages: at ease, and at most, when the server says that it is too many. */
const pace = 16;
const slowestPace = 500;

/** What lies on the wire. Numbers of one sender grow, also over a reload. */
interface Payload {
  v: 1;
  n: number;
  t: string;
  d: unknown;
}

/**
 * What only matters while it is new: where a finger points, the end of a stroke being drawn. Of each topic only the
 * newest value waits; nothing is sent while the channel still holds something, nothing is sent again, and what
 * arrives late behind something newer is not told. What must arrive goes by Talk.
 */
export class Latest {
  private readonly browser: Browser;
  private readonly listeners = new Set<(message: LatestMessage) => void>();
  private readonly waiting = new Map<string, string>();
  private readonly newest = new Map<string, number>();
  private channel: Channel | null = null;
  private stopListening: Stop = () => {};
  private stopTimer: Stop | null = null;
  private every = pace;
  private number = 0;

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** Takes up another channel. */
  attach(channel: Channel | null): void {
    this.stopListening();
    this.stopListening = () => {};
    this.channel = channel;
    if (channel === null) return;
    channel.bufferedAmountLowThreshold = 0;
    const onFree = (): void => this.push();
    const onMessage = (event: MessageEvent<unknown>): void => this.receive(event.data);
    channel.addEventListener("open", onFree);
    channel.addEventListener("bufferedamountlow", onFree);
    channel.addEventListener("message", onMessage);
    this.stopListening = () => {
      channel.removeEventListener("open", onFree);
      channel.removeEventListener("bufferedamountlow", onFree);
      channel.removeEventListener("message", onMessage);
    };
    this.push();
  }

  /** Sends the newest value of a topic, as soon as it can go; an older one that still waits is forgotten. */
  send(topic: string, value: unknown): void {
    this.number = Math.max(this.number + 1, this.browser.now());
    const payload: Payload = { v: 1, n: this.number, t: topic, d: value };
    const text = JSON.stringify(payload);
    const size = new TextEncoder().encode(text).length;
    if (topic === "" || size > longest) {
      throw new SessionError("latest-length", `latest: ${size} bytes for topic "${topic}", at most ${longest}, and a topic`);
    }
    if (!this.waiting.has(topic) && this.waiting.size >= mostTopics) return;
    this.waiting.set(topic, text);
    this.push();
  }

  /** Calls `listener` with what is new; returns the way to stop. */
  subscribe(listener: (message: LatestMessage) => void): Stop {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Forgets everything. */
  clear(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    this.waiting.clear();
    this.newest.clear();
    this.every = pace;
  }

  /** Sends one message if it may; the topic that has waited longest goes first. */
  private push(): void {
    const next = this.waiting.entries().next();
    const channel = this.channel;
    if (next.done === true || this.stopTimer !== null || channel?.readyState !== "open" || channel.bufferedAmount > 0) return;
    const [topic, text] = next.value;
    this.waiting.delete(topic);
    channel.send(text);
    this.stopTimer = this.browser.after(this.every, () => {
      this.stopTimer = null;
      this.every = Math.max(pace, this.every - 1);
      this.push();
    });
  }

  private receive(data: unknown): void {
    if (typeof data !== "string") return;
    if (readRefusal(data)?.why === "too-fast") {
      this.every = Math.min(slowestPace, this.every * 2);
      return;
    }
    const message = parse(data);
    if (message === null) return;
    const key = `${message.from} ${message.topic}`;
    if (message.number <= (this.newest.get(key) ?? -1)) return;
    this.remember(key, message.number);
    for (const listener of this.listeners) listener({ from: message.from, topic: message.topic, value: message.value });
  }

  private remember(key: string, number: number): void {
    this.newest.delete(key);
    this.newest.set(key, number);
    if (this.newest.size <= mostRemembered) return;
    const oldest = this.newest.keys().next();
    if (oldest.done !== true) this.newest.delete(oldest.value);
  }
}

function parse(data: string): (LatestMessage & { number: number }) | null {
  const end = data.indexOf("\n");
  if (end <= 0) return null;
  try {
    const { v, n, t, d } = JSON.parse(data.slice(end + 1)) as Record<string, unknown>;
    if (v !== 1 || typeof n !== "number" || !Number.isFinite(n) || typeof t !== "string" || t === "") return null;
    return { from: data.slice(0, end), topic: t, value: d, number: n };
  } catch {
    return null;
  }
}
