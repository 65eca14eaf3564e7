import type { Browser, Socket, Stop } from "./browser";
import { counts, type Conversation, type LateAnswer } from "./conversation";
import type { ConductIntent } from "./conduct";
import {
  Close,
  readServerMessage,
  subprotocol,
  type Admit,
  type AnnounceKeys,
  type Answer,
  type AnswerCall,
  type Away,
  type Candidate,
  type Dismiss,
  type Enter,
  type Mute,
  type Offer,
  type OK,
  type PlainRequest,
  type RemoteDone,
  type SelfReport,
  type Prepare,
  type Refusal,
  type ServerMessage,
  type Welcome,
} from "./protocol";
import { SessionError } from "./types";

/** A request as the line takes it: the id is the line's own. */
export type LineRequest = WithoutId<Enter> | WithoutId<Offer> | WithoutId<PlainRequest> | WithoutId<Prepare> | WithoutId<Admit> | WithoutId<Dismiss> | WithoutId<Mute> | WithoutId<AnswerCall> | WithoutId<RemoteDone> | WithoutId<AnnounceKeys> | ConductIntent;

type WithoutId<T> = Omit<T, "id">;

/** Milliseconds: until a socket must stand and be welcomed, until a request must be answered, until a check must be. */
const welcomeTimeout = 8_000;
const requestTimeout = 8_000;
const checkTimeout = 2_000;
/** How often a line is asked for a sign of life while somebody depends on it, milliseconds. */
const closeWatch = 1_500;

/** What a line tells its owner. Nothing is told after onDown. */
export interface LineEvents {
  onWelcome(welcome: Welcome): void;
  /** Every message that is not the answer to a request, and welcome too. */
  onMessage(message: ServerMessage): void;
  /** The line is gone: the server's close code, 1006 if it just broke, 4002 if it fell silent. Called once. */
  onDown(code: number): void;
}

interface Pending {
  resolve(answer: OK | Answer): void;
  reject(error: SessionError): void;
  stop: Stop;
}

/**
 * One WebSocket, from its opening to its end. It says hello, matches answers to requests, and finds out when the line
 * is dead though nobody closed it: silence after a ping is the end. Requests under way when it ends are rejected
 * with "offline"; whether they are asked again is not decided here (intent.ts).
 */
export class Line {
  private readonly browser: Browser;
  private readonly events: LineEvents;
  private readonly socket: Socket;
  private readonly conversation: Conversation;
  private readonly pending = new Map<string, Pending>();
  private heardSincePing = true;
  private welcomed = false;
  private down = false;
  private stopWaiting: Stop;
  private stopPinging: Stop = () => {};
  private pingEvery = 15_000;
  private closely = false;
  private stopChecking: Stop = () => {};

  constructor(
    browser: Browser,
    hello: { token: string; app: string; reason?: Away; wipes?: boolean },
    conversation: Conversation,
    events: LineEvents,
    origin = browser.origin,
  ) {
    this.browser = browser;
    this.conversation = conversation;
    this.events = events;
    this.socket = browser.socket(`${origin.replace(/^http/, "ws")}/v1/connect`, subprotocol);
    const line = conversation.nextLine();
    this.socket.onOpen = () => this.write({ type: "hello", ...hello, conversation: conversation.id, line, ...conversation.numbers() });
    this.socket.onText = (text) => this.read(text);
    this.socket.onClose = (code) => this.end(code);
    this.stopWaiting = browser.after(welcomeTimeout, () => this.drop(Close.Silent));
  }

  /**
   * Sends a request, again under its `id` if it has been sent on an earlier line; resolves with ok or answer, rejects
   * with the refusal's code, "timeout" or "offline".
   */
  request(request: LineRequest, id = this.conversation.nextId()): Promise<OK | Answer> {
    const late = this.conversation.take(id);
    if (late !== null) return settledBy(late);
    if (this.down || !this.welcomed) return Promise.reject(offline(request.type));
    return new Promise((resolve, reject) => {
      const stop = this.browser.after(requestTimeout, () => {
        this.pending.delete(id);
        reject(new SessionError("timeout", `${request.type}: no answer in ${requestTimeout} ms`));
        this.check();
      });
      this.pending.set(id, { resolve, reject, stop });
      this.write({ ...request, id, ...this.conversation.numbers(counts(request.type) ? id : undefined) });
    });
  }

  /** Sends what gets no answer; lost if the line is down. */
  post(message: Candidate | SelfReport): void {
    if (!this.down && this.welcomed) this.write(message);
  }

  /** Asks for a sign of life within two seconds: the tab was hidden, the machine slept, the network changed. */
  check(): void {
    if (this.down || !this.welcomed) return;
    this.ping();
    this.stopChecking();
    this.stopChecking = this.browser.after(checkTimeout, () => {
      if (!this.heardSincePing) this.drop(Close.Silent);
    });
  }

  /**
   * While somebody depends on the line it is asked for a sign of life every one and a half seconds, so that a server that
   * has died without a word is noticed within three. A booth that stands idle asks as seldom as the server wants.
   */
  watch(closely: boolean): void {
    if (closely === this.closely) return;
    this.closely = closely;
    if (this.down || !this.welcomed) return;
    this.stopPinging();
    this.keepPinging();
  }

  /** Ends the line from this side; onDown is not called. */
  close(): void {
    if (this.down) return;
    this.finish();
    this.socket.close(1000);
  }

  private read(text: string): void {
    if (this.down) return;
    this.heardSincePing = true;
    const message = parse(text);
    if (message === undefined || !this.conversation.hear(message)) return;
    switch (message.type) {
      case "ok":
      case "answer":
        this.answered(message);
        return;
      case "error":
        if (message.re !== undefined) this.refused(message.re, message);
        return;
      case "pong":
        return;
      case "welcome":
        this.welcome(message);
        return;
      default:
        this.events.onMessage(message);
    }
  }

  private answered(message: OK | Answer): void {
    const pending = this.settle(message.re);
    if (pending !== undefined) pending.resolve(message);
    else if (message.type === "ok") this.conversation.keep({ re: message.re, refused: null });
  }

  private refused(re: string, { code, message }: Refusal): void {
    const pending = this.settle(re);
    if (pending === undefined) this.conversation.keep({ re, refused: { code, message } });
    else pending.reject(new SessionError(code, message));
  }

  private welcome(message: Welcome): void {
    this.stopWaiting();
    this.welcomed = true;
    this.pingEvery = Math.max(1, message.pingSeconds) * 1000;
    this.keepPinging();
    this.events.onMessage(message);
    this.events.onWelcome(message);
  }

  /**
   * Silence is counted from a ping that was not answered, not from the last message: in a hidden tab timers may come
   * late, and a late ping is no dead line.
   */
  private keepPinging(): void {
    const every = this.closely ? Math.min(closeWatch, this.pingEvery) : this.pingEvery;
    this.stopPinging = this.browser.after(every, () => {
      if (!this.heardSincePing) {
        this.drop(Close.Silent);
        return;
      }
      this.ping();
      this.keepPinging();
    });
  }

  private ping(): void {
    this.heardSincePing = false;
    this.write({ type: "ping", ...this.conversation.numbers() });
  }

  private settle(id: string): Pending | undefined {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    pending?.stop();
    return pending;
  }

  private write(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Gives the line up: a dead socket's own close may take minutes to be reported. */
  private drop(code: number): void {
    if (this.down) return;
    this.socket.close();
    this.end(code);
  }

  private end(code: number): void {
    if (this.down) return;
    this.finish();
    this.events.onDown(code);
  }

  private finish(): void {
    this.down = true;
    this.stopWaiting();
    this.stopPinging();
    this.stopChecking();
    for (const [id, pending] of this.pending) {
      pending.stop();
      pending.reject(offline(`request ${id}`));
    }
    this.pending.clear();
  }
}

function settledBy({ re, refused }: LateAnswer): Promise<OK> {
  if (refused === null) return Promise.resolve({ type: "ok", re });
  return Promise.reject(new SessionError(refused.code, refused.message));
}

function offline(what: string): SessionError {
  return new SessionError("offline", `${what}: the line is down`);
}

/** A newer server may say things we do not know, and one broken message is no reason to lose a consultation. */
function parse(text: string): ServerMessage | undefined {
  try {
    return readServerMessage(text);
  } catch {
    return undefined;
  }
}
