/** What the server says of a message it did not pass on. */
export interface Refusal {
  readonly why: "too-fast" | "too-large" | "gate";
  /** When to try again, milliseconds; 0: not with this message. */
  readonly retryMs: number;
}

/** Longest wait that is believed, milliseconds. */
const longestWait = 10_000;

/** Reads "\n<refusal>": the server's own words have nobody before the line feed. Null for anything else. */
export function readRefusal(data: string): Refusal | null {
  if (!data.startsWith("\n")) return null;
  try {
    const { v, kind, why, retryMs } = JSON.parse(data.slice(1)) as Record<string, unknown>;
    if (v !== 1 || kind !== "refused" || typeof retryMs !== "number") return null;
    if (why !== "too-fast" && why !== "too-large" && why !== "gate") return null;
    return { why, retryMs: Math.min(longestWait, Math.max(0, retryMs)) };
  } catch {
    return null;
  }
}
