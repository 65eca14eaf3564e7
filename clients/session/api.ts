import type {
  Appointment,
  AppointmentList,
  AppointmentQuery,
  Block,
  BlockRequest,
  CheckIn,
  DayList,
  Delay,
  FoundOffice,
  Hold,
  HoldRequest,
  LegRequest,
  Lend,
  MoveRequest,
  Office,
  OfficeName,
  Resident,
  RoomToken,
  Series,
  SeriesRequest,
  SettleRequest,
  Service,
  TimeList,
  VisitWish,
  Waiter,
  WaitRequest,
  WalkIn,
  Why,
  WhyRequest,
} from "./booking";
import type { ColleaguePool, GuestPass, GuestRole, Invitation } from "./invitation";
import type { DeliveryLine, LetterUse, OfferList, OneTimeCode, Paper, SessionList, Suspension } from "./oversight";
import type { Browser } from "./browser";
import type { PublicKey } from "./keyring";
import { Problem, problemOf } from "./problem";
import { httpPause } from "./retry";
import type { SeatIdentity } from "./types";

/** How long one try may take, and how many tries a call that may be repeated gets. Times in milliseconds. */
const tryTimeout = 10_000;
const tries = 3;

/** Where the seat's token comes from. */
export interface Credentials {
  /** The present token; null if nobody is signed in. */
  token(): string | null;
  /** Fetches another token because this one was refused; false if there is none to be had. */
  renew(refused: string): Promise<boolean>;
  /** Where to ask, as "https://host"; the page's own origin if not given. */
  origin?(): string;
}

/** One call. */
interface Call {
  method: "GET" | "POST" | "DELETE";
  path: string;
  body?: unknown;
  /** Sent as Idempotency-Key, the same with every try. */
  key?: string;
  /** False where a second try could do a second thing. */
  repeatable?: boolean;
  /** "none" for what needs no seat; a string to send another token than the seat's. */
  bearer?: "seat" | "none" | { token: string };
  signal?: AbortSignal;
}

/**
 * The HTTP API as the apps use it. Calls reject with Problem, also for "network" and "timeout". Calls that may be
 * repeated are: three tries, over fetches that failed and answers 429, 502, 503 and 504, honouring Retry-After up to
 * five seconds. A token that has expired is renewed once on the way.
 */
export interface Api {
  signIn(request: { seat: string; code?: string; key?: PublicKey }, bearer?: string): Promise<SeatIdentity & { token: string }>;
  readonly login: LoginApi;
  me(): Promise<SeatIdentity>;
  offices(signal?: AbortSignal): Promise<OfficeName[]>;
  office(office: string, signal?: AbortSignal): Promise<Office>;
  /** `moving` names an appointment whose own present time and resident are no hindrance. */
  days(office: string, query: { legs: LegRequest[]; from: string; days: number; moving?: string }, signal?: AbortSignal): Promise<DayList>;
  times(office: string, query: { legs: LegRequest[]; date: string; moving?: string }, signal?: AbortSignal): Promise<TimeList>;
  /** Holds a time. Give the same `key` again to ask whether an earlier, unanswered call has succeeded. */
  hold(request: HoldRequest, key?: string): Promise<Hold>;
  confirm(hold: string, request: { resident?: Resident; anonymous?: boolean }): Promise<Appointment>;
  /** Gives a hold back. */
  release(hold: string): Promise<void>;
  appointments(query?: AppointmentQuery, signal?: AbortSignal): Promise<AppointmentList>;
  appointment(id: string, signal?: AbortSignal): Promise<Appointment>;
  cancel(id: string): Promise<Appointment>;
  /** Gives an appointment another time or place, all legs or nothing; the old one stands until the new one does. */
  move(id: string, request: MoveRequest, key?: string): Promise<Appointment>;
  /** Decides what becomes of a disputed appointment. */
  settle(id: string, request: SettleRequest, key?: string): Promise<Appointment>;
  /** Gives a later leg back that is not needed; legs count from 0, and the first cannot be freed. */
  freeLeg(id: string, leg: number): Promise<Appointment>;
  /** The booth of a visit that is over is clean: free from now on. */
  cleaned(id: string): Promise<Appointment>;
  /** The resident did not come. Refused as `too-early`, `unattended` or `wrong-state`. */
  noShow(id: string): Promise<Appointment>;
  /** A desk runs late by this many minutes, 1 to 180. For the desk, its reception and administrators. */
  delay(desk: string, minutes: number, key?: string): Promise<Delay>;
  /** What a delay would do; nothing changes. */
  delayPreview(desk: string, minutes: number, signal?: AbortSignal): Promise<Delay>;
  /** Notes or takes back something prepared for a visit. For desks and receptions. */
  mark(id: string, mark: string, on: boolean): Promise<Appointment>;
  /** Who waits at an office, in the order of turns. */
  waitlist(office: string, signal?: AbortSignal): Promise<Waiter[]>;
  wait(request: WaitRequest, key?: string): Promise<Waiter>;
  /** Makes the time offered an appointment. */
  acceptOffer(waiter: string): Promise<Appointment>;
  /** Passes the time offered on to the next; the resident goes on waiting for others. */
  declineOffer(waiter: string): Promise<Waiter>;
  leaveWaitlist(waiter: string): Promise<void>;
  /** Takes somebody who has come without an appointment. */
  walkIn(request: VisitWish, key?: string): Promise<WalkIn>;
  /** Holds the same visit again and again. */
  series(request: SeriesRequest, key?: string): Promise<Series>;
  /** Makes these holds of a row appointments and gives those under `release` back. */
  confirmSeries(series: string, request: { holds: string[]; release?: string[] }): Promise<Appointment[]>;
  block(request: BlockRequest, key?: string): Promise<Block>;
  /** The blocks in force and to come that this seat may lift. */
  blocks(area: string, signal?: AbortSignal): Promise<Block[]>;
  unblock(block: string): Promise<Block>;
  /** Lends a desk to another area for a window of time, at most 31 days. */
  lend(request: { desk: string; area: string; start: string; end: string }, key?: string): Promise<Lend>;
  giveBack(lend: string): Promise<void>;
  /** Why a visit cannot start then, and what could be instead. */
  why(office: string, request: WhyRequest, signal?: AbortSignal): Promise<Why>;
  /** Free starts at every office of the area, nearest first. */
  nearby(
    office: string,
    query: { legs: LegRequest[]; from?: string; days?: number; starts?: number },
    signal?: AbortSignal,
  ): Promise<{ rules: number; offices: FoundOffice[] }>;
  /** The services of the catalogue, in three languages. */
  services(signal?: AbortSignal): Promise<{ rules: number; services: Service[] }>;
  /** The QR code of the reception number, as SVG text. */
  qr(id: string, signal?: AbortSignal): Promise<string>;
  /** Opens the session of an appointment; doing it twice gives the same session. */
  checkIn(who: { appointment: string } | { reception: string }): Promise<CheckIn>;
  roomToken(session: string): Promise<RoomToken>;
  /** The pools of the own area and their desks; for desks. */
  colleagues(signal?: AbortSignal): Promise<ColleaguePool[]>;
  /** Makes a link for a guest of a session; for the desk that has entered it. */
  invite(session: string, guest: { role: GuestRole; name: string }): Promise<Invitation>;
  /** A text as QR code, as SVG text. */
  drawQr(text: string): Promise<string>;
  /** Exchanges a guest's code, once; needs no seat. */
  redeem(code: string): Promise<GuestPass>;
  sessions(signal?: AbortSignal): Promise<SessionList>;
  /** What happened to the visits of a number called, or of a reception number, on a day of an office. For administrators. */
  timelines(office: string, day: string, number: string, signal?: AbortSignal): Promise<unknown>;
  /** Has a booth load its page again or put its volume back; resolves when the booth has said so. */
  remote(booth: string, what: "reload" | "volume"): Promise<void>;
  /** Which office gives which service on what ground. For administrators. */
  offers(signal?: AbortSignal): Promise<OfferList>;
  /** Takes a service out of what is offered, at once. For administrators. */
  suspend(what: { office?: string; service: string; pool?: string; reason: string }): Promise<Suspension>;
  resume(suspension: string, reason: string): Promise<void>;
  /** A paper of an office's facility for online medical care, as PDF. For administrators. */
  paper(office: string, paper: Paper): Promise<Blob>;
  /** Entries of the audit trail, the newest first; before asks for older ones. For those who may read it, as the next. */
  audit(filter: [string, string][], before?: number, signal?: AbortSignal): Promise<unknown>;
  /** How the trail stands, and who has reviewed it. */
  auditState(signal?: AbortSignal): Promise<unknown>;
  /** Verifies all of it. */
  auditVerify(): Promise<{ whole: boolean; faults: string[]; entries: number }>;
  /** Says that it has been reviewed up to an entry. */
  auditReview(through: number, remark: string): Promise<void>;
  /** FHIR AuditEvents or a table. */
  auditExport(format: "fhir" | "csv", filter: [string, string][]): Promise<Blob>;
  /** How the receivers of notices stand. For administrators. */
  deliveries(signal?: AbortSignal): Promise<DeliveryLine[]>;
  /** Makes the one-time code of a seat; the one before is worth nothing then. For administrators, as the next three. */
  enrolment(seat: string): Promise<OneTimeCode>;
  /** Makes the code of a sealed letter, which opens a person's seat when nothing else does. */
  letter(seat: string): Promise<OneTimeCode>;
  /** Signs a seat out, everywhere and at once; `passkeys` forgets those too. */
  revokeSeat(seat: string, passkeys: boolean): Promise<void>;
  /** When sealed letters were opened, the newest first. */
  letterUses(signal?: AbortSignal): Promise<LetterUse[]>;
  /** Sends something again that was given up. For administrators. */
  deliverAgain(channel: string, id: string): Promise<void>;
}

/** Makes the client of the HTTP API. */
export function createApi(browser: Browser, credentials: Credentials): Api {
  const send = sender(browser, credentials);
  const json = async <T>(call: Call): Promise<T> => (await (await send(call)).json()) as T;
  return {
    signIn: (request, bearer) =>
      json({
        method: "POST",
        path: "/v1/sign-in",
        body: request,
        bearer: bearer === undefined ? "none" : { token: bearer },
        repeatable: request.code === undefined,
      }),
    login: loginOf(json, send),
    ...seatKeeping(json, send),
    me: () => json({ method: "GET", path: "/v1/me" }),
    offices: async (signal) =>
      (await json<{ offices: OfficeName[] }>({ method: "GET", path: "/v1/offices", bearer: "none", ...given({ signal }) })).offices,
    office: (office, signal) => json({ method: "GET", path: `/v1/offices/${part(office)}`, bearer: "none", ...given({ signal }) }),
    days: (office, { legs, from, days, moving }, signal) =>
      json({
        method: "GET",
        path: `/v1/offices/${part(office)}/days${query([...legQuery(legs), ["from", from], ["days", String(days)], ["moving", moving]])}`,
        ...given({ signal }),
      }),
    times: (office, { legs, date, moving }, signal) =>
      json({
        method: "GET",
        path: `/v1/offices/${part(office)}/times${query([...legQuery(legs), ["date", date], ["moving", moving]])}`,
        ...given({ signal }),
      }),
    hold: (request, key) => json({ method: "POST", path: "/v1/holds", body: request, key: key ?? browser.uuid() }),
    confirm: (hold, request) =>
      json({ method: "POST", path: `/v1/holds/${part(hold)}/confirm`, body: request, key: browser.uuid() }),
    release: async (hold) => {
      await send({ method: "DELETE", path: `/v1/holds/${part(hold)}` });
    },
    appointments: (wanted = {}, signal) =>
      json({ method: "GET", path: `/v1/appointments${query(Object.entries(wanted))}`, ...given({ signal }) }),
    appointment: (id, signal) => json({ method: "GET", path: `/v1/appointments/${part(id)}`, ...given({ signal }) }),
    cancel: (id) => json({ method: "POST", path: `/v1/appointments/${part(id)}/cancel`, key: browser.uuid() }),
    ...changes(browser, json),
    ...waiting(browser, json, send),
    ...blocking(browser, json, send),
    why: (office, request, signal) =>
      json({ method: "POST", path: `/v1/offices/${part(office)}/why`, body: request, ...given({ signal }) }),
    nearby: (office, { legs, from, days, starts }, signal) =>
      json({
        method: "GET",
        path: `/v1/offices/${part(office)}/nearby${query([
          ...legQuery(legs),
          ["from", from],
          ["days", days?.toString()],
          ["starts", starts?.toString()],
        ])}`,
        ...given({ signal }),
      }),
    services: (signal) => json({ method: "GET", path: "/v1/services", bearer: "none", ...given({ signal }) }),
    qr: async (id, signal) =>
      (await send({ method: "GET", path: `/v1/appointments/${part(id)}/qr`, ...given({ signal }) })).text(),
    // Not repeated for a reception number: a try that was counted but not answered would count twice.
    checkIn: (who) => json({ method: "POST", path: "/v1/check-ins", body: who, repeatable: "appointment" in who }),
    roomToken: (session) => json({ method: "POST", path: `/v1/sessions/${part(session)}/token` }),
    colleagues: async (signal) =>
      (await json<{ pools: ColleaguePool[] }>({ method: "GET", path: "/v1/colleagues", ...given({ signal }) })).pools,
    // Neither is repeated: a second try would make a second link, or find the code spent.
    invite: (session, guest) =>
      json({ method: "POST", path: `/v1/sessions/${part(session)}/invitations`, body: guest, repeatable: false }),
    redeem: (code) => json({ method: "POST", path: "/v1/invitations/redeem", body: { code }, bearer: "none", repeatable: false }),
    paper: async (office, paper) => (await send({ method: "GET", path: `/v1/offices/${part(office)}/facility/${paper}.pdf` })).blob(),
    audit: (filter, before, signal) =>
      json({ method: "GET", path: `/v1/audit${query([...filter, ["before", before === undefined ? undefined : String(before)]])}`, ...given({ signal }) }),
    auditState: (signal) => json({ method: "GET", path: "/v1/audit/state", ...given({ signal }) }),
    auditVerify: () => json({ method: "POST", path: "/v1/audit/verify", repeatable: false }),
    auditReview: async (through, remark) => {
      await send({ method: "POST", path: "/v1/audit/reviews", body: { through, ...(remark === "" ? {} : { remark }) }, repeatable: false });
    },
    auditExport: async (format, filter) => (await send({ method: "GET", path: `/v1/audit/export${query([["format", format], ...filter])}` })).blob(),
    drawQr: async (text) => (await send({ method: "POST", path: "/v1/qr", body: { text } })).text(),
    sessions: (signal) => json({ method: "GET", path: "/v1/sessions", ...given({ signal }) }),
    timelines: (office, day, number, signal) =>
      json({ method: "GET", path: `/v1/offices/${part(office)}/timelines${query([["day", day], ["number", number]])}`, ...given({ signal }) }),
    remote: async (booth, what) => {
      await send({ method: "POST", path: `/v1/booths/${part(booth)}/remote`, body: { what }, repeatable: false });
    },
    offers: (signal) => json({ method: "GET", path: "/v1/offers", ...given({ signal }) }),
    suspend: (what) => json({ method: "POST", path: "/v1/suspensions", body: what }),
    // Not repeated: the second try of one that has succeeded would find nothing to resume.
    resume: async (suspension, reason) => {
      await send({ method: "POST", path: `/v1/suspensions/${part(suspension)}/resume`, body: { reason }, repeatable: false });
    },
    deliveries: async (signal) => (await json<{ channels: DeliveryLine[] }>({ method: "GET", path: "/v1/deliveries", ...given({ signal }) })).channels,
    deliverAgain: async (channel, id) => {
      await send({ method: "POST", path: `/v1/deliveries/${part(channel)}/${part(id)}/again`, repeatable: false });
    },
  };
}

type Json = <T>(call: Call) => Promise<T>;
type Send = (call: Call) => Promise<Response>;

/** How one signs in here. */
export interface SignInWays {
  readonly open: boolean;
  readonly code: boolean;
  readonly passkey: boolean;
  readonly provider?: string;
}

/** A passkey ceremony that has begun. */
export interface Ceremony {
  readonly ceremony: string;
  readonly options: unknown;
}

export interface LoginApi {
  ways(): Promise<SignInWays>;
  challenge(): Promise<string>;
  renew(request: { signIn: string; challenge: string; signature: string }): Promise<SeatIdentity & { token: string }>;
  passkeyBegin(request: { seat: string; code: string }): Promise<Ceremony>;
  passkeyRegister(request: { ceremony: string; credential: unknown; key: PublicKey }): Promise<SeatIdentity & { token: string }>;
  passkeyAsk(): Promise<Ceremony>;
  passkeySignIn(request: { ceremony: string; credential: unknown; key: PublicKey }): Promise<SeatIdentity & { token: string }>;
  /** After coming back from the provider: a cookie that scripts cannot read says who it was. */
  provider(key: PublicKey): Promise<SeatIdentity & { token: string }>;
  signOut(): Promise<void>;
  /** A sealed letter: for an hour, once, and not without being seen. */
  breakGlass(request: { seat: string; code: string; reason: string }): Promise<SeatIdentity & { token: string }>;
}

/** Signing in. Nothing of it is repeated but the questions: whatever is good once would be spent. */
function loginOf(json: Json, send: Send): LoginApi {
  const post = (path: string, body: unknown): Call => ({ method: "POST", path, body, bearer: "none", repeatable: false });
  return {
    ways: () => json({ method: "GET", path: "/v1/sign-in/ways", bearer: "none" }),
    challenge: async () => (await json<{ challenge: string }>({ method: "POST", path: "/v1/challenges", bearer: "none" })).challenge,
    renew: (request) => json(post("/v1/sign-in/renew", request)),
    passkeyBegin: (request) => json(post("/v1/passkeys/begin", request)),
    passkeyRegister: (request) => json(post("/v1/passkeys", request)),
    passkeyAsk: () => json({ method: "POST", path: "/v1/passkeys/ask", bearer: "none" }),
    passkeySignIn: (request) => json(post("/v1/passkeys/sign-in", request)),
    provider: (key) => json(post("/v1/oidc/sign-in", { key })),
    signOut: async () => {
      await send({ method: "POST", path: "/v1/sign-out", repeatable: false });
    },
    breakGlass: (request) => json(post("/v1/break-glass", request)),
  };
}

/** What administrators do to seats. */
function seatKeeping(json: Json, send: Send): Pick<Api, "enrolment" | "letter" | "revokeSeat" | "letterUses"> {
  const of = (seat: string, what: string): Call => ({ method: "POST", path: `/v1/seats/${part(seat)}/${what}`, repeatable: false });
  return {
    enrolment: (seat) => json(of(seat, "enrolment")),
    letter: (seat) => json(of(seat, "letter")),
    revokeSeat: async (seat, passkeys) => {
      await send({ ...of(seat, "revocation"), body: { passkeys }, repeatable: true });
    },
    letterUses: async (signal) => (await json<{ uses: LetterUse[] }>({ method: "GET", path: "/v1/break-glass", ...given({ signal }) })).uses,
  };
}

/** What is done to appointments there are. */
function changes(browser: Browser, json: Json): Pick<Api, "move" | "settle" | "freeLeg" | "cleaned" | "noShow" | "delay" | "delayPreview" | "mark"> {
  const of = (id: string, what: string): Call => ({ method: "POST", path: `/v1/appointments/${part(id)}/${what}` });
  return {
    move: (id, request, key) => json({ ...of(id, "move"), body: request, key: key ?? browser.uuid() }),
    settle: (id, request, key) => json({ ...of(id, "settle"), body: request, key: key ?? browser.uuid() }),
    freeLeg: (id, leg) => json(of(id, `legs/${leg}/free`)),
    cleaned: (id) => json(of(id, "cleaned")),
    noShow: (id) => json(of(id, "noshow")),
    delay: (desk, minutes, key) =>
      json({ method: "POST", path: `/v1/desks/${part(desk)}/delay`, body: { minutes }, key: key ?? browser.uuid() }),
    delayPreview: (desk, minutes, signal) =>
      json({ method: "GET", path: `/v1/desks/${part(desk)}/delay${query([["minutes", String(minutes)]])}`, ...given({ signal }) }),
    mark: (id, mark, on) => json({ ...of(id, "marks"), body: { mark, on } }),
  };
}

/** Those who wait, who walk in and who come again and again. */
function waiting(
  browser: Browser,
  json: Json,
  send: Send,
): Pick<Api, "waitlist" | "wait" | "acceptOffer" | "declineOffer" | "leaveWaitlist" | "walkIn" | "series" | "confirmSeries"> {
  const post = (path: string, body: unknown, key?: string): Call => ({ method: "POST", path, body, key: key ?? browser.uuid() });
  const of = (waiter: string, what: string): Call => ({ method: "POST", path: `/v1/waitlist/${part(waiter)}${what}` });
  return {
    waitlist: async (office, signal) =>
      (await json<{ waiting: Waiter[] }>({ method: "GET", path: `/v1/waitlist${query([["office", office]])}`, ...given({ signal }) })).waiting,
    wait: (request, key) => json(post("/v1/waitlist", request, key)),
    acceptOffer: (waiter) => json(of(waiter, "/accept")),
    // Not repeated: the second try of one that has succeeded would find no offer.
    declineOffer: (waiter) => json({ ...of(waiter, "/decline"), repeatable: false }),
    leaveWaitlist: async (waiter) => {
      await send({ ...of(waiter, ""), method: "DELETE" });
    },
    walkIn: (request, key) => json(post("/v1/walk-ins", request, key)),
    series: (request, key) => json(post("/v1/series", request, key)),
    confirmSeries: async (series, request) =>
      (await json<{ appointments: Appointment[] }>({ method: "POST", path: `/v1/series/${part(series)}/confirm`, body: request })).appointments,
  };
}

/** What keeps places and desks from being booked. */
function blocking(browser: Browser, json: Json, send: Send): Pick<Api, "block" | "blocks" | "unblock" | "lend" | "giveBack"> {
  return {
    block: (request, key) => json({ method: "POST", path: "/v1/blocks", body: request, key: key ?? browser.uuid() }),
    blocks: async (area, signal) =>
      (await json<{ blocks: Block[] }>({ method: "GET", path: `/v1/blocks${query([["area", area]])}`, ...given({ signal }) })).blocks,
    unblock: (block) => json({ method: "DELETE", path: `/v1/blocks/${part(block)}` }),
    lend: (request, key) => json({ method: "POST", path: "/v1/lends", body: request, key: key ?? browser.uuid() }),
    giveBack: async (lend) => {
      await send({ method: "DELETE", path: `/v1/lends/${part(lend)}` });
    },
  };
}

/** Repeats what may be repeated, and renews the token once. */
function sender(browser: Browser, credentials: Credentials): (call: Call) => Promise<Response> {
  return async (call) => {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const token = tokenFor(call, credentials);
      try {
        return await once(browser, call, token, credentials.origin?.() ?? browser.origin);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.status === 401 && token !== null && usesSeat(call) && !renewed) {
          renewed = true;
          if (await credentials.renew(token)) continue;
        }
        const pause = call.repeatable === false || attempt >= tries ? null : httpPause(error, attempt, browser.random());
        if (pause === null || call.signal?.aborted === true) throw error;
        await new Promise<void>((resolve) => void browser.after(pause, resolve));
      }
    }
  };
}

async function once(browser: Browser, call: Call, token: string | null, origin: string): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json, image/svg+xml" };
  if (token !== null) headers["Authorization"] = `Bearer ${token}`;
  if (call.key !== undefined) headers["Idempotency-Key"] = call.key;
  const init: RequestInit = { method: call.method, headers, cache: "no-store", credentials: "same-origin" };
  if (call.body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(call.body);
  }
  const response = await fetchInTime(browser, origin, call, init);
  if (!response.ok) throw await problemOf(response, `${call.method} ${call.path}`);
  return response;
}

async function fetchInTime(browser: Browser, origin: string, call: Call, init: RequestInit): Promise<Response> {
  const abort = new AbortController();
  let late = false;
  const stop = browser.after(tryTimeout, () => {
    late = true;
    abort.abort();
  });
  const passOn = (): void => abort.abort();
  call.signal?.addEventListener("abort", passOn);
  try {
    if (call.signal?.aborted === true) abort.abort();
    return await browser.fetch(origin + call.path, { ...init, signal: abort.signal });
  } catch (cause) {
    const code = late ? "timeout" : call.signal?.aborted === true ? "aborted" : "network";
    throw new Problem({ status: 0, code, title: `${call.method} ${call.path}: ${code}` }, { cause });
  } finally {
    stop();
    call.signal?.removeEventListener("abort", passOn);
  }
}

function usesSeat(call: Call): boolean {
  return call.bearer === undefined || call.bearer === "seat";
}

function tokenFor(call: Call, credentials: Credentials): string | null {
  if (call.bearer === "none") return null;
  return typeof call.bearer === "object" ? call.bearer.token : credentials.token();
}

function legQuery(legs: LegRequest[]): [string, string][] {
  return legs.map(({ service, pool, desk, first }) => [
    "leg",
    `${service}${pool === "" ? "" : `@${pool}`}${desk === undefined || desk === "" ? "" : `/${desk}`}${first === true ? ";first" : ""}`,
  ]);
}

function query(pairs: [string, string | undefined][]): string {
  const search = new URLSearchParams(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
  return search.size === 0 ? "" : `?${search.toString()}`;
}

function part(id: string): string {
  return encodeURIComponent(id);
}

/** Leaves out what was not given, for exactOptionalPropertyTypes. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
