// The other end, as far as tests of this library need one: it keeps the promises of the protocol for one session.

import { fakePlan } from "./fakeplan";
import type { FakeAnswer, FakeBrowser, FakeCall } from "./fakebrowser";
import type { FakePeer } from "./fakemedia";
import type { FakeSocket } from "./fakesocket";
import type { Call, ClientMessage, ErrorCode, PresenceItem, ServerMessage, Session, SessionSummary, State, Track } from "./protocol";

const day = "2026-11-25";

/** One booth, one desk, one session, and whoever connects to it from one FakeBrowser. */
export class FakeServer {
  readonly participant: string;
  readonly session = "s_k7q2m4x6r8t3w5y9";
  state: State | "none" = "none";
  version = 1;
  leg = 0;
  boothAdmitted = false;
  tracks: Track[] = [];
  presence: Record<string, PresenceItem> = {};
  calls: Call[] = [];
  /** Every request carried out, in order: "admit", "end" … */
  readonly carriedOut: string[] = [];
  /** Types of requests that are neither carried out nor answered: the line breaks in the middle. */
  readonly swallowed = new Set<string>();
  /** Types of requests that are carried out, but the answer is lost. */
  readonly muffled = new Set<string>();
  readonly refusals = new Map<string, ErrorCode>();
  /** Keys of the media node: another value after it has been restarted. */
  fingerprint = "AA";
  expiresInMinutes = 12 * 60;
  needsCode = false;
  /** Tokens handed out so far are no longer good for anything. */
  refusesTokens = false;
  up = true;
  private browser: FakeBrowser;
  private readonly kind: "booth" | "desk" | "counter";
  private entered: FakeSocket | null = null;
  private tokens = 0;

  constructor(browser: FakeBrowser, participant = "booth:shiomachihama-1") {
    this.browser = browser;
    this.participant = participant;
    this.kind = participant.startsWith("booth") ? "booth" : participant.startsWith("desk") ? "desk" : "counter";
    this.takeOver(browser);
  }

  /** Serves another browser from now on: the page was loaded again. */
  takeOver(browser: FakeBrowser): void {
    this.browser = browser;
    browser.answer = (call) => this.http(call);
    browser.onSocket = (socket) => this.connect(socket);
    browser.onPeer = (peer) => this.media(peer);
  }

  /** Somebody checks in: the session is there. */
  checkIn(): void {
    this.state = "arrived";
    this.presence = {
      "booth:shiomachihama-1": presenceOf("booth:shiomachihama-1"),
      "desk:morita": presenceOf("desk:morita"),
    };
    this.tellSeat();
  }

  /** The visit moves on, by what others do. */
  move(state: State): void {
    this.state = state;
    this.version++;
    this.boothAdmitted = state === "consultation";
    this.tellAll();
  }

  end(reason: "done" | "handover" | "left"): void {
    this.state = reason === "handover" ? "waiting" : "closed";
    this.say({ type: "ended", session: this.session, reason });
    this.entered = null;
    this.tellSeat();
  }

  /** Says one thing to the seat's socket that stands. */
  say(message: ServerMessage): void {
    this.browserSocket()?.say(message);
  }

  sessionMessage(): Session {
    const booth = { id: "booth:shiomachihama-1", kind: "booth" as const, role: "booth", name: "ブース1", admitted: this.boothAdmitted };
    const desk = { id: "desk:morita", kind: "desk" as const, role: "doctor", name: "森田 千尋", admitted: this.boothAdmitted };
    return {
      type: "session",
      id: this.session,
      version: this.version,
      state: this.state === "none" ? "closed" : this.state,
      appointment: "a_9f3k2m",
      office: "shiomachihama",
      officeName: "汐待浜郵便局",
      booth: "shiomachihama-1",
      boothName: "ブース1",
      number: 3,
      checkedInBy: "counter",
      legs: [legOf("medical", "morita"), legOf("guidance", "shiokaze")],
      leg: this.leg,
      participants: [booth, desk],
    };
  }

  tellSeat(): void {
    this.say({ type: "seat", sessions: this.summaries(), calls: this.calls, dayRev: this.version });
  }

  tellAll(): void {
    this.tellSeat();
    this.tellSession();
  }

  tellSession(): void {
    if (this.entered === null) return;
    this.say(this.sessionMessage());
    this.tellPresence();
    this.say({ type: "tracks", session: this.session, tracks: this.tracks });
    if (this.kind === "booth" && this.state === "waiting") {
      this.say({ type: "waiting", session: this.session, ahead: 1, fromMinutes: 5, toMinutes: 15, lateMinutes: 0 });
    }
  }

  tellPresence(): void {
    this.say({ type: "presence", session: this.session, people: Object.values(this.presence) });
  }

  private browserSocket(): FakeSocket | undefined {
    return this.browser.sockets.findLast((socket) => socket.isOpen);
  }

  private connect(socket: FakeSocket): void {
    socket.onMessage = (message) => this.hear(socket, message);
    queueMicrotask(() => {
      if (this.up) socket.accept();
      else socket.break();
    });
  }

  private hear(socket: FakeSocket, message: ClientMessage): void {
    if (this.swallowed.has(message.type)) return;
    switch (message.type) {
      case "hello":
        this.welcome(socket);
        return;
      case "ping":
        socket.say({ type: "pong" });
        return;
      case "candidate":
      case "report":
        return;
      default:
        this.request(socket, message);
    }
  }

  private welcome(socket: FakeSocket): void {
    socket.say({
      type: "welcome",
      participant: this.participant,
      role: this.kind,
      name: "",
      now: new Date(this.browser.now() + 90_000).toISOString(),
      media: fakePlan,
      pingSeconds: 15,
    });
    socket.say({ type: "seat", sessions: this.summaries(), calls: this.calls, dayRev: this.version });
  }

  private request(socket: FakeSocket, message: Exclude<ClientMessage, { type: "hello" | "ping" | "candidate" | "report" }>): void {
    const over = message.type === "enter" && (this.state === "none" || this.state === "closed");
    const refusal = over ? "unknown_session" : this.refusals.get(message.type);
    if (refusal !== undefined) {
      socket.say({ type: "error", re: message.id, code: refusal, message: "refused" });
      return;
    }
    if (message.type === "offer") {
      socket.say({ type: "answer", re: message.id, sdp: `v=0\na=fingerprint:sha-256 ${this.fingerprint}\n` });
      return;
    }
    this.carriedOut.push(message.type);
    if (message.type === "enter") this.entered = socket;
    if (!this.muffled.has(message.type)) socket.say({ type: "ok", re: message.id });
    this.carryOut(message);
  }

  private carryOut(message: ClientMessage): void {
    switch (message.type) {
      case "enter":
        this.tellSession();
        return;
      case "ready":
        this.move("waiting");
        return;
      case "admit":
        this.move("consultation");
        return;
      case "end":
        this.end("done");
        return;
      case "handover":
        this.leg++;
        this.end("handover");
        return;
      case "leave":
        this.state = this.kind === "booth" ? "closed" : "waiting";
        this.entered = null;
        this.tellSeat();
        return;
      case "mute":
        this.presence[this.participant] = { ...presenceOf(this.participant), audioMuted: message.audio, videoMuted: message.video };
        this.tellPresence();
        return;
      case "call":
        this.calls = [{ id: "c_1", booth: "shiomachihama-1", boothName: "ブース1", at: `${day}T10:03:00+09:00` }];
        this.tellSeat();
        return;
      default:
    }
  }

  private summaries(): SessionSummary[] {
    if (this.state === "none") return [];
    const place = { office: "shiomachihama", officeName: "汐待浜郵便局", booth: "shiomachihama-1", boothName: "ブース1" };
    const { session: id, state, leg } = this;
    return [{ id, appointment: "a_9f3k2m", state, ...place, number: 3, leg, desk: "morita", pool: "morita", boothOnline: true }];
  }

  private http({ method, path, body, headers }: FakeCall): FakeAnswer {
    if (!this.up) return "network";
    if (this.refusesTokens && headers["Authorization"] !== undefined) {
      return { status: 401, body: { type: "/problems/expired-token", title: "expired" } };
    }
    if (path === "/v1/sign-in") return this.signIn(body as { seat: string; code?: string });
    if (method === "POST" && path === `/v1/sessions/${this.session}/token`) {
      if (this.state === "none" || this.state === "closed") return { status: 404, body: { type: "/problems/unknown-session", title: "gone" } };
      return { status: 200, body: { token: `room-${++this.tokens}`, expiresAt: this.inMinutes(5), participant: this.participant } };
    }
    return { status: 404, body: { type: "/problems/not-found", title: "not found" } };
  }

  private signIn({ seat, code }: { seat: string; code?: string }): FakeAnswer {
    if (this.needsCode && code !== "right") return { status: 401, body: { type: "/problems/bad-code", title: "wrong code" } };
    const [role = "", name = ""] = seat.split(":");
    const place = role === "desk" ? { desk: name } : { booth: name };
    const token = `seat-${++this.tokens}`;
    return { status: 200, body: { token, seat, role, name, area: "shiomachi", expiresAt: this.inMinutes(this.expiresInMinutes), ...place } };
  }

  /** A new peer connection finds its way at once when an answer has been taken. */
  private media(peer: FakePeer): void {
    const take = peer.setRemoteDescription.bind(peer);
    peer.setRemoteDescription = async (description) => {
      await take(description);
      if (peer.connectionState !== "connected") queueMicrotask(() => peer.become("connected"));
      const own = this.presence[this.participant];
      if (own !== undefined) this.presence[this.participant] = { ...own, connected: true };
      queueMicrotask(() => {
        if (this.entered !== null) this.tellPresence();
      });
    };
  }

  /** The server's clock is a minute and a half ahead of the browser's. */
  private inMinutes(minutes: number): string {
    return new Date(this.browser.now() + 90_000 + minutes * 60_000).toISOString();
  }
}

function presenceOf(participant: string): PresenceItem {
  return { participant, online: true, connected: false, audioMuted: false, videoMuted: false };
}

function legOf(service: string, pool: string): Session["legs"][number] {
  const professional = { name: "森田 千尋", kana: "もりた ちひろ", title: "医師", organisation: "汐待もりた医院", phone: "0999-00-1234" };
  const times = { startsAt: `${day}T10:00:00+09:00`, plannedAt: `${day}T10:00:00+09:00`, endsAt: `${day}T10:20:00+09:00`, done: false };
  return { service, serviceName: service, role: "doctor", pool, poolName: pool, desk: pool, ...times, professional };
}
