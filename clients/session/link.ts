import type { Browser, Stop } from "./browser";
import { Conversation } from "./conversation";
import { Origins } from "./origins";
import { Close, type Answer, type Away, type Candidate, type OK, type SelfReport, type ServerMessage } from "./protocol";
import { backOff, comeback } from "./retry";
import type { Renewal, SeatKeeper } from "./seat";
import { onAnotherNetwork } from "./sleep";
import { Line, type LineRequest } from "./socket";
import { SessionError, type AppKind, type Connection, type FailedReason } from "./types";

/** What a link tells its owner. */
export interface LinkEvents {
  onConnection(connection: Connection): void;
  onMessage(message: ServerMessage): void;
  /** A new line stands and was welcomed; the state must be entered anew. */
  onUp(): void;
  onDown(): void;
}

/** Sockets, one after another: a link stays while its lines break. It decides by retry.ts when the next one opens. */
export class Link {
  private readonly browser: Browser;
  private readonly kind: AppKind;
  private readonly seat: Pick<SeatKeeper, "token" | "renew">;
  private readonly events: LinkEvents;
  private readonly origins: Origins;
  private readonly conversation: Conversation;
  private line: Line | null = null;
  private up = false;
  private running = false;
  /** Tries since a line last stood. */
  private attempt = 0;
  private reason: Away | undefined;
  private closely = false;
  private stopTimer: Stop = () => {};
  private readonly stops: Stop[] = [];

  constructor(browser: Browser, kind: AppKind, seat: Pick<SeatKeeper, "token" | "renew">, events: LinkEvents, origins = new Origins(browser)) {
    this.browser = browser;
    this.kind = kind;
    this.seat = seat;
    this.events = events;
    this.origins = origins;
    this.conversation = new Conversation(browser.uuid());
    if (browser.reloaded) this.reason = "reload";
  }

  /** A line stands and was welcomed. */
  get isUp(): boolean {
    return this.up;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.stops.push(
      onAnotherNetwork(this.browser, () => this.nudge()),
      this.browser.onVisible(() => this.nudge()),
    );
    this.open();
  }

  stop(): void {
    if (!this.running) return;
    this.running = false;
    this.stopTimer();
    for (const stop of this.stops.splice(0)) stop();
    this.hangUp();
    this.events.onConnection({ state: "off" });
  }

  /** Opens a line now, whatever was planned. */
  reconnect(): void {
    if (!this.running) {
      this.start();
      return;
    }
    this.stopTimer();
    this.hangUp();
    this.attempt = 0;
    this.open();
  }

  /** The id of a request that may have to be sent on more than one line. */
  nextId(): string {
    return this.conversation.nextId();
  }

  /** Sends a request, with the `id` it had on an earlier line if it has been sent before. */
  request(request: LineRequest, id?: string): Promise<OK | Answer> {
    if (this.line === null || !this.up) return Promise.reject(new SessionError("offline", `${request.type}: the line is down`));
    return this.line.request(request, id);
  }

  post(message: Candidate | SelfReport): void {
    this.line?.post(message);
  }

  /** Somebody depends on the line now, or does no longer: its end is noticed sooner. */
  watch(closely: boolean): void {
    this.closely = closely;
    this.line?.watch(closely);
  }

  /** Something outside has changed: find out whether the line still stands, or do not wait longer for another. */
  private nudge(): void {
    if (this.up) this.line?.check();
    else if (this.line === null && this.running && this.attempt > 0) this.reopen();
  }

  private reopen(): void {
    this.stopTimer();
    this.open();
  }

  private open(): void {
    const token = this.seat.token;
    if (token === null) {
      this.fail("signed-out");
      return;
    }
    if (this.attempt === 0) this.events.onConnection({ state: "connecting" });
    const hello = { token, app: this.kind, ...(this.reason === undefined ? {} : { reason: this.reason }), ...(this.kind === "booth" ? { wipes: true } : {}) };
    this.line = new Line(this.browser, hello, this.conversation, {
      onWelcome: () => this.welcomed(),
      onMessage: (message) => this.events.onMessage(message),
      onDown: (code) => this.lost(code),
    }, this.origins.current);
    this.line.watch(this.closely);
  }

  private welcomed(): void {
    this.up = true;
    this.attempt = 0;
    this.reason = undefined;
    this.events.onConnection({ state: "live" });
    this.events.onUp();
  }

  private lost(code: number): void {
    this.line = null;
    this.wentDown();
    this.attempt++;
    const next = comeback(code, this.attempt, this.browser.random());
    switch (next.kind) {
      case "stay-away":
        this.stayAway(code, next.reason);
        return;
      case "renew":
        this.wait(next.wait, "server", () => void this.renew());
        return;
      case "again":
        this.origins.next();
        this.reason ??= next.why;
        this.wait(next.wait, next.why, () => this.open());
        return;
    }
  }

  /** A token that is not valid (any more) gets one chance to be exchanged: the server may have changed its keys. */
  private stayAway(code: number, reason: FailedReason): void {
    if (code === Close.BadToken && this.attempt === 1) void this.renew();
    else this.fail(reason);
  }

  private async renew(): Promise<void> {
    const renewal: Renewal = await this.seat.renew();
    if (!this.running || this.line !== null) return;
    if (renewal === "refused") {
      this.fail("signed-out");
      return;
    }
    if (renewal === "renewed") {
      this.open();
      return;
    }
    this.attempt++;
    this.wait(backOff(this.attempt, this.browser.random()), "server", () => void this.renew());
  }

  private wait(milliseconds: number, why: Away, then: () => void): void {
    this.events.onConnection({ state: "reconnecting", attempt: this.attempt, nextAt: this.browser.now() + milliseconds, why });
    this.stopTimer();
    this.stopTimer = this.browser.after(milliseconds, then);
  }

  private fail(reason: FailedReason): void {
    this.running = false;
    this.stopTimer();
    for (const stop of this.stops.splice(0)) stop();
    this.events.onConnection({ state: "failed", reason });
  }

  private hangUp(): void {
    this.line?.close();
    this.line = null;
    this.wentDown();
  }

  private wentDown(): void {
    if (!this.up) return;
    this.up = false;
    this.events.onDown();
  }
}
