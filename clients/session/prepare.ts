import type { Browser, Stop } from "./browser";

/** How often the server is told that somebody may be let in at any moment, milliseconds; it forgets after twice that. */
export const prepareEvery = 5_000;

/** How soon it is tried again where it could not be said: the session is being entered, or the line is down. */
export const prepareAgain = 200;

/** For how long at most: a screen that has been left open longer is not looked at. */
export const prepareFor = 5 * 60_000;

/**
 * Says again and again that somebody is about to be let in, until stopped or the time is over. `say` returns null when
 * there is nobody to say it to yet; what is refused is said again next time, for admission works without.
 */
export function keepPreparing(browser: Browser, say: () => Promise<unknown> | null): Stop {
  const until = browser.now() + prepareFor;
  let stop: Stop = () => {};
  const tell = (): void => {
    const saying = say();
    saying?.catch(() => {});
    const wait = saying === null ? prepareAgain : prepareEvery;
    if (browser.now() + wait < until) stop = browser.after(wait, tell);
  };
  tell();
  return () => stop();
}
