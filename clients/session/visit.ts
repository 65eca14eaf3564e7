import type { Browser, Stop } from "./browser";
import { needsSession, outcome, type Intent } from "./intent";
import type { Link } from "./link";
import { Problem } from "./problem";
import { entering, type SeatState } from "./reduce";
import { backOff } from "./retry";
import type { RoomToken } from "./booking";
import { SessionError } from "./types";

/** How long an action may wait for the line and the server together, milliseconds. */
const patience = 15_000;

/** A room token is fetched anew when less than this is left of it, milliseconds. */
const tokenReserve = 30_000;

/** What a visit needs of its owner. */
export interface VisitEvents {
  state(): SeatState;
  update(change: (state: SeatState) => SeatState): void;
  roomToken(session: string): Promise<RoomToken>;
  /** The session is entered on the present line and its state has been told. `first`: not known before. */
  onStanding(first: boolean): void;
  /** The session does not take us in any more: it ended while we were away. */
  onGone(session: string): void;
  log(line: string): void;
}

/** One thing somebody wants of the server. */
interface Want {
  intent: Intent;
  session: string | null;
  /** Under which it is asked, again after a lost line; null before, and when it has to be asked anew. */
  id: string | null;
  underWay: boolean;
  /** The line broke, or had not been there: look at the state before asking (again). */
  doubtful: boolean;
  resolve(): void;
  reject(error: unknown): void;
  stop: Stop;
}

interface Entry {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Takes part in one session over however many lines it takes: enters it anew on each, and looks at every request
 * whose answer was lost in the light of the state told then. What is still to be done is asked again under its old id,
 * so that a server which has done it says so and does not do it twice.
 */
export class Visit {
  private readonly browser: Browser;
  private readonly link: Pick<Link, "request" | "nextId" | "isUp">;
  private readonly events: VisitEvents;
  private readonly wants: Want[] = [];
  private entries: Entry[] = [];
  private token: { session: string; value: RoomToken } | null = null;
  /** Counts what makes an attempt to enter obsolete: another line, another session. */
  private era = 0;
  private attempt = 0;
  private accepted = false;
  private toldSession = false;
  private toldPresence = false;
  private toldSeat = false;
  private standing = false;
  private stoodBefore = false;
  private stopTimer: Stop = () => {};

  constructor(browser: Browser, link: Pick<Link, "request" | "nextId" | "isUp">, events: VisitEvents) {
    this.browser = browser;
    this.link = link;
    this.events = events;
  }

  /** Entered, and whole. */
  get isStanding(): boolean {
    return this.standing;
  }

  enter(session: string): Promise<void> {
    if (this.events.state().entered === session && this.standing) return Promise.resolve();
    if (this.events.state().entered !== session) {
      this.abandon("moot");
      this.stoodBefore = false;
      this.events.update((state) => entering(state, session));
    }
    const entered = new Promise<void>((resolve, reject) => this.entries.push({ resolve, reject }));
    if (this.entries.length === 1) this.attach();
    return entered;
  }

  lineUp(): void {
    this.toldSeat = false;
    this.attempt = 0;
    this.attach();
  }

  lineDown(): void {
    this.reset();
    for (const want of this.wants) want.doubtful = true;
  }

  /** The state has taken in a message of the server of this type. */
  told(type: "seat" | "session" | "presence" | "ended"): void {
    if (type === "seat") this.toldSeat = true;
    if (type === "session") this.toldSession = this.events.state().session !== null;
    if (type === "presence") this.toldPresence = true;
    if (type === "ended") this.ended();
    this.stand();
    this.flush();
  }

  /** Has the server do something; resolves when it is done. */
  perform(intent: Intent): Promise<void> {
    const session = this.events.state().entered;
    if (needsSession(intent) && session === null) {
      return Promise.reject(new SessionError("no-session", `${intent.type}: no session is entered`));
    }
    if (intent.type === "mute") this.supersedeMutes();
    return new Promise<void>((resolve, reject) => {
      const want: Want = { intent, session, id: null, underWay: false, doubtful: !this.canAsk(intent), resolve, reject, stop: () => {} };
      want.stop = this.browser.after(patience, () => {
        this.drop(want);
        reject(new SessionError("timeout", `${intent.type}: not answered in ${patience} ms`));
      });
      this.wants.push(want);
      this.flush();
    });
  }

  /** Lets go of the session and of everything wanted in it, without a word to the server. */
  forget(code: "wiped" | "moot"): void {
    this.abandon(code);
    this.token = null;
    this.stoodBefore = false;
  }

  private abandon(code: "wiped" | "moot"): void {
    this.reset();
    this.stopTimer();
    for (const want of this.wants.filter((one) => needsSession(one.intent))) {
      this.drop(want);
      want.reject(new SessionError(code, `${want.intent.type}: the session was left`));
    }
    this.failEntries(new SessionError(code, "enter: the session was left"));
  }

  private reset(): void {
    this.era++;
    this.accepted = false;
    this.toldSession = false;
    this.toldPresence = false;
    this.standing = false;
  }

  /** Starts an attempt to enter on the present line. */
  private attach(): void {
    this.stopTimer();
    this.reset();
    const session = this.events.state().entered;
    if (session === null || !this.link.isUp) return;
    void this.tryToEnter(session, this.era);
  }

  private async tryToEnter(session: string, era: number): Promise<void> {
    this.attempt++;
    try {
      const { token } = await this.roomToken(session);
      if (era !== this.era) return;
      await this.link.request({ type: "enter", token });
      if (era !== this.era) return;
      this.accepted = true;
      this.stand();
    } catch (error) {
      if (era === this.era) this.refused(session, error);
    }
  }

  private async roomToken(session: string): Promise<RoomToken> {
    const serverNow = this.browser.now() + this.events.state().clockOffset;
    const kept = this.token?.session === session ? this.token.value : null;
    if (kept !== null && Date.parse(kept.expiresAt) - serverNow > tokenReserve) return kept;
    const value = await this.events.roomToken(session);
    if (this.events.state().entered === session) this.token = { session, value };
    return value;
  }

  private refused(session: string, error: unknown): void {
    this.events.log(`visit ${session}: enter: ${codeOf(error)}`);
    this.token = null;
    if (error instanceof SessionError && error.code === "offline") return;
    if (isFinal(error) || (isTokenTrouble(error) && this.attempt > 2)) {
      this.failEntries(error);
      this.reset();
      this.events.onGone(session);
      this.flush();
      return;
    }
    const wait = isTokenTrouble(error) ? 0 : backOff(this.attempt, this.browser.random());
    this.stopTimer = this.browser.after(wait, () => this.attach());
  }

  private stand(): void {
    if (this.standing || !this.accepted || !this.toldSession || !this.toldPresence) return;
    this.standing = true;
    this.attempt = 0;
    const first = !this.stoodBefore;
    this.stoodBefore = true;
    for (const entry of this.entries.splice(0)) entry.resolve();
    this.events.onStanding(first);
    this.flush();
  }

  private ended(): void {
    if (this.events.state().entered !== null) return;
    this.stopTimer();
    this.reset();
    this.token = null;
    this.stoodBefore = false;
    this.failEntries(new SessionError("moot", "enter: the session has ended"));
  }

  private failEntries(error: unknown): void {
    for (const entry of this.entries.splice(0)) entry.reject(error);
  }

  private canAsk(intent: Intent): boolean {
    return needsSession(intent) ? this.standing : this.link.isUp && this.toldSeat;
  }

  /** Asks what can be asked now. */
  private flush(): void {
    const state = this.events.state();
    for (const want of this.wants.slice()) {
      const sessionOver = needsSession(want.intent) && state.entered !== want.session;
      if (want.underWay || !(sessionOver || this.canAsk(want.intent))) continue;
      const then = want.doubtful || sessionOver ? outcome(want.intent, state) : "again";
      if (then === "again") void this.ask(want);
      else if (then === "done") this.settle(want);
      else this.fail(want, new SessionError("moot", `${want.intent.type}: the session has moved on`));
    }
  }

  private async ask(want: Want): Promise<void> {
    want.underWay = true;
    want.doubtful = false;
    try {
      want.id ??= this.link.nextId();
      await this.link.request(requestOf(want.intent), want.id);
      this.settle(want);
    } catch (error) {
      want.underWay = false;
      // The node that carried it out was lost: the state tells whether it did, and if not it is another request.
      if (error instanceof SessionError && error.code === "interrupted") {
        want.id = null;
        want.doubtful = true;
        this.flush();
        return;
      }
      if (!isLost(error)) {
        this.fail(want, error);
        return;
      }
      want.doubtful = true;
      // After a lost line the next one's state decides; asking now would only fail again.
      if (error.code === "timeout") this.flush();
    }
  }

  private settle(want: Want): void {
    if (this.drop(want)) want.resolve();
  }

  private fail(want: Want, error: unknown): void {
    if (this.drop(want)) want.reject(error);
  }

  /** Takes a want from the list; false if it was not there any more. */
  private drop(want: Want): boolean {
    const at = this.wants.indexOf(want);
    if (at === -1) return false;
    this.wants.splice(at, 1);
    want.stop();
    return true;
  }

  /** A later wish for the own microphone and camera makes earlier ones that wait needless. */
  private supersedeMutes(): void {
    for (const want of this.wants.filter((one) => one.intent.type === "mute" && !one.underWay)) this.settle(want);
  }
}

type Ask = Parameters<Link["request"]>[0];

function requestOf(intent: Intent): Ask {
  return intent.type === "handover" ? { type: "handover" } : intent;
}

/** The answer was lost, not given. */
function isLost(error: unknown): error is SessionError {
  return error instanceof SessionError && (error.code === "offline" || error.code === "timeout");
}

function isTokenTrouble(error: unknown): boolean {
  return error instanceof SessionError && ["expired_token", "bad_token", "wrong_session"].includes(error.code);
}

/** The session is over or not ours; trying again would not help. */
function isFinal(error: unknown): boolean {
  if (error instanceof SessionError) return ["unknown_session", "forbidden", "not_now"].includes(error.code);
  return error instanceof Problem && [400, 403, 404, 409, 410, 422].includes(error.status);
}

function codeOf(error: unknown): string {
  return error instanceof SessionError || error instanceof Problem ? error.code : "failed";
}
