import type { Browser, Stop } from "./browser";

/** How often the server is told that somebody may be let in at any moment, milliseconds; it forgets after twice that. */
export const prepareEvery = 5_000;

/** For how long at most: a screen that has been left open longer is not looked at. */
export const prepareFor = 5 * 60_000;

/**
 * Says again and again that somebody is about to be let in, until stopped or the time is over. `say` may fail: the next
 * time is soon, and admission works without.
 */
export function keepPreparing(browser: Browser, say: () => Promise<unknown>): Stop {
  const until = browser.now() + prepareFor;
  let stop: Stop = () => {};
  const tell = (): void => {
    say().catch(() => {});
    if (browser.now() + prepareEvery < until) stop = browser.after(prepareEvery, tell);
  };
  tell();
  return () => stop();
}
