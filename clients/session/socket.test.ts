import { describe, expect, it } from "vitest";
import { fakePlan } from "./fakeplan";
import { FakeBrowser, failureOf, settled } from "./fakebrowser";
import { Conversation } from "./conversation";
import type { FakeSocket } from "./fakesocket";
import { Close, type ServerMessage, type Welcome } from "./protocol";
import { Line } from "./socket";

const welcome: Welcome = {
  type: "welcome",
  participant: "desk:morita",
  role: "doctor",
  name: "森田 千尋",
  now: "2026-11-25T10:00:00+09:00",
  media: fakePlan,
  pingSeconds: 10,
};

interface Heard {
  browser: FakeBrowser;
  line: Line;
  socket: FakeSocket;
  messages: ServerMessage["type"][];
  down: number[];
}

function dial(): Heard {
  const browser = new FakeBrowser();
  const messages: ServerMessage["type"][] = [];
  const down: number[] = [];
  const line = new Line(browser, { token: "t", app: "desk" }, new Conversation("c"), {
    onWelcome: () => {},
    onMessage: (message) => messages.push(message.type),
    onDown: (code) => down.push(code),
  });
  return { browser, line, socket: browser.socketNow, messages, down };
}

function welcomed(): Heard {
  const heard = dial();
  heard.socket.accept();
  heard.socket.say(welcome);
  return heard;
}

describe("a line", () => {
  it("says hello first, at the page's own host", () => {
    const { socket } = welcomed();
    expect(socket.url).toBe("wss://booth.example/v1/connect");
    expect(socket.heard).toEqual([{ type: "hello", token: "t", app: "desk", conversation: "c", line: 1 }]);
  });

  it("matches answers to requests by their ids, in whatever order", async () => {
    const { line, socket } = welcomed();
    const first = line.request({ type: "ready" });
    const second = line.request({ type: "call" });
    const [ready, call] = [socket.sent("ready")[0]?.id ?? "", socket.sent("call")[0]?.id ?? ""];
    socket.say({ type: "ok", re: call });
    socket.say({ type: "error", re: ready, code: "not_now", message: "no" });
    await expect(second).resolves.toEqual({ type: "ok", re: call });
    await expect(first).rejects.toMatchObject({ code: "not_now" });
  });

  it("rejects what was under way when it breaks", async () => {
    const { line, socket, down } = welcomed();
    const end = line.request({ type: "end" });
    socket.break(1006);
    await expect(end).rejects.toMatchObject({ code: "offline" });
    await expect(line.request({ type: "end" })).rejects.toMatchObject({ code: "offline" });
    expect(down).toEqual([1006]);
  });

  it("gives up a request after eight seconds and finds out whether anybody is there", async () => {
    const { browser, line, socket } = welcomed();
    const end = failureOf(line.request({ type: "end" }));
    await browser.pass(8_000);
    expect(await end).toMatchObject({ code: "timeout" });
    expect(socket.sent("ping")).toHaveLength(1);
  });

  it("that is not welcomed in eight seconds is dead", async () => {
    const { browser, socket, down } = dial();
    socket.accept();
    await browser.pass(8_000);
    expect(down).toEqual([Close.Silent]);
    expect(socket.isOpen).toBe(false);
  });

  it("on which a ping stays without any word is dead at the next", async () => {
    const { browser, socket, down } = welcomed();
    await browser.pass(19_000);
    expect([socket.sent("ping").length, down]).toEqual([1, []]);
    await browser.pass(1_000);
    expect(down).toEqual([Close.Silent]);
  });

  it("on which anything is heard lives", async () => {
    const { browser, socket, down } = welcomed();
    for (let minute = 0; minute < 6; minute++) {
      await browser.pass(10_000);
      socket.say({ type: "seat", sessions: [], calls: [], dayRev: minute });
    }
    expect(down).toEqual([]);
  });

  it("ignores messages of a newer server and broken ones", () => {
    const { socket, messages, down } = welcomed();
    socket.sayText('{"type":"weather","rain":true}');
    socket.sayText("{");
    socket.sayText('{"type":"seat"}');
    expect([messages, down]).toEqual([["welcome"], []]);
  });

  it("says nothing more once it is closed from here", async () => {
    const { browser, line, socket, down } = welcomed();
    line.close();
    line.check();
    await settled();
    expect([socket.closedWith, down, browser.waiting]).toEqual([1000, [], 0]);
  });
});
