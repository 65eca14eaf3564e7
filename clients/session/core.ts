import { createApi, type Api } from "./api";
import type { Browser, Stop } from "./browser";
import type { SeatClient } from "./client";
import { conductOf } from "./conduct";
import type { Intent } from "./intent";
import { Farewell } from "./farewell";
import type { Letter } from "./letters";
import { Link } from "./link";
import { Origins } from "./origins";
import type { Answered } from "./peer";
import { keepPreparing } from "./prepare";
import { Problem } from "./problem";
import { hostToEnter, isBackFromGroup, wipedHere } from "./group";
import type { Ended, ServerMessage, Session, TrackOffer, Remote, RemoteWhat, SelfReport } from "./protocol";
import { audienceOf, isLetIn, sealingNews } from "./audience";
import { initialSeatState, over, reduce, withoutVisit, type SeatState } from "./reduce";
import { sessionToEnter } from "./reentry";
import { sealingOver, type Sealing } from "./seal/sealing";
import { backOff } from "./retry";
import { by, SeatKeeper, wantedSeat, type SignInWay } from "./seat";
import { nothingKnown } from "./nothingknown";
import { inTime } from "./patience";
import { SeatMedia } from "./seatmedia";
import { onAnotherNetwork } from "./sleep";
import { Store } from "./store";
import { SessionError, type AppKind, type LatestMessage, type MediaStats, type SeatIdentity, type Snapshot } from "./types";
import { Visit } from "./visit";
import { Written } from "./written";

/** How long leaving waits for the server to hear of it, milliseconds: nobody is kept in the booth by a bad line. */
const farewellPatience = 2_000;

/** SeatClient's inside: wires line, state, visit, media and words together, and holds no rule of its own. */
export class SeatCore implements SeatClient {
  readonly api: Api;
  private readonly remoteListeners = new Set<(what: RemoteWhat) => void>();
  readonly deviceSound: SeatClient["deviceSound"];
  readonly screen: SeatClient["screen"];
  readonly subscribe: SeatClient["subscribe"];
  readonly getSnapshot: SeatClient["getSnapshot"];
  private readonly browser: Browser;
  private readonly kind: AppKind;
  private readonly wanted: string | null;
  private readonly log: (line: string) => void;
  private readonly store = new Store<Snapshot>(nothingKnown);
  private readonly seat: SeatKeeper;
  private readonly link: Link;
  private readonly origins: Origins;
  private readonly visit: Visit;
  private readonly media: SeatMedia;
  private readonly sealing: Sealing;
  private readonly written: Written;
  private state: SeatState = initialSeatState;
  private readonly left = new Set<string>();
  private readonly farewell: Farewell;
  private fresh = true;
  private running = false;
  private stopOnline: Stop = () => {};
  private stopSignIn: Stop = () => {};

  constructor(kind: AppKind, seat: string | undefined, browser: Browser, log: (line: string) => void) {
    this.browser = browser;
    this.kind = kind;
    this.log = log;
    this.wanted = wantedSeat(kind, seat, browser.search);
    this.subscribe = this.store.subscribe;
    this.getSnapshot = this.store.get;
    this.origins = new Origins(browser);
    this.api = createApi(browser, {
      token: () => this.seat.token,
      renew: () => this.renewed(),
      origin: () => this.origins.current,
    });
    this.seat = new SeatKeeper(browser, this.api, (identity) => this.store.patch({ identity }));
    this.link = new Link(browser, kind, this.seat, {
      onConnection: (connection) => this.connection(connection),
      onMessage: (message) => this.receive(message),
      onUp: () => this.visit.lineUp(),
      onDown: () => this.lineDown(),
    }, this.origins);
    this.farewell = new Farewell(this.link, () => this.state, (session) => this.api.roomToken(session));
    this.visit = new Visit(browser, this.link, {
      state: () => this.state,
      update: (change) => this.setState(change(this.state)),
      roomToken: (session) => this.api.roomToken(session),
      onStanding: (first) => this.standing(first),
      onGone: (session) => this.gone(session),
      log,
    });
    this.sealing = sealingOver(browser, this.link, (sealing) => this.store.patch({ sealing }), log);
    this.media = new SeatMedia(
      browser,
      { offer: (sdp, tracks) => this.offer(sdp, tracks), candidate: (candidate, mid) => this.candidate(candidate, mid) },
      this.sealing,
      {
        onMedia: (media) => this.store.patch({ media }),
        onChecks: (checks) => this.store.patch({ checks }),
        onReport: (found) => this.link.post({ type: "report", ...found }),
        onChannels: (channels) => this.written.attach(channels),
        log,
      },
    );
    this.deviceSound = this.media.deviceSound;
    this.screen = this.media.screen;
    this.written = new Written(browser, this.now, (talk) => this.store.patch({ talk }));
  }

  readonly now = (): number => this.browser.now() + this.state.clockOffset;

  readonly start = (): (() => void) => {
    if (!this.running) {
      this.running = true;
      this.stopOnline = onAnotherNetwork(this.browser, () => this.media.networkChanged());
      this.begin(0);
    }
    return this.stop;
  };

  readonly signIn = (request: { seat: string; code?: string }): Promise<SeatIdentity> => this.sat(() => this.seat.signIn(request));
  readonly signInBy = (way: SignInWay): Promise<SeatIdentity> => this.sat(() => by(this.seat, way));

  private async sat(signIn: () => Promise<SeatIdentity>): Promise<SeatIdentity> {
    this.stopSignIn();
    const identity = await signIn();
    return this.reconnect(), identity;
  }

  readonly signOut = async (): Promise<void> => {
    if (this.visit.isStanding) await this.leave();
    this.wipe();
    this.stop();
    this.farewell.forget();
    this.left.clear();
    if (this.seat.identity?.signIn !== undefined) await this.api.login.signOut().catch(() => undefined);
    this.seat.forget();
    this.setState(initialSeatState);
    this.store.patch({ connection: { state: "failed", reason: "signed-out" } });
  };

  readonly reconnect = (): void => {
    this.running = true;
    if (this.seat.token === null) this.begin(0);
    else this.connect();
  };

  readonly enter = async (session: string): Promise<void> => {
    this.mustBeHeld("enter");
    this.left.delete(session);
    this.fresh = false;
    if (this.state.entered !== session) this.closeVisit();
    await this.visit.enter(session);
  };

  readonly leave = async (): Promise<void> => {
    const session = this.state.entered;
    if (session === null) throw new SessionError("no-session", "leave: no session is entered");
    this.left.add(session);
    this.media.close();
    if (!(await inTime(this.browser, this.visit.perform({ type: "leave" }), farewellPatience))) this.farewell.unheard(session);
    this.afterLeaving(session);
  };

  readonly ready = (): Promise<void> => this.perform({ type: "ready" });

  readonly report = (found: Pick<SelfReport, "voice" | "face" | "hearing">): void => this.link.post({ type: "report", ...found });

  readonly onRemote = (listener: (what: RemoteWhat) => void): (() => void) => {
    this.remoteListeners.add(listener);
    return () => this.remoteListeners.delete(listener);
  };

  readonly admit = (participant?: string): Promise<void> => {
    const booth = this.state.session?.participants.find((one) => one.kind === "booth")?.id;
    const who = participant ?? booth;
    if (who === undefined) return Promise.reject(new SessionError("no-session", "admit: no booth is known"));
    return this.perform({ type: "admit", participant: who });
  };

  readonly prepare = (participant?: string): (() => void) => {
    const session = this.state.entered;
    return keepPreparing(this.browser, () => {
      const who = participant ?? this.state.session?.participants.find((one) => one.kind === "booth")?.id;
      if (who === undefined || !this.visit.isStanding || this.state.entered !== session) return null;
      return this.link.request({ type: "prepare", participant: who });
    });
  };

  readonly dismiss = (participant: string): Promise<void> => this.perform({ type: "dismiss", participant });

  readonly handover = (): Promise<void> => this.perform({ type: "handover", leg: this.state.session?.leg ?? 0 });

  readonly end = (): Promise<void> => this.perform({ type: "end" });

  readonly conduct = conductOf((intent) => this.perform(intent));

  readonly mute = async (what: { audio?: boolean; video?: boolean }): Promise<void> => {
    const audio = what.audio ?? this.media.self.audioMuted;
    const video = what.video ?? this.media.self.videoMuted;
    const here = this.media.mute(audio, video);
    if (this.state.entered !== null) await this.perform({ type: "mute", audio, video });
    await here;
  };

  readonly call = (): Promise<void> => this.perform({ type: "call" });

  readonly answerCall = (call: string): Promise<void> => this.perform({ type: "answer_call", call });

  readonly sendTalk = (text: string, options?: { large?: boolean }): string => {
    if (this.state.entered === null) throw new SessionError("no-session", "talk: no session is entered");
    return this.written.talk.send(text, options?.large === true);
  };

  readonly sendLatest = (topic: string, value: unknown): void => {
    if (this.state.entered === null) throw new SessionError("no-session", "latest: no session is entered");
    this.written.latest.send(topic, value);
  };

  readonly onLatest = (listener: (message: LatestMessage) => void): (() => void) => this.written.latest.subscribe(listener);

  readonly sendLetter = (to: string, topic: string, value: unknown): void => {
    if (this.state.entered === null) throw new SessionError("no-session", "letter: no session is entered");
    this.written.letters.send(to, topic, value);
  };

  readonly onLetter = (listener: (letter: Letter) => void): (() => void) => this.written.letters.subscribe(listener);

  readonly openMedia = async (): Promise<void> => {
    if (this.state.entered === null || this.state.plan === null) {
      throw new SessionError("no-session", "media: no session is entered");
    }
    await this.media.open(this.state.plan);
  };

  readonly restartMedia = async (): Promise<void> => {
    await (this.media.isOpen ? this.media.restart() : this.openMedia());
  };

  readonly startChecks = (): void => this.media.startChecks();

  readonly stopChecks = (): void => this.media.stopChecks();

  readonly micLevel = (): number => this.media.level();

  readonly stats = (): Promise<MediaStats | null> => this.media.stats();

  readonly wipe = (): void => {
    const session = this.state.entered ?? this.state.ended?.session;
    if (session !== undefined) this.left.add(session);
    this.closeVisit();
    this.visit.forget("wiped");
    this.setState(withoutVisit(this.state));
    this.confirmWiped();
    this.reenter();
  };

  private readonly stop = (): void => {
    this.running = false;
    this.stopOnline();
    this.stopSignIn();
    this.seat.rest();
    this.media.close();
    this.sealing.end();
    this.link.stop();
    this.store.patch({ connection: { state: "off" } });
  };

  /** Gets a seat, kept or new, then a line. */
  private begin(attempt: number): void {
    if (this.seat.resume(this.wanted)) {
      this.connect();
      return;
    }
    if (this.wanted === null) {
      this.store.patch({ connection: { state: "failed", reason: "signed-out" } });
      return;
    }
    if (attempt === 0) this.store.patch({ connection: { state: "connecting" } });
    this.seat.signIn({ seat: this.wanted }).then(
      () => {
        if (this.running) this.connect();
      },
      (error: unknown) => this.signInFailed(error, attempt + 1),
    );
  }

  private signInFailed(error: unknown, attempt: number): void {
    if (!this.running) return;
    const status = error instanceof Problem ? error.status : -1;
    this.log(`sign-in: ${error instanceof Problem ? error.code : "failed"}`);
    if (status >= 400 && status < 500 && status !== 429) {
      this.store.patch({ connection: { state: "failed", reason: "signed-out" } });
      return;
    }
    const wait = backOff(attempt, this.browser.random());
    this.store.patch({ connection: { state: "reconnecting", attempt, nextAt: this.browser.now() + wait, why: "network" } });
    this.stopSignIn = this.browser.after(wait, () => this.begin(attempt));
  }

  private connect(): void {
    // An admin looks and decides over HTTP; there is no live seat to hold.
    if (this.kind === "admin") this.store.patch({ connection: { state: "live" } });
    else this.link.reconnect();
  }

  private async renewed(): Promise<boolean> {
    const renewal = await this.seat.renew();
    if (renewal === "refused" && this.kind === "admin") {
      this.store.patch({ connection: { state: "failed", reason: "signed-out" } });
    }
    return renewal === "renewed";
  }

  private connection(connection: Snapshot["connection"]): void {
    this.log(`line: ${connection.state}${connection.state === "failed" ? ` (${connection.reason})` : ""}`);
    if (connection.state === "failed" && connection.reason !== "protocol") this.shutDown();
    this.store.patch({ connection });
  }

  /** This tab holds the seat no longer: nothing of the visit stays open in it. */
  private shutDown(): void {
    this.closeVisit();
    this.visit.forget("wiped");
    this.setState(withoutVisit(this.state));
    this.fresh = true;
  }

  /** Says that it will be done, then does it: a page that reloads says nothing more. */
  private remoteAsked({ command, what }: Remote): void {
    const act = () => this.remoteListeners.forEach((listener) => listener(what));
    this.link.request({ type: "remote_done", command }).then(act, act);
  }

  private receive(message: ServerMessage): void {
    const before = this.state;
    this.setState(reduce(before, message, this.browser.now()));
    switch (message.type) {
      case "ended":
        if (this.state.ended !== null && before.ended !== this.state.ended) this.visitOver(message);
        this.visit.told("ended");
        return;
      case "session":
        if (message.id !== this.state.entered) return;
        if (before.session !== null && before.session.leg !== this.state.session?.leg) this.written.clear();
        this.visit.told("session");
        if (!this.followed(message)) this.maybeOpenMedia();
        return;
      case "welcome":
        this.origins.told(message.others ?? []);
        return;
      case "remote":
        this.remoteAsked(message);
        return;
      case "place":
        if (message.session === this.state.entered) this.media.placed(message.place);
        return;
      case "presence":
        if (message.session === this.state.entered) this.visit.told("presence");
        return;
      case "seat":
        this.pruneLeft();
        this.visit.told("seat");
        this.farewell.say().catch(() => this.log("leave: not said yet"));
        this.confirmWiped();
        this.reenter();
        return;
      default:
    }
  }

  private lineDown(): void {
    this.visit.lineDown();
    this.media.lineDown();
  }

  /** The session is entered on the line that stands now, and whole. */
  private standing(first: boolean): void {
    this.log(`visit ${this.state.entered ?? ""}: ${first ? "entered" : "entered again"}`);
    this.agreeOnMutes(first);
    this.sealing.lineUp();
    this.media.lineUp();
    this.maybeOpenMedia();
  }

  /** After a reload the server knows better what was muted; after a lost line we do. */
  private agreeOnMutes(first: boolean): void {
    const { audioMuted, videoMuted } = this.media.self;
    const told = this.state.presence.find((one) => one.participant === this.state.participant);
    if (told === undefined || (told.audioMuted === audioMuted && told.videoMuted === videoMuted)) return;
    const agreed = first
      ? this.media.mute(told.audioMuted, told.videoMuted)
      : this.visit.perform({ type: "mute", audio: audioMuted, video: videoMuted });
    agreed.catch(() => this.log("mute: not agreed"));
  }

  /** A desk shows itself as soon as it is in; a booth only once the resident has begun. */
  private maybeOpenMedia(): void {
    const { session, plan } = this.state;
    if (!this.visit.isStanding || session === null || plan === null) return;
    const begun = session.state === "waiting" || session.state === "consultation";
    if (this.kind === "desk" || begun) this.media.open(plan).catch(() => this.log("media: not opened"));
  }

  private reenter(): void {
    const identity = this.seat.identity;
    if (identity === null || this.state.sessions === null) return;
    const session = sessionToEnter({ kind: this.kind, identity, state: this.state, fresh: this.fresh, left: this.left });
    this.fresh = false;
    if (session !== null) this.visit.enter(session).catch(() => this.log(`visit ${session}: not entered`));
  }

  private visitOver(ended: Ended): void {
    if (isBackFromGroup(ended)) {
      this.shutDown();
      this.reenter();
      return;
    }
    this.left.add(ended.session);
    this.media.close();
  }

  private followed(session: Session): boolean {
    const host = hostToEnter(this.kind, session, this.state.entered);
    if (host === null) return false;
    this.closeVisit();
    this.visit.enter(host).catch(() => this.log(`visit ${host}: not entered`));
    return true;
  }

  /** The session ended while we were away; whoever was in it sees its end, whoever was not does not see it at all. */
  private gone(session: string): void {
    this.left.add(session);
    this.media.close();
    this.setState(this.state.session?.id === session ? over(this.state, { session, reason: "abandoned" }) : withoutVisit(this.state));
  }

  private afterLeaving(session: string): void {
    this.visit.forget("moot");
    if (this.state.entered !== session) return;
    this.written.clear();
    this.setState(this.kind === "booth" ? over(this.state, { session, reason: "left" }) : withoutVisit(this.state));
  }

  /** Tells the server that nothing is left of sessions that are over, unless one still says goodbye here. */
  private confirmWiped(): void {
    for (const one of this.link.isUp ? wipedHere(this.state) : []) {
      this.link.request({ type: "wiped", session: one }).catch(() => this.log(`wiped ${one}: not said yet`));
    }
  }

  /** Ends what belongs to one visit on this machine. */
  private closeVisit(): void {
    this.media.close();
    this.written.clear();
  }

  private pruneLeft(): void {
    const listed = new Set(this.state.sessions?.map((one) => one.id));
    for (const session of this.left) {
      if (!listed.has(session)) this.left.delete(session);
    }
  }

  private async perform(intent: Intent): Promise<void> {
    this.mustBeHeld(intent.type);
    await this.visit.perform(intent);
  }

  /** A line that comes back by itself is worth waiting for; one that does not is not. */
  private mustBeHeld(what: string): void {
    const { connection } = this.getSnapshot();
    if (connection.state === "off" || connection.state === "failed") {
      throw new SessionError("offline", `${what}: this tab does not hold its seat`);
    }
  }

  private async offer(sdp: string, tracks: TrackOffer[]): Promise<Answered> {
    if (!this.visit.isStanding) throw new SessionError("offline", "offer: no session is entered on this line");
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
    const { sessions, calls, dayRev, entered, session, presence, waiting, armed, lobby, unwiped, ended } = state;
    this.store.patch({ sessions, calls, dayRev, entered, session, presence, waiting, armed, lobby, unwiped, ended });
    this.link.watch(state.entered !== null);
    this.sealing.told(sealingNews(state));
    this.media.told(state.participant, state.tracks, state.presence, isLetIn(state));
    this.written.address(state.participant, audienceOf(state));
  }
}
