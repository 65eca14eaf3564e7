import { createApi } from "./api";
import { audienceOf, isLetIn, sealingNews } from "./audience";
import type { GuestPass } from "./invitation";
import type { Browser } from "./browser";
import { Link } from "./link";
import { nothingKnown } from "./nothingknown";
import type { Answered } from "./peer";
import { Problem } from "./problem";
import type { ServerMessage, TrackOffer } from "./protocol";
import { realBrowser } from "./realbrowser";
import { initialSeatState, over, reduce, type SeatState } from "./reduce";
import type { Renewal } from "./seat";
import { SeatMedia } from "./seatmedia";
import { sealingOver, type Sealing } from "./seal/sealing";
import { Store } from "./store";
import { Talk } from "./talk";
import { SessionError, type Snapshot } from "./types";

/** Where this tab keeps what a guest comes back with; gone with the tab and with the visit. */
export const guestKey = "madoguchi.guest";

/** Whether this tab may stand at a gate. */
export type PassState =
  /** Nothing has been exchanged yet. */
  | "none"
  | "asking"
  /** Exchanged: the tab is on its way to the gate, at it, or through it. */
  | "good"
  /** The code has been used, is too old, or the visit is over. */
  | "spent"
  /** The server could not be asked. */
  | "unreachable";

/** Everything a guest's page shows: a seat's snapshot, and how its pass stands. */
export interface GuestSnapshot extends Snapshot {
  readonly pass: PassState;
}

/** A guest's side of a visit. It exchanges a link's code for a place before the gate and keeps it until it is over. */
export interface GuestClient {
  subscribe(listener: () => void): () => void;
  getSnapshot(): GuestSnapshot;
  /** The server's clock, milliseconds since 1970. */
  now(): number;
  /** Goes on where this tab was before a reload; nothing where it was nowhere. Returns the way to stop. */
  start(): () => void;
  /** Exchanges the code of a link; it is good once. */
  join(code: string): Promise<void>;
  mute(what: { audio?: boolean; video?: boolean }): Promise<void>;
  /** Leaves for good: media stop at once, whatever the server answers. */
  leave(): Promise<void>;
  micLevel(): number;
}

/** Makes the client of a guest's page. Nothing happens before start() or join(). */
export function createGuestClient(browser: Browser = realBrowser(), log: (line: string) => void = () => {}): GuestClient {
  return new GuestCore(browser, log);
}

const nothing: GuestSnapshot = { ...nothingKnown, pass: "none" };

class GuestCore implements GuestClient {
  readonly subscribe: GuestClient["subscribe"];
  readonly getSnapshot: GuestClient["getSnapshot"];
  private readonly browser: Browser;
  private readonly log: (line: string) => void;
  private readonly store = new Store<GuestSnapshot>(nothing);
  private readonly redeem: (code: string) => Promise<GuestPass>;
  private readonly link: Link;
  private readonly media: SeatMedia;
  private readonly sealing: Sealing;
  private readonly talk: Talk;
  private state: SeatState = initialSeatState;
  private pass: GuestPass | null = null;

  constructor(browser: Browser, log: (line: string) => void) {
    this.browser = browser;
    this.log = log;
    this.subscribe = this.store.subscribe;
    this.getSnapshot = this.store.get;
    this.redeem = createApi(browser, { token: () => null, renew: () => Promise.resolve(false) }).redeem;
    const token = (): string | null => this.pass?.token ?? null;
    const seat = {
      get token() {
        return token();
      },
      renew: () => this.renew(),
    };
    this.link = new Link(browser, "guest", seat, {
      onConnection: (connection) => this.store.patch({ connection }),
      onMessage: (message) => this.receive(message),
      onUp: () => this.lineUp(),
      onDown: () => this.media.lineDown(),
    });
    this.sealing = sealingOver(browser, this.link, (sealing) => this.store.patch({ sealing }), log);
    this.media = new SeatMedia(
      browser,
      { offer: (sdp, tracks) => this.offer(sdp, tracks), candidate: (candidate, mid) => this.candidate(candidate, mid) },
      this.sealing,
      {
        onMedia: (media) => this.store.patch({ media }),
        onChecks: () => {},
        onReport: (found) => this.link.post({ type: "report", ...found }),
        onChannels: (channels) => this.talk.attach(channels?.talk ?? null),
        log,
      },
    );
    this.talk = new Talk(browser, this.now, (talk) => this.store.patch({ talk }));
  }

  readonly now = (): number => this.browser.now() + this.state.clockOffset;

  readonly start = (): (() => void) => {
    const kept = parsePass(this.browser.load(guestKey));
    if (kept !== null && this.pass === null) void this.comeBack(kept);
    return this.stop;
  };

  readonly join = async (code: string): Promise<void> => {
    this.store.patch({ pass: "asking" });
    await this.exchange(code);
  };

  readonly mute = async (what: { audio?: boolean; video?: boolean }): Promise<void> => {
    const audio = what.audio ?? this.media.self.audioMuted;
    const video = what.video ?? this.media.self.videoMuted;
    await this.media.mute(audio, video);
    await this.link.request({ type: "mute", audio, video });
  };

  readonly leave = async (): Promise<void> => {
    this.media.close();
    await this.link.request({ type: "leave" }).catch(() => this.log("leave: not heard"));
    if (this.pass !== null) this.finish(over(this.state, { session: this.pass.session, reason: "left" }));
  };

  readonly micLevel = (): number => this.media.level();

  private readonly stop = (): void => {
    this.media.close();
    this.sealing.end();
    this.link.stop();
  };

  /** After a reload. A token lives for minutes, the code to come back with for hours. */
  private async comeBack(kept: GuestPass): Promise<void> {
    this.pass = kept;
    this.store.patch({ pass: "asking" });
    if (Date.parse(kept.expiresAt) - this.browser.now() > 60_000) this.connect(kept);
    else await this.exchange(kept.return);
  }

  private async exchange(code: string): Promise<void> {
    try {
      this.connect(await this.redeem(code));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.log(`guest: ${error.code}`);
      if (this.dismissed(error)) return;
      const spent = error.status === 410 || error.status === 422;
      if (spent) this.forget();
      this.store.patch({ pass: spent ? "spent" : "unreachable" });
    }
  }

  private connect(pass: GuestPass): void {
    this.keep(pass);
    this.setState({ ...this.state, entered: pass.session });
    this.store.patch({
      pass: "good",
      identity: { seat: pass.participant, role: pass.role, name: pass.name, area: "", expiresAt: pass.expiresAt },
    });
    this.link.reconnect();
  }

  /** The link asks for another token when this one is refused. */
  private async renew(): Promise<Renewal> {
    const { pass } = this;
    if (pass === null) return "refused";
    try {
      this.keep(await this.redeem(pass.return));
      return "renewed";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (this.dismissed(error)) return "refused";
      if (error.status !== 410) return "later";
      this.finish(over(this.state, { session: pass.session, reason: "done" }));
      return "refused";
    }
  }

  /** The professional has sent this guest away while the page was not there to hear of it: only a new link leads in again. */
  private dismissed(error: Problem): boolean {
    if (this.pass === null || error.status !== 410 || error.code !== "dismissed") return false;
    this.finish(over(this.state, { session: this.pass.session, reason: "dismissed" }));
    return true;
  }

  private keep(pass: GuestPass): void {
    this.pass = pass;
    this.browser.store(guestKey, JSON.stringify(pass));
  }

  private forget(): void {
    this.pass = null;
    this.browser.remove(guestKey);
  }

  private receive(message: ServerMessage): void {
    const next = reduce(this.state, message, this.browser.now());
    if (message.type === "ended" && next.ended !== null) {
      this.finish(next);
      return;
    }
    this.setState(next);
    if (message.type === "place" && message.session === next.entered) this.media.placed(message.place);
    if (message.type === "session") this.openMedia();
  }

  private lineUp(): void {
    this.sealing.lineUp();
    this.media.lineUp();
    this.openMedia();
  }

  private openMedia(): void {
    const { plan, session } = this.state;
    if (plan !== null && session !== null) this.media.open(plan).catch(() => this.log("media: not opened"));
  }

  /** It is over for this guest; what is known of the visit stays for the goodbye. */
  private finish(state: SeatState): void {
    this.media.close();
    this.talk.clear();
    this.forget();
    this.setState(state);
    this.link.stop();
  }

  private async offer(sdp: string, tracks: TrackOffer[]): Promise<Answered> {
    const answer = await this.link.request({ type: "offer", sdp, tracks });
    if (answer.type !== "answer") throw new SessionError("internal", "offer: answered without an answer");
    return { sdp: answer.sdp, place: answer.place ?? 0 };
  }

  private candidate(candidate: string, mid: string | null): void {
    this.link.post({ type: "candidate", candidate, ...(mid === null ? {} : { mid }) });
  }

  private setState(state: SeatState): void {
    if (state === this.state) return;
    this.state = state;
    const { entered, session, presence, ended } = state;
    this.store.patch({ entered, session, presence, ended });
    this.sealing.told(sealingNews(state));
    this.media.told(state.participant, state.tracks, state.presence, isLetIn(state));
    this.talk.address(state.participant, audienceOf(state));
  }
}

const passFields = ["session", "participant", "role", "name", "token", "expiresAt", "return"] as const;

function parsePass(text: string | null): GuestPass | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const fields = value as Record<string, unknown>;
    return passFields.every((name) => typeof fields[name] === "string") ? (value as GuestPass) : null;
  } catch {
    return null;
  }
}
