import { afterEach, describe, expect, it } from "vitest";
import { FakeBrowser, settled, type FakeAnswer } from "./fakebrowser";
import { fakePlan } from "./fakeplan";
import { createGuestClient, guestKey, type GuestClient } from "./guest";

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** A server that knows some codes, each good once; the next one is always given back. */
class Gate {
  readonly codes = new Set(["first"]);
  made = 0;
  hellos = 0;
  answers: "yes" | "network" | "dismissed" = "yes";

  serve(browser: FakeBrowser): void {
    browser.answer = ({ path, body }) => this.redeem(browser, path, (body as { code: string }).code);
    browser.onSocket = (socket) => {
      socket.onMessage = (message) => {
        if (message.type !== "hello") return;
        this.hellos++;
        socket.say({
          type: "welcome", participant: "g_1", role: "family", name: "", now: new Date(browser.now()).toISOString(), media: fakePlan, pingSeconds: 15,
        });
      };
      queueMicrotask(() => socket.accept());
    };
  }

  private redeem(browser: FakeBrowser, path: string, code: string): FakeAnswer {
    if (this.answers === "network" || path !== "/v1/invitations/redeem") return "network";
    if (this.answers === "dismissed") return { status: 410, body: { type: "/problems/dismissed", title: "sent away" } };
    if (!this.codes.delete(code)) return { status: 410, body: { type: "/problems/spent-code", title: "spent" } };
    const back = `back-${++this.made}`;
    this.codes.add(back);
    const expiresAt = new Date(browser.now() + 5 * 60_000).toISOString();
    return {
      status: 200,
      body: { session: "s_1", participant: "g_1", role: "family", name: "磯部 健", token: `room-${this.made}`, expiresAt, return: back },
    };
  }
}

function open(browser: FakeBrowser, gate: Gate): GuestClient {
  gate.serve(browser);
  const client = createGuestClient(browser);
  running.push(client.start());
  return client;
}

describe("a guest", () => {
  it("exchanges the code of its link once and stands at the gate", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    const client = open(browser, gate);
    expect(client.getSnapshot().pass).toBe("none");
    await client.join("first");
    await settled();
    expect(client.getSnapshot()).toMatchObject({ pass: "good", entered: "s_1", connection: { state: "live" }, identity: { name: "磯部 健" } });
    expect(gate.hellos).toBe(1);
  });

  it("is told that a code has been used, and keeps nothing of it", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    gate.codes.clear();
    const client = open(browser, gate);
    await client.join("first");
    expect(client.getSnapshot().pass).toBe("spent");
    expect(browser.storage.has(guestKey)).toBe(false);
  });

  it("may press again where the server could not be asked", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    gate.answers = "network";
    const client = open(browser, gate);
    await client.join("first");
    expect(client.getSnapshot().pass).toBe("unreachable");
    gate.answers = "yes";
    await client.join("first");
    expect(client.getSnapshot().pass).toBe("good");
  });

  it("comes back after a reload, with its token and, when that is too old, with its other code", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    const first = open(browser, gate);
    await first.join("first");
    running.pop()?.();

    const soon = new FakeBrowser(browser.storage);
    const second = open(soon, gate);
    await settled();
    expect(second.getSnapshot().pass).toBe("good");
    expect(gate.made).toBe(1);
    running.pop()?.();

    const later = new FakeBrowser(browser.storage);
    await later.pass(10 * 60_000);
    const third = open(later, gate);
    await settled();
    expect(third.getSnapshot().pass).toBe("good");
    expect(gate.made).toBe(2);
  });

  it("keeps nothing once it has been sent away", async () => {
    const browser = new FakeBrowser();
    const client = open(browser, new Gate());
    await client.join("first");
    await settled();
    browser.sockets.at(-1)?.say({ type: "ended", session: "s_1", reason: "dismissed" });
    await settled();
    expect(client.getSnapshot().ended).toEqual({ session: "s_1", reason: "dismissed" });
    expect(browser.storage.has(guestKey)).toBe(false);
  });

  it("learns after a reload that it has been sent away meanwhile, and keeps nothing", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    const first = open(browser, gate);
    await first.join("first");
    running.pop()?.();

    gate.answers = "dismissed";
    const later = new FakeBrowser(browser.storage);
    await later.pass(10 * 60_000);
    const second = open(later, gate);
    await settled();
    expect(second.getSnapshot().ended).toEqual({ session: "s_1", reason: "dismissed" });
    expect(browser.storage.has(guestKey)).toBe(false);
  });

  it("is told so where a new socket is refused, and does not come back", async () => {
    const browser = new FakeBrowser();
    const gate = new Gate();
    const client = open(browser, gate);
    await client.join("first");
    await settled();
    const socket = browser.sockets.at(-1);
    socket?.say({ type: "ended", session: "s_1", reason: "dismissed" });
    socket?.break(4100);
    await settled();
    await browser.pass(60_000);
    expect(client.getSnapshot().ended).toEqual({ session: "s_1", reason: "dismissed" });
    expect(gate.hellos).toBe(1);
  });
});
