import { describe, expect, it } from "vitest";
import { FakeBrowser, settled } from "../fakebrowser";
import { DrivenDevice, DrivenRadio } from "./drivenradio";
import { Instruments, type Shelf } from "./instruments";
import type { Kind } from "./reading";

/** 128 over 82. */
const pressure = "00800052006100";

function shelf(text: string | null = null): Shelf & { text: string | null } {
  return {
    text,
    load() {
      return this.text;
    },
    store(next) {
      this.text = next;
    },
  };
}

async function booth(bound = true) {
  const browser = new FakeBrowser();
  const radio = new DrivenRadio();
  const cuff = new DrivenDevice("cuff", 0x1810);
  const kept = shelf();
  const log: string[] = [];
  const instruments = new Instruments(radio, kept, browser, (line) => log.push(line));
  if (bound) {
    radio.choice = cuff;
    await instruments.bind("blood-pressure");
  }
  const heard: string[] = [];
  const open = (kinds: readonly Kind[] = ["blood-pressure"]) =>
    instruments.open(kinds, (kind, name, { is }) => heard.push(`${kind} ${name} ${is}`));
  const state = () => instruments.getSnapshot().bound.map((one) => `${one.kind} ${one.state}`);
  return { browser, radio, cuff, kept, instruments, heard, open, state, log };
}

describe("the instruments of a booth", () => {
  it("are bound once by staff, and connected to without a dialog after a restart of the browser", async () => {
    const { browser, radio, kept, cuff, state } = await booth();
    expect(state()).toEqual(["blood-pressure resting"]);
    radio.choice = null;
    const next = new Instruments(radio, shelf(kept.text), browser, () => {});
    next.open(["blood-pressure"], () => {});
    await settled();
    expect(cuff.connected).toBe(true);
    expect(next.getSnapshot().bound).toEqual([{ kind: "blood-pressure", name: "Meter cuff", state: "ready" }]);
  });

  it("are heard while a reading is wanted, and neither before nor after", async () => {
    const { cuff, heard, open, state } = await booth();
    expect(cuff.connected).toBe(false);
    const stop = open();
    await settled();
    cuff.say(0x2a35, pressure);
    expect(heard).toEqual(["blood-pressure Meter cuff reading"]);
    stop();
    expect(cuff.connected).toBe(false);
    expect(state()).toEqual(["blood-pressure resting"]);
    cuff.say(0x2a35, pressure);
    expect(heard).toHaveLength(1);
  });

  it("leave devices of other kinds alone", async () => {
    const { cuff, open } = await booth();
    open(["oximeter"]);
    await settled();
    expect(cuff.tries).toBe(0);
  });

  it("look for one that sleeps with growing waits, ten seconds at most", async () => {
    const { browser, cuff, open, state } = await booth();
    cuff.on = false;
    open();
    await browser.pass(1_000);
    expect(cuff.tries).toBeGreaterThanOrEqual(2);
    await browser.pass(60_000);
    const before = cuff.tries;
    await browser.pass(60_000);
    expect(cuff.tries - before).toBeLessThanOrEqual(12);
    expect(cuff.tries - before).toBeGreaterThanOrEqual(5);
    expect(state()).toEqual(["blood-pressure seeking"]);
  });

  it("connect at once to one that wakes up", async () => {
    const { browser, cuff, open, state } = await booth();
    cuff.on = false;
    open();
    await browser.pass(30_000);
    cuff.switchOn();
    await settled();
    expect(state()).toEqual(["blood-pressure ready"]);
  });

  it("come back by themselves when the connection is lost, as cuffs do after each measurement", async () => {
    const { browser, cuff, heard, open, state } = await booth();
    open();
    await settled();
    cuff.switchOff();
    expect(state()).toEqual(["blood-pressure seeking"]);
    cuff.on = true;
    await browser.pass(1_000);
    cuff.say(0x2a35, pressure);
    expect([state(), heard]).toEqual([["blood-pressure ready"], ["blood-pressure Meter cuff reading"]]);
  });

  it("are given up after fifteen seconds without an answer, and tried again", async () => {
    const { browser, cuff, open } = await booth();
    let given = 0;
    cuff.listen = (_service, _characteristics, _hearing, signal) => {
      given++;
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    };
    const stop = open();
    await browser.pass(16_000);
    expect(given).toBe(2);
    stop();
    await browser.pass(60_000);
    expect(given).toBe(2);
  });

  it("are forgotten for good, by the browser too", async () => {
    const { cuff, kept, instruments, state } = await booth();
    await instruments.forget("blood-pressure");
    expect([state(), cuff.forgotten, kept.text]).toEqual([[], true, "[]"]);
  });

  it("are replaced by another of their kind, and the first one is forgotten", async () => {
    const { radio, cuff, instruments } = await booth();
    radio.choice = new DrivenDevice("other", 0x1810);
    expect(await instruments.bind("blood-pressure")).toBe(true);
    expect(instruments.getSnapshot().bound.map(({ name }) => name)).toEqual(["Meter other"]);
    expect(cuff.forgotten).toBe(true);
  });

  it("stay as they are where staff close the dialog", async () => {
    const { radio, instruments, state } = await booth();
    radio.choice = null;
    expect(await instruments.bind("blood-pressure")).toBe(false);
    expect(state()).toEqual(["blood-pressure resting"]);
  });

  it("tell the log what was wrong, and no value", async () => {
    const { cuff, open, log, heard } = await booth();
    open();
    await settled();
    cuff.say(0x2a35, "02800052");
    cuff.say(0x2a35, "00520080006100");
    expect(heard).toEqual(["blood-pressure Meter cuff refused", "blood-pressure Meter cuff refused"]);
    expect(log.at(-1)).toBe("instruments: blood-pressure: order: diastolic: order");
    expect(log.join(" ")).not.toMatch(/\b(82|128)\b/);
  });

  it("an oximeter that measures on and on is heard once its values agree", async () => {
    const { browser, radio, instruments, heard, open } = await booth();
    const finger = new DrivenDevice("finger", 0x1822);
    radio.choice = finger;
    await instruments.bind("oximeter");
    open(["oximeter"]);
    await settled();
    for (let second = 0; second <= 5; second++) {
      finger.say(0x2a5f, "0061004400");
      await browser.pass(1_000);
    }
    expect(heard).toEqual([...Array(5).fill("oximeter Meter finger measuring"), "oximeter Meter finger reading"]);
  });

  it("are none where the shelf holds something else, and none where there is no radio", async () => {
    const browser = new FakeBrowser();
    for (const text of ["", "{", "7", '[{"kind":"kettle","id":"1","name":"x"}]']) {
      expect(new Instruments(null, shelf(text), browser, () => {}).getSnapshot().bound).toEqual([]);
    }
    const without = new Instruments(null, shelf(), browser, () => {});
    await without.look();
    expect([without.getSnapshot().radio, await without.bind("oximeter")]).toEqual([false, false]);
  });
});
