// What people read when something was refused: one sentence that says what happened and what to do. Codes are for
// machines and stable; every code that a person at work can meet has words of its own, the rest one honest sentence.

import { Problem, SessionError } from "../../session";

/** A refusal as words: a key of the wording and, where the server wrote a sentence for people, that sentence. */
export interface Trouble {
  readonly code: string;
  readonly key: TroubleKey;
}

const known = {
  "network": "trouble.network",
  "timeout": "trouble.network",
  "offline": "trouble.network",
  "unavailable": "trouble.unavailable",
  "outcome-unknown": "trouble.outcomeUnknown",
  "http-502": "trouble.unavailable",
  "http-503": "trouble.unavailable",
  "http-504": "trouble.unavailable",
  "slot-taken": "trouble.slotTaken",
  "conflict": "trouble.slotTaken",
  "hold-expired": "trouble.holdExpired",
  "hold-lost": "trouble.holdExpired",
  "past-time": "trouble.pastTime",
  "stale-rules": "trouble.staleRules",
  "closed-time": "trouble.closedTime",
  "resident-busy": "trouble.residentBusy",
  "already-confirmed": "trouble.alreadyConfirmed",
  "wrong-state": "trouble.notNow",
  "changed": "trouble.changed",
  "in-the-way": "trouble.inTheWay",
  "too-early": "trouble.tooEarly",
  "unattended": "trouble.unattended",
  "too-many": "trouble.tooMany",
  "rules-unreadable": "trouble.unavailable",
  "unknown-pool": "trouble.unknownService",
  "idempotency-key-required": "trouble.other",
  "not-today": "trouble.notToday",
  "resident-required": "trouble.residentRequired",
  "not-anonymous": "trouble.residentRequired",
  "legs": "trouble.unknownService",
  "unknown-service": "trouble.unknownService",
  "unknown-desk": "trouble.unknownService",
  "unknown-booth": "trouble.unknownService",
  "unknown-office": "trouble.notFound",
  "invalid": "trouble.invalid",
  "http-400": "trouble.invalid",
  "http-422": "trouble.invalid",
  "idempotency-mismatch": "trouble.notNow",
  "not-found": "trouble.notFound",
  "http-404": "trouble.notFound",
  "unknown-appointment": "trouble.notFound",
  "unknown-reception": "trouble.reception",
  "not-yours": "trouble.notYours",
  "http-401": "trouble.signedOut",
  "not-signed-in": "trouble.signedOut",
  "http-403": "trouble.notYours",
  "forbidden": "trouble.notYours",
  "too-many-tries": "trouble.tooMany",
  "http-429": "trouble.tooMany",
  "too_fast": "trouble.tooMany",
  "not_now": "trouble.notNow",
  "not-now": "trouble.notNow",
  "moot": "trouble.notNow",
  "unknown_session": "trouble.over",
  "wrong_session": "trouble.over",
  "unknown_participant": "trouble.gone",
  "unknown_call": "trouble.answered",
  "talk-length": "trouble.talkLength",
  "talk-full": "trouble.talkFull",
} as const;

/** Keys of the wording a refusal can have. */
export type TroubleKey = (typeof known)[keyof typeof known] | "trouble.other";

/** The machine's name of whatever was thrown. */
export function codeOf(error: unknown): string {
  return error instanceof Problem || error instanceof SessionError ? error.code : "unexpected";
}

/** Words for whatever was thrown. */
export function troubleOf(error: unknown): Trouble {
  return troubleOfCode(codeOf(error));
}

/** Words for a code. */
export function troubleOfCode(code: string): Trouble {
  return { code, key: Object.hasOwn(known, code) ? known[code as keyof typeof known] : "trouble.other" };
}

/** Whether somebody only took back what was asked for: nothing to show. */
export function isQuiet(error: unknown): boolean {
  const code = codeOf(error);
  return code === "aborted" || code === "wiped";
}
