import { describe, expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { FakeChannel } from "./fakemedia";
import { Talk } from "./talk";
import type { TalkMessage } from "./types";

/** People in a room and the server between them, which passes on to everybody else who is let in. */
class Room {
  readonly browser = new FakeBrowser();
  readonly people = new Map<string, { talk: Talk; channel: FakeChannel; messages: readonly TalkMessage[] }>();
  /** Drops what is sent from here on, as a closed gate does. */
  gateClosed = false;
  /** Kinds of payload that are lost once each. */
  readonly loses: string[] = [];

  constructor(...names: string[]) {
    for (const name of names) this.add(name);
    this.addressAll();
  }

  talk(name: string): Talk {
    return this.person(name).talk;
  }

  texts(name: string): string[] {
    return this.person(name).messages.map((message) => `${message.mine ? "me" : message.from}: ${message.text}`);
  }

  delivered(name: string): boolean[] {
    return this.person(name).messages.filter((message) => message.mine).map((message) => message.delivered);
  }

  /** A new peer connection with a new channel, as after a lost network. */
  reconnect(name: string): void {
    const person = this.person(name);
    person.channel.close();
    person.channel = this.channel(name);
    person.talk.attach(person.channel.asChannel);
    person.channel.open();
  }

  address(name: string, audience: string[]): void {
    this.person(name).talk.address(name, audience);
  }

  private add(name: string): void {
    const talk = new Talk(this.browser, () => this.browser.now(), (messages) => {
      this.person(name).messages = messages;
    });
    const channel = this.channel(name);
    this.people.set(name, { talk, channel, messages: [] });
    talk.attach(channel.asChannel);
    channel.open();
  }

  private addressAll(): void {
    for (const name of this.people.keys()) this.address(name, [...this.people.keys()].filter((other) => other !== name));
  }

  private channel(name: string): FakeChannel {
    const channel = new FakeChannel("talk");
    channel.onSend = (text) => this.relay(name, text);
    return channel;
  }

  private relay(from: string, text: string): void {
    const { kind } = JSON.parse(text) as { kind: string };
    const lost = this.loses.indexOf(kind);
    if (lost !== -1) this.loses.splice(lost, 1);
    if (lost !== -1 || this.gateClosed) return;
    for (const [name, { channel }] of this.people) {
      if (name !== from) queueMicrotask(() => channel.hear(`${from}\n${text}`));
    }
  }

  private person(name: string): { talk: Talk; channel: FakeChannel; messages: readonly TalkMessage[] } {
    const person = this.people.get(name);
    if (person === undefined) throw new Error(`nobody is called ${name}`);
    return person;
  }
}

const pair = (): Room => new Room("booth", "desk");

describe("what people write to each other", () => {
  it("arrives, and the writer knows", async () => {
    const room = pair();
    room.talk("booth").send("もう一度 お願いします", true);
    await room.browser.pass(10);
    expect(room.texts("desk")).toEqual(["booth: もう一度 お願いします"]);
    expect(room.people.get("desk")?.messages[0]?.large).toBe(true);
    expect(room.delivered("booth")).toEqual([true]);
  });

  it("is sent again when it was lost", async () => {
    const room = pair();
    room.loses.push("text");
    room.talk("booth").send("はい", false);
    await room.browser.pass(1_000);
    expect([room.texts("desk"), room.delivered("booth")]).toEqual([[], [false]]);
    await room.browser.pass(2_000);
    expect([room.texts("desk"), room.delivered("booth")]).toEqual([["booth: はい"], [true]]);
  });

  it("is shown once though it came twice, because its acknowledgement was lost", async () => {
    const room = pair();
    room.loses.push("ack");
    room.talk("booth").send("はい", false);
    await room.browser.pass(5_000);
    expect(room.texts("desk")).toEqual(["booth: はい"]);
    expect(room.delivered("booth")).toEqual([true]);
  });

  it("keeps its order whatever is lost", async () => {
    const room = pair();
    room.loses.push("text", "ack", "text");
    for (const word of ["一", "二", "三"]) room.talk("desk").send(word, false);
    await room.browser.pass(20_000);
    expect(room.texts("booth")).toEqual(["desk: 一", "desk: 二", "desk: 三"]);
  });

  it("waits behind the gate and goes through when it opens", async () => {
    const room = pair();
    room.gateClosed = true;
    room.talk("desk").send("まもなく はじめます", false);
    await room.browser.pass(60_000);
    room.gateClosed = false;
    await room.browser.pass(3_000);
    expect(room.texts("booth")).toEqual(["desk: まもなく はじめます"]);
  });

  it("survives a new connection, in order and without doubles", async () => {
    const room = pair();
    room.talk("booth").send("一", false);
    await room.browser.pass(10);
    room.people.get("booth")?.channel.close();
    room.talk("booth").send("二", false);
    room.talk("booth").send("三", false);
    await room.browser.pass(10_000);
    expect(room.texts("desk")).toEqual(["booth: 一"]);
    room.reconnect("booth");
    await room.browser.pass(100);
    expect(room.texts("desk")).toEqual(["booth: 一", "booth: 二", "booth: 三"]);
    room.reconnect("desk");
    await room.browser.pass(10_000);
    expect(room.texts("desk")).toHaveLength(3);
  });

  it("is kept while nobody is there to read it", async () => {
    const room = pair();
    room.address("booth", []);
    room.talk("booth").send("だれか いますか", false);
    await room.browser.pass(10_000);
    expect(room.people.get("booth")?.channel.sent).toEqual([]);
    room.address("booth", ["desk"]);
    await room.browser.pass(10);
    expect(room.delivered("booth")).toEqual([true]);
  });

  it("counts as delivered only when everybody who is connected has it", async () => {
    const room = new Room("booth", "desk", "family");
    room.people.get("family")?.channel.close();
    room.talk("desk").send("こんにちは", false);
    await room.browser.pass(5_000);
    expect(room.delivered("desk")).toEqual([false]);
    room.address("desk", ["booth"]);
    expect(room.delivered("desk")).toEqual([true]);
  });

  it("is held up by one who acknowledges nothing for ten seconds, and no longer", async () => {
    const room = new Room("booth", "desk", "family");
    room.people.get("family")?.channel.close();
    for (const word of ["一", "二", "三"]) room.talk("desk").send(word, false);
    await room.browser.pass(9_000);
    expect(room.texts("booth")).toEqual(["desk: 一"]);
    await room.browser.pass(21_000);
    expect(room.texts("booth")).toEqual(["desk: 一", "desk: 二", "desk: 三"]);
    room.reconnect("family");
    await room.browser.pass(20_000);
    expect(room.texts("family")).toEqual(["desk: 一", "desk: 二", "desk: 三"]);
    expect(room.delivered("desk")).toEqual([true, true, true]);
  });

  it("is put in its place when it arrives behind what was written later", () => {
    const room = pair();
    const hear = (n: number, text: string): void =>
      room.people.get("booth")?.channel.hear(`desk\n{"v":1,"id":"id-${n}","kind":"text","n":${n},"text":"${text}"}`);
    for (const [n, text] of [[1, "一"], [3, "三"], [2, "二"], [4, "四"]] as const) hear(n, text);
    expect(room.texts("booth")).toEqual(["desk: 一", "desk: 二", "desk: 三", "desk: 四"]);
  });

  it("never waits for ever behind one who acknowledges nothing: the oldest is given up", async () => {
    const room = new Room("booth", "desk", "family");
    room.people.get("family")?.channel.close();
    for (let at = 0; at < 120; at++) {
      room.talk("desk").send(`${at}`, false);
      await room.browser.pass(12_000);
    }
    expect(room.texts("booth")).toHaveLength(120);
    expect(room.delivered("desk")).not.toContain(true);
  });

  it("is sent again when the server says that it may", async () => {
    const room = pair();
    room.loses.push("text");
    room.talk("booth").send("はい", false);
    room.people.get("booth")?.channel.hear('\n{"v":1,"kind":"refused","why":"too-fast","retryMs":100}');
    await room.browser.pass(150);
    expect(room.texts("desk")).toEqual(["booth: はい"]);
  });

  it("is kept by a writer whose association has died, for the next channel", async () => {
    const room = pair();
    room.people.get("booth")?.channel.die();
    room.talk("booth").send("一", false);
    room.talk("booth").send("二", false);
    await room.browser.pass(60_000);
    room.reconnect("booth");
    await room.browser.pass(100);
    expect(room.texts("desk")).toEqual(["booth: 一", "booth: 二"]);
  });

  it("does not come back to the writer", async () => {
    const room = pair();
    room.talk("booth").send("はい", false);
    room.people.get("booth")?.channel.hear('booth\n{"v":1,"id":"x","kind":"text","n":1,"text":"はい","large":false}');
    expect(room.texts("booth")).toEqual(["me: はい"]);
  });

  it.each([
    ["no sender", '{"v":1,"id":"x","kind":"text","n":1,"text":"a"}'],
    ["no JSON", "desk\nhello"],
    ["another version", 'desk\n{"v":2,"id":"x","kind":"text","n":1,"text":"a"}'],
    ["no text", 'desk\n{"v":1,"id":"x","kind":"text","n":1}'],
    ["no number", 'desk\n{"v":1,"id":"x","kind":"text","text":"a"}'],
    ["an endless id", `desk\n{"v":1,"id":"${"x".repeat(65)}","kind":"text","n":1,"text":"a"}`],
    ["too long a text", `desk\n{"v":1,"id":"x","kind":"text","n":1,"text":"${"a".repeat(4001)}"}`],
  ])("is ignored with %s", (_what, data) => {
    const room = pair();
    room.people.get("booth")?.channel.hear(data);
    expect(room.texts("booth")).toEqual([]);
  });

  it("has its limits", () => {
    const room = pair();
    room.address("booth", []);
    expect(() => room.talk("booth").send("  ", false)).toThrow(expect.objectContaining({ code: "talk-length" }));
    expect(() => room.talk("booth").send("あ".repeat(4001), false)).toThrow(expect.objectContaining({ code: "talk-length" }));
    expect(() => room.talk("booth").send("\u0001".repeat(3000), false)).toThrow(expect.objectContaining({ code: "talk-length" }));
    for (let at = 0; at < 100; at++) room.talk("booth").send("あ".repeat(4000), false);
    expect(() => room.talk("booth").send("あ", false)).toThrow(expect.objectContaining({ code: "talk-full" }));
  });

  it("fits the channel even at its longest", async () => {
    const room = pair();
    room.talk("booth").send("𩸽".repeat(2000), false);
    await room.browser.pass(10);
    const [wire = ""] = room.people.get("booth")?.channel.sent ?? [];
    expect(new TextEncoder().encode(wire).length).toBeLessThan(16_384);
  });

  it("is gone when it is cleared, also what was still to be sent", async () => {
    const room = pair();
    room.gateClosed = true;
    room.talk("booth").send("ひみつ", false);
    room.talk("booth").clear();
    room.gateClosed = false;
    room.address("booth", ["desk"]);
    await room.browser.pass(10_000);
    expect([room.texts("booth"), room.texts("desk"), room.browser.waiting]).toEqual([[], [], 0]);
  });
});
