import { afterEach, describe, expect, it } from "vitest";
import { createSeatClient, type SeatClient } from "./client";
import { Conversation } from "./conversation";
import { FakeBrowser, settled } from "./fakebrowser";
import { fakePlan } from "./fakeplan";
import { FakeServer } from "./fakeserver";
import type { FakeSocket } from "./fakesocket";
import type { ServerMessage, Welcome } from "./protocol";
import { Line } from "./socket";

const welcome: Welcome = {
  type: "welcome",
  participant: "desk:morita",
  role: "doctor",
  name: "森田 千尋",
  now: "2026-11-25T10:00:00+09:00",
  media: fakePlan,
  pingSeconds: 10,
  numbered: true,
};

const running: SeatClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.start()();
});

/** One page, and a new line of it whenever asked. */
function page(): { next(): { line: Line; socket: FakeSocket; told: string[] } } {
  const browser = new FakeBrowser();
  const conversation = new Conversation("c");
  return {
    next: () => {
      const told: string[] = [];
      const line = new Line(browser, { token: "t", app: "desk" }, conversation, {
        onWelcome: () => {},
        onMessage: (message) => told.push(message.type),
        onDown: () => {},
      });
      browser.socketNow.accept();
      browser.socketNow.say(welcome);
      return { line, socket: browser.socketNow, told };
    },
  };
}

function numbered(message: ServerMessage, seq: number): ServerMessage {
  return Object.assign({}, message, { seq });
}

describe("a conversation", () => {
  it("numbers what counts and says up to where it has heard everything", async () => {
    const { line, socket } = page().next();
    const ready = line.request({ type: "ready" });
    socket.say(numbered({ type: "ok", re: "1" }, 1));
    await ready;
    void line.request({ type: "enter", token: "t" });
    void line.request({ type: "end" });
    line.check();
    expect(socket.heard.slice(1)).toEqual([
      { type: "ready", id: "1", seq: 1 },
      { type: "enter", token: "t", id: "2", ack: 1 },
      { type: "end", id: "3", seq: 3, ack: 1 },
      { type: "ping", ack: 1 },
    ]);
  });

  it("goes on over the next line: hello says what has been heard, and nothing is heard twice", () => {
    const { next } = page();
    const first = next();
    first.socket.say(numbered({ type: "ended", session: "s_1", reason: "done" }, 4));
    first.socket.break();
    const second = next();
    expect(second.socket.heard).toEqual([{ type: "hello", token: "t", app: "desk", conversation: "c", line: 2, ack: 4 }]);
    second.socket.say(numbered({ type: "ended", session: "s_1", reason: "done" }, 4));
    second.socket.say(numbered({ type: "ended", session: "s_2", reason: "left" }, 5));
    expect([first.told, second.told]).toEqual([["welcome", "ended"], ["welcome", "ended"]]);
  });

  it("gives an answer that comes on a later line to whoever asks again", async () => {
    const { next } = page();
    const first = next();
    const lost = first.line.request({ type: "end" }, "e");
    first.socket.break();
    await expect(lost).rejects.toMatchObject({ code: "offline" });
    const second = next();
    second.socket.say(numbered({ type: "ok", re: "e" }, 1));
    await expect(second.line.request({ type: "end" }, "e")).resolves.toEqual({ type: "ok", re: "e" });
    expect(second.socket.sent("end")).toEqual([]);
    second.socket.say(numbered({ type: "error", re: "x", code: "not_now", message: "no" }, 2));
    await expect(second.line.request({ type: "end" }, "x")).rejects.toMatchObject({ code: "not_now" });
  });

  it("asks again under the old id, and under another when the node was lost", async () => {
    const browser = new FakeBrowser();
    const server = new FakeServer(browser);
    const client = createSeatClient({ kind: "booth", seat: "shiomachihama-1", browser });
    running.push(client);
    client.start();
    await settled();
    server.checkIn();
    await settled();
    server.swallowed.add("ready");
    const ready = client.ready();
    await settled();
    const [asked] = browser.socketNow.sent("ready");
    browser.socketNow.break();
    await browser.pass(1_000);
    const [again] = browser.socketNow.sent("ready");
    expect(again?.id).toBe(asked?.id);
    browser.socketNow.say({ type: "error", re: again?.id ?? "", code: "interrupted", message: "lost" });
    await settled();
    const anew = browser.socketNow.sent("ready").at(-1);
    expect(anew?.id).not.toBe(asked?.id);
    browser.socketNow.say({ type: "ok", re: anew?.id ?? "" });
    await ready;
  });
});
