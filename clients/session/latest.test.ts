import { describe, expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { FakeChannel } from "./fakemedia";
import { Latest } from "./latest";
import { readRefusal } from "./refusal";
import type { LatestMessage } from "./types";

function seat(): { browser: FakeBrowser; latest: Latest; channel: FakeChannel; heard: LatestMessage[] } {
  const browser = new FakeBrowser();
  const latest = new Latest(browser);
  const channel = new FakeChannel("latest");
  const heard: LatestMessage[] = [];
  latest.subscribe((message) => heard.push(message));
  latest.attach(channel.asChannel);
  channel.open();
  return { browser, latest, channel, heard };
}

const values = (channel: FakeChannel): unknown[] => channel.sent.map((text) => (JSON.parse(text) as { d: unknown }).d);

describe("what only matters while it is new", () => {
  it("goes out at once, and then only its newest value", async () => {
    const { browser, latest, channel } = seat();
    for (let at = 0; at < 10; at++) latest.send("pointer", at);
    await browser.pass(100);
    expect(values(channel)).toEqual([0, 9]);
  });

  it("waits for no older value: while the channel holds something, nothing is added", async () => {
    const { browser, latest, channel } = seat();
    channel.bufferedAmount = 100;
    for (let at = 0; at < 100; at++) {
      latest.send("pointer", at);
      await browser.pass(20);
    }
    expect(values(channel)).toEqual([]);
    channel.drain();
    await browser.pass(100);
    expect(values(channel)).toEqual([99]);
  });

  it("lets every topic have its turn", async () => {
    const { browser, latest, channel } = seat();
    for (const topic of ["pointer", "stroke", "stroke", "pointer"]) latest.send(topic, topic);
    await browser.pass(100);
    expect(values(channel)).toEqual(["pointer", "stroke", "pointer"]);
  });

  it("is not told when something newer has arrived before it", () => {
    const { channel, heard } = seat();
    const say = (from: string, n: number): void => channel.hear(`${from}\n{"v":1,"n":${n},"t":"pointer","d":${n}}`);
    for (const n of [1, 3, 2, 3, 4]) say("desk", n);
    say("guest", 1);
    expect(heard.map(({ from, value }) => [from, value])).toEqual([["desk", 1], ["desk", 3], ["desk", 4], ["guest", 1]]);
  });

  it("goes out more slowly when the server says that it is too many", async () => {
    const { browser, latest, channel } = seat();
    const pace = async (): Promise<number> => {
      const before = channel.sent.length;
      for (let at = 0; at < 100; at++) {
        latest.send("pointer", at);
        await browser.pass(10);
      }
      return channel.sent.length - before;
    };
    const usual = await pace();
    for (let at = 0; at < 4; at++) channel.hear('\n{"v":1,"kind":"refused","why":"too-fast","retryMs":100}');
    expect(await pace()).toBeLessThan(usual / 4);
  });

  it("goes over the next channel when one has ended", async () => {
    const { browser, latest, channel } = seat();
    channel.die();
    latest.send("pointer", 1);
    latest.send("pointer", 2);
    const next = new FakeChannel("latest");
    latest.attach(next.asChannel);
    next.open();
    await browser.pass(10);
    expect(values(next)).toEqual([2]);
  });

  it("is refused when it is too long for one packet, or has no topic", () => {
    const { latest } = seat();
    expect(() => latest.send("stroke", "あ".repeat(400))).toThrow(expect.objectContaining({ code: "latest-length" }));
    expect(() => latest.send("", 1)).toThrow(expect.objectContaining({ code: "latest-length" }));
  });

  it.each([
    ["nobody's", '{"v":1,"n":1,"t":"a","d":1}'],
    ["no JSON", "desk\nhello"],
    ["of another version", 'desk\n{"v":2,"n":1,"t":"a","d":1}'],
    ["without a number", 'desk\n{"v":1,"t":"a","d":1}'],
    ["without a topic", 'desk\n{"v":1,"n":1,"d":1}'],
  ])("is ignored when it is %s", (_what, data) => {
    const { channel, heard } = seat();
    channel.hear(data);
    expect(heard).toEqual([]);
  });

  it("remembers a bounded number of senders and topics, and nothing after it is cleared", async () => {
    const { browser, latest, channel, heard } = seat();
    for (let at = 0; at < 1_000; at++) channel.hear(`guest-${at}\n{"v":1,"n":1,"t":"a","d":1}`);
    expect(heard).toHaveLength(1_000);
    for (let at = 0; at < 100; at++) latest.send(`topic ${at}`, 1);
    latest.clear();
    await browser.pass(10_000);
    expect([channel.sent.length, browser.waiting]).toEqual([1, 0]);
  });
});

describe("a refusal of the server", () => {
  it.each([
    ['\n{"v":1,"kind":"refused","why":"too-fast","retryMs":100}', { why: "too-fast", retryMs: 100 }],
    ['\n{"v":1,"kind":"refused","why":"too-large","retryMs":0}', { why: "too-large", retryMs: 0 }],
    ['\n{"v":1,"kind":"refused","why":"gate","retryMs":1e9}', { why: "gate", retryMs: 10_000 }],
    ['desk\n{"v":1,"kind":"refused","why":"gate","retryMs":1}', null],
    ['\n{"v":1,"kind":"refused","why":"whim","retryMs":1}', null],
    ["\nhello", null],
  ])("%s", (data, read) => {
    expect(readRefusal(data)).toEqual(read);
  });
});
