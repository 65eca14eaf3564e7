import { useEffect } from "react";

/** How long the emergency button stays uncovered, as the screen tells it; seconds. */
const uncoveredFor = 10;

/**
 * Seconds for which the emergency button can still be pressed, or null while it is covered. `close` is called when they are
 * over.
 *
 * @param until when the cover closes, RFC 3339; null while it is closed, or the press is on its way
 */
export function useUncovered(now: number, until: string | null, close: () => void): number | null {
  const seconds = until === null ? null : Math.min(uncoveredFor, Math.ceil((Date.parse(until) - now) / 1000));
  const late = seconds !== null && seconds <= 0;
  useEffect(() => {
    if (late) close();
  }, [late, close]);
  return late ? null : seconds;
}
