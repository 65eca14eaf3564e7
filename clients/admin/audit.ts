// What an audit reader sees of the trail, as plain values: what is asked for, and what came.

/** The sorts of entries the server tells apart. */
export const kinds = ["access", "people", "booking", "visit", "line", "admin", "trail", "system", "other"] as const;
export type Kind = (typeof kinds)[number];

export const outcomes = ["success", "refused", "failed"] as const;
export type Outcome = (typeof outcomes)[number];

/** One entry. Times are RFC 3339 with offset. */
export interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly kind: Kind;
  readonly outcome: Outcome;
  readonly who: string;
  readonly role: string;
  readonly office: string;
  readonly booth: string;
  readonly visit: string;
  readonly session: string;
  readonly service: string;
  /** How long it lasted, in milliseconds; 0 where it had no length. */
  readonly tookMs: number;
  readonly clock: string;
  /** By how much the clock may have been off, in microseconds. */
  readonly clockErrorUs: number;
  readonly address: string;
  readonly account: string;
  readonly reason: string;
  readonly resident: string;
  readonly erased: boolean;
  readonly detail: Readonly<Record<string, string>>;
  readonly hash: string;
}

export interface Page {
  readonly entries: readonly Entry[];
  readonly more: boolean;
}

/** A verification or a review. */
export interface Step {
  readonly at: string;
  readonly by: string;
  readonly through: number;
  readonly whole: boolean;
  readonly remark: string;
}

export interface TrailState {
  readonly writing: boolean;
  readonly fault: string;
  /** Number and hash of the newest entry; "" for none. */
  readonly head: string;
  readonly headAt: string;
  readonly verified: Step | null;
  readonly reviews: readonly Step[];
}

/** What is asked for. From and until are what a field for date and time gives ("2026-11-25T10:00"), in the offices' zone. */
export interface Wish {
  readonly from: string;
  readonly until: string;
  readonly who: string;
  readonly visit: string;
  readonly office: string;
  readonly kind: string;
  readonly outcome: string;
}

export const everything: Wish = { from: "", until: "", who: "", visit: "", office: "", kind: "", outcome: "" };

/** The wish as parameters of the API; what is empty is left out. */
export function parameters(wish: Wish): [string, string][] {
  const at = (local: string) => (local === "" ? "" : `${local.length === 16 ? `${local}:00` : local}+09:00`);
  const all: [string, string][] = [
    ["from", at(wish.from)],
    ["until", at(wish.until)],
    ["who", wish.who.trim()],
    ["visit", wish.visit.trim()],
    ["office", wish.office],
    ["kind", wish.kind],
    ["outcome", wish.outcome],
  ];
  return all.filter(([, value]) => value !== "");
}

type Raw = Readonly<Record<string, unknown>>;

const raw = (value: unknown): Raw => (typeof value === "object" && value !== null ? (value as Raw) : {});
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function oneOf<T extends string>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}

/** Reads a page of entries; what is missing is empty. */
export function readPage(answer: unknown): Page {
  const page = raw(answer);
  return { entries: list(page["entries"]).map(readEntry), more: page["more"] === true };
}

function readEntry(one: unknown): Entry {
  const e = raw(one);
  const word = (name: string) => text(e[name]);
  const detail = Object.entries(raw(e["detail"])).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return {
    seq: number(e["seq"]),
    at: word("at"),
    action: word("action"),
    kind: oneOf(kinds, e["kind"], "other"),
    outcome: oneOf(outcomes, e["outcome"], "failed"),
    who: word("who"),
    role: word("role"),
    office: word("office"),
    booth: word("booth"),
    visit: word("visit"),
    session: word("session"),
    service: word("service"),
    tookMs: number(e["tookMs"]),
    clock: word("clock"),
    clockErrorUs: number(e["clockErrorUs"]),
    address: word("address"),
    account: word("account"),
    reason: word("reason"),
    resident: word("resident"),
    erased: e["erased"] === true,
    detail: Object.fromEntries(detail),
    hash: word("hash"),
  };
}

/** Reads how the trail stands. */
export function readState(answer: unknown): TrailState {
  const s = raw(answer);
  return {
    writing: s["writing"] === true,
    fault: text(s["fault"]),
    head: text(s["head"]),
    headAt: text(s["headAt"]),
    verified: s["verified"] === undefined || s["verified"] === null ? null : readStep(s["verified"]),
    reviews: list(s["reviews"]).map(readStep),
  };
}

function readStep(one: unknown): Step {
  const s = raw(one);
  return { at: text(s["at"]), by: text(s["by"]), through: number(s["through"]), whole: s["whole"] === true, remark: text(s["remark"]) };
}

/** The number of the newest entry. */
export function headNumber(state: TrailState): number {
  const [seq] = state.head.split(":");
  return Number(seq === undefined || seq === "" ? 0 : seq);
}

/** What there is to tell of an entry, name by name, without what is empty. */
export function facts(e: Entry): [name: FactName, value: string][] {
  const all: [FactName, string][] = [
    ["seq", String(e.seq)],
    ["at", e.at],
    ["action", e.action],
    ["who", e.who],
    ["role", e.role],
    ["address", e.address],
    ["account", e.account],
    ["office", e.office],
    ["booth", e.booth],
    ["visit", e.visit],
    ["session", e.session],
    ["service", e.service],
    ["resident", e.resident],
    ["took", e.tookMs === 0 ? "" : `${(e.tookMs / 1000).toFixed(1)} s`],
    ["reason", e.reason],
    ["detail", Object.entries(e.detail).map(([name, value]) => `${name}: ${value}`).join(" · ")],
    ["clock", [e.clock, e.clockErrorUs === 0 ? "" : `± ${(e.clockErrorUs / 1000).toFixed(1)} ms`].filter((part) => part !== "").join(" ")],
    ["hash", e.hash],
  ];
  return all.filter(([, value]) => value !== "");
}

export type FactName =
  | "seq" | "at" | "action" | "who" | "role" | "address" | "account" | "office" | "booth" | "visit" | "session" | "service" | "resident"
  | "took" | "reason" | "detail" | "clock" | "hash";
