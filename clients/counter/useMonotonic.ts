import { useEffect, useState } from "react";

/** This machine's monotonic clock in ms, ticking: for countdowns, which a corrected wall clock must not jump. */
export function useMonotonic(everyMs = 500): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
