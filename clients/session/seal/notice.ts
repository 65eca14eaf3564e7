// What pages tell each other of their keys, as text that the server passes on. Pure.

import { fromText, type Bytes } from "./bytes";
import { nonceSize } from "./code";
import { mostNumber } from "./sframe";
import { publicKey } from "./wrap";

/** What an able page says, whole. */
export interface Notice {
  readonly key: Bytes;
  /** Its key, and the same sealed for each who may have it, by participant. */
  readonly kid: number;
  readonly gifts: ReadonlyMap<string, string>;
  /** Its part in the code; null before it knows whose keys that is about. */
  readonly round: Round | null;
}

export interface Round {
  readonly roster: string;
  readonly commitment: string;
  /** The number it is bound to, once everybody is bound. */
  readonly nonce: Bytes | null;
}

/** What one participant has said: its notice, or that it cannot seal. */
export type Said = Notice | "unable";

/** What a page says that cannot seal. */
export const unableNotice = JSON.stringify({ v: 1, unable: true });

export function writeNotice(notice: Notice, text: (bytes: Bytes) => string): string {
  const { key, kid, gifts, round } = notice;
  const part = round === null ? {} : { of: round.roster, bound: round.commitment, ...(round.nonce === null ? {} : { number: text(round.nonce) }) };
  return JSON.stringify({ v: 1, key: text(key), kid, gifts: Object.fromEntries(gifts), ...part });
}

/** Reads what somebody has said. Whoever says something that cannot be understood cannot seal for us. */
export function readNotice(text: string): Said {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "unable";
  }
  if (typeof value !== "object" || value === null) return "unable";
  const { v, key, kid, gifts, of, bound, number } = value as Record<string, unknown>;
  const open = publicKey(key);
  if (v !== 1 || open === null || typeof kid !== "number" || !Number.isInteger(kid) || kid < 0 || kid > mostNumber) return "unable";
  return { key: open, kid, gifts: giftsOf(gifts), round: roundOf(of, bound, number) };
}

function giftsOf(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function roundOf(roster: unknown, bound: unknown, number: unknown): Round | null {
  if (typeof roster !== "string" || typeof bound !== "string") return null;
  return { roster, commitment: bound, nonce: fromText(number, nonceSize) };
}
