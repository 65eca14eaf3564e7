// What a page says to the worker that seals and opens its frames, and what the worker says back.

import type { Wrapped } from "./gifts";
import type { Fault } from "./opener";
import type { FrameKey } from "./sframe";

/** A line of the page: given with its transform. */
export interface LineOptions {
  readonly way: "send" | "receive";
  /** What the track is for. */
  readonly purpose: string;
  /** Names a receiving line: the id of its track. */
  readonly line: string;
}

/** What the page tells the worker. */
export type Command =
  /** Seal with this key from now on. */
  | { readonly type: "seal"; readonly key: FrameKey }
  /** Somebody has given us a key, which is still sealed. */
  | ({ readonly type: "gift" } & Wrapped)
  /** Everything goes in clear from now on, or no longer. */
  | { readonly type: "openly"; readonly openly: boolean }
  /** Who is named on a receiving line. */
  | { readonly type: "name"; readonly line: string; readonly participant: string | null }
  /** Forget every key. */
  | { readonly type: "forget" };

/** What the worker tells the page, once a second while anything was not played. */
export interface Report {
  readonly faults: Partial<Record<Fault, number>>;
}
