import { describe, expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { keepPreparing, prepareAgain, prepareEvery, prepareFor } from "./prepare";

function stage(): { browser: FakeBrowser; said: number[]; stop: () => void } {
  const browser = new FakeBrowser();
  const said: number[] = [];
  const begun = browser.now();
  const stop = keepPreparing(browser, () => {
    said.push(browser.now() - begun);
    return Promise.reject(new Error("the line is down"));
  });
  return { browser, said, stop };
}

describe("preparing an admission", () => {
  it("is said at once and then every five seconds, whatever the answer", async () => {
    const { browser, said } = stage();
    await browser.pass(2 * prepareEvery);
    expect(said).toEqual([0, prepareEvery, 2 * prepareEvery]);
  });

  it("waits for a session to say it in, but not five seconds", async () => {
    const browser = new FakeBrowser();
    let entered = false;
    const said: number[] = [];
    const begun = browser.now();
    keepPreparing(browser, () => (entered ? Promise.resolve(said.push(browser.now() - begun)) : null));
    await browser.pass(prepareAgain);
    entered = true;
    await browser.pass(prepareEvery);
    expect(said).toEqual([2 * prepareAgain]);
  });

  it("ends with the dialog", async () => {
    const { browser, said, stop } = stage();
    await browser.pass(prepareEvery);
    stop();
    await browser.pass(10 * prepareEvery);
    expect(said).toHaveLength(2);
  });

  it("ends by itself where the dialog was forgotten", async () => {
    const { browser, said } = stage();
    await browser.pass(2 * prepareFor);
    expect(said.at(-1)).toBeLessThan(prepareFor);
  });
});
