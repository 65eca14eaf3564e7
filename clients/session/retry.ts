import { Close, comeBack, type Away } from "./protocol";
import type { Problem } from "./problem";
import type { FailedReason } from "./types";

/** What to do after a socket has closed. */
export type Comeback =
  /** Open another after this many milliseconds. */
  | { kind: "again"; wait: number; why: Away }
  /** Fetch a new seat token, then open another. */
  | { kind: "renew"; wait: number }
  /** Somebody has to act. */
  | { kind: "stay-away"; reason: FailedReason };

/** First wait, its growth and its end, in milliseconds. The end keeps 24,000 booths back within a minute of an outage. */
const firstWait = 250;
const longestWait = 10_000;

/** A server that goes away on purpose has another node ready: come back within this, spread so that all do not at once. */
const restartSpread = 1_000;

/**
 * When to come back after a socket closed with `code`. `attempt` counts from 1 the tries since the line last stood
 * (1: it stood until now); `jitter` is 0 ≤ x < 1 and spreads clients over the second half of the wait.
 */
export function comeback(code: number, attempt: number, jitter: number): Comeback {
  if (!comeBack(code)) return { kind: "stay-away", reason: stayAwayReason(code) };
  const wait = attempt <= 1 && code === Close.Restart ? Math.round(restartSpread * jitter) : backOff(attempt, jitter);
  if (code === Close.Expired) return { kind: "renew", wait: attempt <= 1 ? 0 : wait };
  const why: Away = code === Close.Restart || code === Close.Internal ? "server" : "network";
  return { kind: "again", wait, why };
}

/** Exponential wait with jitter: attempt 1 up to 250 ms, then doubling, at most 10 s; never less than half of it. */
export function backOff(attempt: number, jitter: number): number {
  const full = Math.min(longestWait, firstWait * 2 ** (Math.max(1, attempt) - 1));
  return Math.round(full / 2 + (full / 2) * jitter);
}

function stayAwayReason(code: number): FailedReason {
  switch (code) {
    case Close.BadToken:
    case Close.Revoked:
      return "signed-out";
    case Close.Replaced:
      return "replaced";
    case Close.Forbidden:
      return "forbidden";
    default:
      return "protocol";
  }
}

/** Longest Retry-After that is waited for in silence, seconds; with a longer one the person is told instead. */
const patience = 5;

/** How long to wait before repeating an HTTP call, milliseconds; null if repeating it is of no use. */
export function httpPause(problem: Problem, attempt: number, jitter: number): number | null {
  const passing = problem.code === "network" || problem.code === "timeout" || [429, 502, 503, 504].includes(problem.status);
  // People are told at once: it may take long, and meanwhile nobody may say that it is done.
  if (!passing || problem.code === "outcome-unknown") return null;
  if (problem.retryAfter === null) return problem.status === 429 ? null : backOff(attempt, jitter);
  return problem.retryAfter <= patience ? problem.retryAfter * 1000 + Math.round(250 * jitter) : null;
}
