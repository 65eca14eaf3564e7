import type { Browser, Stop } from "../browser";
import type { KeyNotice, PresenceItem, Session, Track } from "../protocol";
import type { Link } from "../link";
import type { Channels, Receiver } from "../peer";
import { raiseAfter } from "../uplink";
import type { SealingState } from "../types";
import { Agreement, messageKey, type HeldNotice } from "./agreement";
import { Messages, SealedChannel, type Channel } from "./channel";
import type { Command, LineOptions, Report } from "./commands";
import type { Wrapped } from "./gifts";
import { meetingOf, whoCannot, type Told } from "./meeting";
import { unableNotice } from "./notice";
import { meddling } from "./opener";
import { unseal } from "./wrap";

/** How long somebody who is there may say nothing of keys until that counts as being unable to, milliseconds. */
const silence = 2_000;
/** After how long something the server would not hear is said again, milliseconds. */
const sayAgainAfter = 1_000;

/** The browser's part: a worker through which frames go. */
export interface FrameWorker {
  post(command: Command): void;
  /** Leads what is sent or received through the worker. */
  lead(end: RTCRtpSender | RTCRtpReceiver, options: LineOptions): void;
  close(): void;
}

/** What sealing tells its owner. */
export interface SealingEvents {
  /** Sends a notice to the server, and what is to take its place with the admission; resolves when it has it. */
  announce(notice: string, later: HeldNotice | null): Promise<void>;
  onState(state: SealingState): void;
  log(line: string): void;
}

export const sealingOff: SealingState = { state: "off", code: null, unable: [], meddled: false };

/** What is to be told of sealing, as it is known here. */
export interface SealingNews {
  readonly session: Session | null;
  readonly own: string | null;
  readonly presence: readonly PresenceItem[];
  readonly keys: readonly KeyNotice[];
  /** The server asks for it. */
  readonly asked: boolean;
}

/**
 * Seals what a seat sends in one session, and opens what it gets. It begins with the session's media and ends with them; then
 * every key is gone. Where somebody who takes part cannot seal, everything goes in clear, and `state` says so to everybody.
 */
export class Sealing {
  private readonly browser: Browser;
  private readonly events: SealingEvents;
  private readonly messages = new Messages();
  private worker: FrameWorker | null = null;
  private agreement: Agreement | null = null;
  private session: string | null = null;
  private news: SealingNews | null = null;
  private readonly silentSince = new Map<string, number>();
  private saidUnable = false;
  private state: SealingState = sealingOff;
  private readonly named = new Map<string, string | null>();
  private stopWaiting: Stop = () => {};
  private channels: SealedChannel[] = [];

  constructor(browser: Browser, events: SealingEvents) {
    this.browser = browser;
    this.events = events;
  }

  /** Whether what a connection made now sends is to be led through us. */
  get isOn(): boolean {
    return this.worker !== null;
  }

  /** Takes in what is known of the session now. */
  told(news: SealingNews): void {
    this.news = news;
    const { session } = news;
    if (session === null || news.own === null || !news.asked) {
      this.end();
      return;
    }
    if (session.id !== this.session) this.begin(session.id);
    this.weigh(session, news.own, news);
  }

  /** The session is entered on a line that stands: what we say is said again. */
  lineUp(): void {
    this.saidUnable = false;
    this.agreement?.repeat();
    this.sayUnable();
  }

  /** Leads a line of a connection through the worker; false if there is none. */
  lead(end: RTCRtpSender | RTCRtpReceiver, options: LineOptions): boolean {
    this.worker?.lead(end, options);
    return this.worker !== null;
  }

  /** Who is on which line, as the server says. */
  name(receivers: readonly Receiver[], tracks: readonly Track[]): void {
    for (const { mid, track } of receivers) {
      const participant = tracks.find((one) => one.mid === mid)?.participant ?? null;
      if (this.named.get(track.id) === participant) continue;
      this.named.set(track.id, participant);
      this.worker?.post({ type: "name", line: track.id, participant });
    }
  }

  /** The channels as those who use them are to see them. */
  channelsOf(channels: Channels): Record<keyof Channels, Channel> {
    for (const one of this.channels.splice(0)) one.detach();
    if (!this.isOn) return channels;
    const [talk, latest] = [new SealedChannel(channels.talk, this.messages), new SealedChannel(channels.latest, this.messages)];
    this.channels = [talk, latest];
    return { talk, latest };
  }

  /** Forgets every key. */
  end(): void {
    if (this.session === null) return;
    this.session = null;
    this.agreement?.close();
    this.agreement = null;
    this.worker?.close();
    this.worker = null;
    this.messages.forget();
    this.silentSince.clear();
    this.named.clear();
    this.stopWaiting();
    for (const one of this.channels.splice(0)) one.detach();
    this.saidUnable = false;
    this.show(sealingOff);
  }

  private begin(session: string): void {
    this.end();
    this.session = session;
    this.worker = this.browser.frameWorker((report) => this.reported(report));
    if (this.worker === null) {
      this.messages.openly = true;
      this.sayUnable();
      return;
    }
    this.messages.openly = false;
    this.agreement = new Agreement({
      say: (notice, later) => this.say(notice, later),
      rest: () => new Promise((resolve) => void this.browser.after(raiseAfter, resolve)),
      onSending: (keys) => {
        this.messages.seal(keys);
        this.worker?.post({ type: "seal", key: keys.frames });
      },
      onGiven: (gift) => {
        this.worker?.post({ type: "gift", ...gift });
        void this.takeForMessages(gift);
      },
      onCode: (code) => this.show({ ...this.state, code }),
    });
  }

  private async takeForMessages({ participant, kid, key, text }: Wrapped): Promise<void> {
    const { agreement } = this;
    const base = await unseal(key, text);
    const messages = base === null ? null : await messageKey(kid, base);
    if (messages !== null && agreement === this.agreement) this.messages.give({ participant, messages });
  }

  private async say(notice: string, later: HeldNotice | null): Promise<void> {
    const { agreement } = this;
    try {
      await this.events.announce(notice, later);
    } catch (error) {
      // Without a line it is said with the next one; on a line that stands, once the server has time for it.
      this.browser.after(sayAgainAfter, () => {
        if (agreement === this.agreement) agreement?.repeat();
      });
      throw error;
    }
  }

  private sayUnable(): void {
    if (this.session === null || this.worker !== null || this.saidUnable) return;
    this.saidUnable = true;
    this.events.announce(unableNotice, null).catch(() => {
      this.saidUnable = false;
    });
  }

  private weigh(session: Session, own: string, news: SealingNews): void {
    const told: Told = { session, own, presence: news.presence, keys: news.keys, silent: this.silent(news) };
    this.agreement?.told(meetingOf(told));
    const unable = this.worker === null ? [own] : whoCannot(told);
    const openly = unable.length > 0;
    if (this.messages.openly !== openly || this.state.state === "off") {
      this.messages.openly = openly;
      this.worker?.post({ type: "openly", openly });
      this.events.log(`sealing: ${openly ? `in clear, for ${unable.join(" ")}` : "sealed"}`);
    }
    const same = unable.length === this.state.unable.length && unable.every((one, at) => one === this.state.unable[at]);
    this.show({ ...this.state, state: openly ? "open" : "sealed", unable: same ? this.state.unable : unable });
  }

  /** Who has been there for a while and has said nothing of keys: a device, or an old page. */
  private silent({ presence, keys }: SealingNews): ReadonlySet<string> {
    const now = this.browser.now();
    const quiet = presence.filter((one) => one.online && !keys.some(({ participant }) => participant === one.participant));
    for (const one of this.silentSince.keys()) if (!quiet.some(({ participant }) => participant === one)) this.silentSince.delete(one);
    for (const { participant } of quiet) if (!this.silentSince.has(participant)) this.silentSince.set(participant, now);
    const waits = [...this.silentSince.values()].map((since) => since + silence - now).filter((left) => left > 0);
    this.stopWaiting();
    if (waits.length > 0) this.stopWaiting = this.browser.after(Math.min(...waits), () => this.again());
    return new Set([...this.silentSince].filter(([, since]) => now - since >= silence).map(([participant]) => participant));
  }

  private again(): void {
    if (this.news !== null) this.told(this.news);
  }

  private reported({ faults }: Report): void {
    this.events.log(`sealing: not played ${JSON.stringify(faults)}`);
    if (meddling.some((one) => (faults[one] ?? 0) > 0)) this.show({ ...this.state, meddled: true });
  }

  private show(state: SealingState): void {
    const { state: name, code, unable, meddled } = this.state;
    if (state.state === name && state.code === code && state.unable === unable && state.meddled === meddled) return;
    this.state = state;
    this.events.onState(state);
  }
}

/** Sealing for a seat that speaks over `link`. */
export function sealingOver(
  browser: Browser,
  link: Pick<Link, "request">,
  onState: (state: SealingState) => void,
  log: (line: string) => void,
): Sealing {
  const announce = async (notice: string, later: HeldNotice | null): Promise<void> =>
    void (await link.request({ type: "announce_keys", notice, ...later }));
  return new Sealing(browser, { announce, onState, log });
}
