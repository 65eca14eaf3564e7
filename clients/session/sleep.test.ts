import { expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { sleptFrom, watchSleep } from "./sleep";

it("a machine that slept is noticed when its timers go on, and a busy one is not", async () => {
  const browser = new FakeBrowser();
  const slept: number[] = [];
  const stop = watchSleep(browser, (milliseconds) => slept.push(milliseconds));
  await browser.pass(60_000);
  expect(slept).toEqual([]);
  browser.sleep(sleptFrom - 500);
  await browser.pass(4_000);
  expect(slept).toEqual([]);
  browser.sleep(3_600_000);
  await browser.pass(4_000);
  expect(slept).toHaveLength(1);
  stop();
  expect(browser.waiting).toBe(0);
});
