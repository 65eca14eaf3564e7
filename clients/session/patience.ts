import type { Browser } from "./browser";

/** Whether `work` succeeds, and soon enough: within so many milliseconds. */
export function inTime(browser: Pick<Browser, "after">, work: Promise<void>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = browser.after(milliseconds, () => resolve(false));
    const done = (well: boolean): void => {
      stop();
      resolve(well);
    };
    work.then(
      () => done(true),
      () => done(false),
    );
  });
}
