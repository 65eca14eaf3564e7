import type { Browser, Stop } from "./browser";

/** How often the clock is looked at, and how much later than that means that the machine has slept; milliseconds. */
export const lookEvery = 2_000;
export const sleptFrom = 3_000;

/**
 * Calls `woke` when timers have stood still for seconds: the lid was closed, or the tablet slept. No event tells of that
 * reliably, and until a socket's own time-out a page would go on trusting a line that is long gone.
 */
export function watchSleep(browser: Pick<Browser, "after" | "now">, woke: (milliseconds: number) => void): Stop {
  let stop: Stop = () => {};
  const look = (): void => {
    const planned = browser.now() + lookEvery;
    stop = browser.after(lookEvery, () => {
      const late = browser.now() - planned;
      look();
      if (late >= sleptFrom) woke(late);
    });
  };
  look();
  return () => stop();
}

/** Calls `then` when the network may be another one: the system says so, or the machine has slept meanwhile. */
export function onAnotherNetwork(browser: Pick<Browser, "after" | "now" | "onOnline">, then: () => void): Stop {
  const stops = [browser.onOnline(then), watchSleep(browser, then)];
  return () => {
    for (const stop of stops) stop();
  };
}
