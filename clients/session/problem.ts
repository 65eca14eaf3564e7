import type { Cause } from "./booking";

/** What was wrong with one field of a request. */
export interface FieldProblem {
  /** Path of the field: "body.legs[0].service". */
  readonly location: string;
  readonly message: string;
}

interface ProblemFields {
  status: number;
  code: string;
  title: string;
  detail?: string;
  retryAfter?: number;
  fields?: readonly FieldProblem[];
  reasons?: readonly Cause[];
}

/** An HTTP call that was refused (RFC 9457 problem document) or did not get an answer. */
export class Problem extends Error {
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  /**
   * Last part of the problem's type: "slot-taken", "hold-expired", "too-many-tries" …; "http-503" where the server
   * gave none; without an answer "network", "timeout" or "aborted".
   */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Seconds the server asks to wait; null if it did not. */
  readonly retryAfter: number | null;
  readonly fields: readonly FieldProblem[];
  /** Why a time cannot be had, in the calendar's words. */
  readonly reasons: readonly Cause[];

  constructor(problem: ProblemFields, options?: ErrorOptions) {
    super(problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`, options);
    this.name = "Problem";
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail ?? "";
    this.retryAfter = problem.retryAfter ?? null;
    this.fields = problem.fields ?? [];
    this.reasons = problem.reasons ?? [];
  }
}

/** Reads a refusal, whatever its body is: proxies on the way answer in HTML. */
export async function problemOf(response: Response, what: string): Promise<Problem> {
  const body = await readObject(response);
  const type = text(body["type"]);
  const slug = type === undefined ? undefined : /([a-z0-9-]+)\/?$/.exec(type)?.[1];
  const problem: ProblemFields = {
    status: response.status,
    code: slug === undefined || type === "about:blank" ? `http-${response.status}` : slug,
    title: text(body["title"]) ?? `${what}: ${response.status}`,
    fields: fieldProblems(body["errors"]),
    reasons: causes(body["reasons"]),
  };
  const detail = text(body["detail"]);
  if (detail !== undefined) problem.detail = detail;
  const wait = retryAfterSeconds(response.headers.get("Retry-After"), response.headers.get("Date"));
  if (wait !== null) problem.retryAfter = wait;
  return new Problem(problem);
}

/** Seconds of a Retry-After header, which may be a number or a date; dates are measured against the answer's own. */
function retryAfterSeconds(header: string | null, date: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header);
  const until = Date.parse(header);
  const from = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(until) || Number.isNaN(from)) return null;
  return Math.max(0, (until - from) / 1000);
}

async function readObject(response: Response): Promise<Record<string, unknown>> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { location, message } = entry as Record<string, unknown>;
    return [{ location: text(location) ?? "", message: text(message) ?? "" }];
  });
}

function causes(value: unknown): Cause[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { code, text: ja, easy, en } = entry as Record<string, unknown>;
    if (typeof code !== "string" || typeof ja !== "string") return [];
    const cause: Cause = { code, text: ja };
    if (typeof easy === "string") cause.easy = easy;
    if (typeof en === "string") cause.en = en;
    return [cause];
  });
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
