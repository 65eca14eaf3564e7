import { describe, expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { FakeChannel } from "./fakemedia";
import { Letters, type Letter } from "./letters";

const booth = "booth:shiomachihama-1";
const desk = "desk:morita";
const guest = "guest:1";

interface Sent {
  readonly id: string;
  readonly kind: string;
  readonly to: string;
  readonly value?: unknown;
}

function page(own = booth, audience: readonly string[] = [desk, guest]) {
  const browser = new FakeBrowser();
  const letters = new Letters(browser);
  const channel = new FakeChannel("talk");
  const heard: Letter[] = [];
  letters.subscribe((letter) => heard.push(letter));
  letters.attach(channel.asChannel);
  channel.open();
  letters.address(own, audience);
  const sent = (): Sent[] => channel.sent.map((text) => JSON.parse(text) as Sent);
  const has = (n: number): void => channel.hear(`${desk}\n${JSON.stringify({ v: 1, id: sent()[n]?.id, kind: "received", to: own })}`);
  return { browser, letters, channel, heard, sent, has };
}

describe("a letter", () => {
  it("is sent until its addressee has it, and the next one then", async () => {
    const { browser, letters, sent, has } = page();
    letters.send(desk, "vitals", 1);
    letters.send(desk, "vitals", 2);
    expect(sent().map(({ value }) => value)).toEqual([1]);
    await browser.pass(2_100);
    expect(sent().map(({ value }) => value)).toEqual([1, 1]);
    has(0);
    expect(sent().map(({ value }) => value)).toEqual([1, 1, 2]);
  });

  it("waits for somebody who is not there, and holds nobody else up", () => {
    const { letters, sent } = page(booth, [guest]);
    letters.send(desk, "vitals", "for the desk");
    letters.send(guest, "vitals", "for the guest");
    expect(sent().map(({ to }) => to)).toEqual([guest]);
    letters.address(booth, [guest, desk]);
    expect(sent().map(({ to }) => to)).toEqual([guest, desk]);
  });

  it("is for its addressee alone: another page does not even acknowledge it", () => {
    const { channel, heard, sent } = page(guest);
    channel.hear(`${booth}\n{"v":1,"id":"a","kind":"letter","to":"${desk}","topic":"vitals","value":1}`);
    expect(heard).toEqual([]);
    expect(sent()).toEqual([]);
  });

  it("is told once, and acknowledged every time", () => {
    const { channel, heard, sent } = page(desk);
    for (let i = 0; i < 3; i++) channel.hear(`${booth}\n{"v":1,"id":"a","kind":"letter","to":"${desk}","topic":"vitals","value":{"n":1}}`);
    expect(heard).toEqual([{ from: booth, topic: "vitals", value: { n: 1 } }]);
    expect(sent().map(({ kind, to }) => `${kind} ${to}`)).toEqual(Array(3).fill(`received ${booth}`));
  });

  it("is not taken as received on anybody else's word", async () => {
    const { browser, letters, channel, sent } = page();
    letters.send(desk, "vitals", 1);
    channel.hear(`${guest}\n${JSON.stringify({ v: 1, id: sent()[0]?.id, kind: "received", to: booth })}`);
    await browser.pass(2_100);
    expect(sent()).toHaveLength(2);
  });

  it("goes over the next channel when the first one is lost", () => {
    const { letters } = page();
    letters.send(desk, "vitals", 1);
    const next = new FakeChannel("talk");
    letters.attach(next.asChannel);
    next.open();
    expect(next.sent).toHaveLength(1);
  });

  it("waits as long as the server says, where it was too fast", async () => {
    const { browser, letters, channel, sent } = page();
    letters.send(desk, "vitals", 1);
    channel.hear('\n{"v":1,"kind":"refused","why":"too-fast","retryMs":5000}');
    await browser.pass(4_900);
    expect(sent()).toHaveLength(1);
    await browser.pass(200);
    expect(sent()).toHaveLength(2);
  });

  it("is gone when everything is forgotten", async () => {
    const { browser, letters, sent } = page();
    letters.send(desk, "vitals", 1);
    letters.clear();
    letters.address(booth, [desk]);
    await browser.pass(10_000);
    expect(sent()).toHaveLength(1);
  });

  it("is refused where it is too long, and where too many wait", () => {
    const { letters } = page(booth, []);
    expect(() => letters.send(desk, "vitals", "語".repeat(3_000))).toThrow("letter: 9");
    for (let i = 0; i < 100; i++) letters.send(desk, "vitals", i);
    expect(() => letters.send(desk, "vitals", 100)).toThrow("100 wait already");
  });

  it.each(["", "x", `${booth}`, `${booth}\n`, `${booth}\nnull`, `${booth}\n{"v":2}`, `${booth}\n{"v":1,"id":"","kind":"letter","to":"${desk}"}`, `\n{"v":1}`])(
    "%j is none",
    (data) => {
      const { channel, heard, sent } = page(desk);
      channel.hear(data);
      expect([heard, sent()]).toEqual([[], []]);
    },
  );
});
