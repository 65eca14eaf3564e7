import { afterEach, describe, expect, it } from "vitest";
import { createSeatClient, type SeatClient } from "./client";
import { fakeCamera, FakeBrowser, failureOf, settled } from "./fakebrowser";
import { FakeServer } from "./fakeserver";
import { Close } from "./protocol";
import { storageKey } from "./seat";

interface Stage {
  browser: FakeBrowser;
  server: FakeServer;
  client: SeatClient;
}

const running: SeatClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.start()();
});

function serve(browser: FakeBrowser): FakeServer {
  return new FakeServer(browser);
}

function boothClient(browser: FakeBrowser): SeatClient {
  const client = createSeatClient({ kind: "booth", seat: "shiomachihama-1", browser });
  running.push(client);
  return client;
}

function deskClient(browser: FakeBrowser): SeatClient {
  const client = createSeatClient({ kind: "desk", seat: "morita", browser });
  running.push(client);
  return client;
}

async function booth(): Promise<Stage> {
  const browser = new FakeBrowser();
  const server = new FakeServer(browser);
  const client = boothClient(browser);
  client.start();
  await settled();
  return { browser, server, client };
}

async function boothIn(state: "arrived" | "waiting" | "consultation"): Promise<Stage> {
  const stage = await booth();
  stage.server.checkIn();
  await settled();
  if (state !== "arrived") stage.server.move(state);
  await stage.browser.pass(50);
  return stage;
}

async function desk(): Promise<Stage> {
  const browser = new FakeBrowser();
  const server = new FakeServer(browser, "desk:morita");
  const client = deskClient(browser);
  client.start();
  await settled();
  return { browser, server, client };
}

async function deskInConsultation(): Promise<Stage> {
  const stage = await desk();
  stage.server.checkIn();
  stage.server.move("waiting");
  await stage.client.enter(stage.server.session);
  await stage.client.admit();
  await stage.browser.pass(50);
  return stage;
}

describe("signing in", () => {
  it("takes the seat of the page's address, keeps it in this tab, and is live", async () => {
    const browser = new FakeBrowser();
    browser.search = "?seat=shiomachihama-1";
    serve(browser);
    const client = createSeatClient({ kind: "booth", browser });
    running.push(client);
    client.start();
    await settled();
    expect(client.getSnapshot().connection).toEqual({ state: "live" });
    expect(client.getSnapshot().identity?.seat).toBe("booth:shiomachihama-1");
    expect([...browser.storage.keys()]).toEqual([storageKey]);
  });

  it("asks for the code where the server wants one, and goes on with it", async () => {
    const browser = new FakeBrowser();
    const server = new FakeServer(browser);
    server.needsCode = true;
    const client = boothClient(browser);
    client.start();
    await settled();
    expect(client.getSnapshot().connection).toEqual({ state: "failed", reason: "signed-out" });
    await expect(client.signIn({ seat: "booth:shiomachihama-1", code: "wrong" })).rejects.toMatchObject({ code: "bad-code" });
    await client.signIn({ seat: "booth:shiomachihama-1", code: "right" });
    await settled();
    expect(client.getSnapshot().connection).toEqual({ state: "live" });
  });

  it("keeps trying while the server cannot be reached", async () => {
    const browser = new FakeBrowser();
    const server = new FakeServer(browser);
    server.up = false;
    const client = boothClient(browser);
    client.start();
    await browser.pass(2_000);
    expect(client.getSnapshot().connection).toMatchObject({ state: "reconnecting" });
    server.up = true;
    await browser.pass(10_000);
    expect(client.getSnapshot().connection).toEqual({ state: "live" });
  });

  it("knows the server's clock although its own is wrong", async () => {
    const { browser, client } = await booth();
    expect(client.now() - browser.now()).toBe(90_000);
  });
});

describe("a booth", () => {
  it("enters its session by itself, but opens no camera before the resident has begun", async () => {
    const { browser, server, client } = await boothIn("arrived");
    expect(client.getSnapshot()).toMatchObject({ entered: server.session, session: { state: "arrived" } });
    expect(browser.opened).toEqual([]);
    await client.openMedia();
    await settled();
    expect(client.getSnapshot().media).toMatchObject({ phase: "connected", self: { voice: { state: "on" }, face: { state: "on" } } });
  });

  it("goes from the device check to waiting to the consultation with one and the same connection", async () => {
    const { browser, server, client } = await boothIn("arrived");
    await client.openMedia();
    await client.ready();
    await settled();
    expect(client.getSnapshot()).toMatchObject({ session: { state: "waiting" }, waiting: { toMinutes: 15 } });
    server.tracks = [
      { mid: "5", participant: "desk:morita", purpose: "voice" },
      { mid: "9", participant: "desk:morita", purpose: "face" },
    ];
    server.move("consultation");
    await settled();
    const remote = client.getSnapshot().media.remote["desk:morita"];
    expect(remote?.voice?.getTracks()).toEqual([browser.peerNow.lines[5]?.receiver.track]);
    expect(remote?.face?.getTracks()).toEqual([browser.peerNow.lines[9]?.receiver.track]);
    expect(browser.peers).toHaveLength(1);
  });

  it("never gives back its own sound", async () => {
    const { server, client } = await boothIn("consultation");
    server.tracks = [{ mid: "5", participant: "booth:shiomachihama-1", purpose: "voice" }];
    server.tellSession();
    expect(client.getSnapshot().media.remote).toEqual({});
  });

  it("is back in the consultation after the page was loaded again, without a click", async () => {
    const { browser, server, client } = await boothIn("consultation");
    client.start()();
    const again = new FakeBrowser(browser.storage);
    again.reloaded = true;
    await again.pass(browser.now() - again.now());
    server.takeOver(again);
    const second = boothClient(again);
    second.start();
    await again.pass(50);
    expect(second.getSnapshot()).toMatchObject({ entered: server.session, session: { state: "consultation" }, media: { phase: "connected" } });
    expect(again.sockets[0]?.sent("hello")[0]).toMatchObject({ reason: "reload" });
    expect(again.calls.filter((call) => call.path === "/v1/sign-in")).toEqual([]);
  });

  it("stays muted over a reload, for the server remembers", async () => {
    const { browser, server, client } = await boothIn("consultation");
    await client.mute({ audio: true, video: true });
    client.start()();
    const again = new FakeBrowser(browser.storage);
    server.takeOver(again);
    const second = boothClient(again);
    second.start();
    await again.pass(50);
    expect(second.getSnapshot().media.self).toMatchObject({ audioMuted: true, videoMuted: true, preview: null });
    expect(again.live.map((track) => [track.kind, track.enabled])).toEqual([["audio", false]]);
  });

  it("leaves, closes its devices and says goodbye", async () => {
    const { browser, server, client } = await boothIn("consultation");
    await client.leave();
    expect(server.carriedOut).toContain("leave");
    expect(client.getSnapshot()).toMatchObject({ entered: null, ended: { reason: "left" }, media: { phase: "off" } });
    expect(browser.live).toEqual([]);
  });

  it("leaves within two seconds though the line is down, and the server hears it later", async () => {
    const { browser, server, client } = await boothIn("consultation");
    server.up = false;
    browser.socketNow.break();
    const left = client.leave();
    await browser.pass(2_000);
    await left;
    expect(client.getSnapshot()).toMatchObject({ entered: null, ended: { reason: "left" } });
    client.wipe();
    server.up = true;
    await browser.pass(10_000);
    expect(server.carriedOut.at(-1)).toBe("leave");
    expect(client.getSnapshot()).toMatchObject({ entered: null, session: null, ended: null, media: { phase: "off" } });
  });

  it("does not enter the next resident's session before the goodbye was wiped", async () => {
    const { browser, server, client } = await boothIn("consultation");
    server.end("done");
    await settled();
    expect(client.getSnapshot().ended).toEqual({ session: server.session, reason: "done" });
    Object.assign(server, { session: "s_next" });
    server.checkIn();
    await settled();
    expect(client.getSnapshot().entered).toBeNull();
    client.wipe();
    await browser.pass(10);
    expect(client.getSnapshot()).toMatchObject({ entered: "s_next", ended: null });
  });

  it("calls the staff outside of every session too", async () => {
    const { client, server } = await booth();
    await client.call();
    expect(server.carriedOut).toEqual(["call"]);
    expect(client.getSnapshot().calls).toHaveLength(1);
  });
});

describe("wiping", () => {
  it("leaves nothing but the seat", async () => {
    const { browser, server, client } = await boothIn("consultation");
    client.startChecks();
    client.sendTalk("頭が いたいです", { large: true });
    server.end("done");
    client.stopChecks();
    client.wipe();
    await settled();
    const { connection, identity, sessions, dayRev, ...rest } = client.getSnapshot();
    expect(connection).toEqual({ state: "live" });
    expect(identity?.seat).toBe("booth:shiomachihama-1");
    expect([sessions?.every((one) => one.state === "closed"), dayRev]).toEqual([true, server.version]);
    expect(rest).toEqual({
      calls: [],
      entered: null,
      session: null,
      presence: [],
      waiting: null,
      armed: null,
      lobby: null,
      unwiped: [],
      ended: null,
      sealing: { state: "off", code: null, unable: [], meddled: false },
      checks: { voice: "off", face: "off" },
      talk: [],
      media: {
        phase: "off",
        quality: "good",
        incoming: { voices: [], pictures: [] },
        remote: {},
        self: {
          voice: { state: "off" },
          face: { state: "off" },
          document: { state: "off" },
          stethoscope: { state: "off" },
          screen: { state: "off" },
          preview: null,
          documentPreview: null,
          audioMuted: false,
          videoMuted: false,
        },
      },
    });
    expect([...browser.storage.keys()]).toEqual([storageKey]);
    expect(browser.storage.get(storageKey)).not.toMatch(/s_|room-|a_/);
    expect(browser.live).toEqual([]);
    expect(browser.peers.every((peer) => peer.connectionState === "closed")).toBe(true);
  });

  it("rejects what was still wanted in the session", async () => {
    const { server, client } = await boothIn("arrived");
    server.swallowed.add("ready");
    const ready = client.ready();
    client.wipe();
    await expect(ready).rejects.toMatchObject({ code: "wiped" });
  });

  it("does not go back into the session that was wiped", async () => {
    const { browser, client, server } = await boothIn("consultation");
    client.wipe();
    server.tellSeat();
    await browser.pass(1_000);
    expect(client.getSnapshot().entered).toBeNull();
  });

  it("signing out forgets the seat too", async () => {
    const { browser, client } = await boothIn("consultation");
    await client.signOut();
    expect(browser.storage.size).toBe(0);
    expect(browser.live).toEqual([]);
    expect(browser.waiting).toBe(0);
    expect(client.getSnapshot()).toMatchObject({ identity: null, session: null, connection: { state: "failed", reason: "signed-out" } });
  });
});

describe("a lost line", () => {
  it("leaves sound and picture alone and comes back into the session", async () => {
    const { browser, client } = await boothIn("consultation");
    browser.socketNow.break();
    await settled();
    expect(client.getSnapshot()).toMatchObject({
      connection: { state: "reconnecting", attempt: 1, why: "network" },
      session: { state: "consultation" },
      media: { phase: "connected" },
    });
    await browser.pass(1_000);
    expect(client.getSnapshot()).toMatchObject({ connection: { state: "live" }, session: { state: "consultation" } });
    expect(browser.peers).toHaveLength(1);
    expect(browser.socketNow.sent("hello")[0]).toMatchObject({ reason: "network" });
    expect(browser.socketNow.sent("offer")).toEqual([]);
  });

  it("is noticed though nobody closed it", async () => {
    const { browser, server, client } = await booth();
    const silent = browser.socketNow;
    server.swallowed.add("ping");
    await browser.pass(29_000);
    expect(client.getSnapshot().connection.state).toBe("live");
    server.swallowed.delete("ping");
    await browser.pass(2_000);
    expect(silent.isOpen).toBe(false);
    expect(browser.sockets.length).toBe(2);
    expect(client.getSnapshot().connection.state).toBe("live");
  });

  it("is noticed within two seconds when the tab is looked at again", async () => {
    const { browser, server } = await booth();
    server.swallowed.add("ping");
    browser.tell("visible");
    await browser.pass(2_500);
    expect(browser.sockets.length).toBe(2);
  });

  it("is not waited for longer when the network is back", async () => {
    const { browser, server, client } = await booth();
    server.up = false;
    browser.socketNow.break();
    await browser.pass(60_000);
    server.up = true;
    browser.tell("online");
    await settled();
    expect(client.getSnapshot().connection.state).toBe("live");
  });

  it("in the middle of a request: what was carried out is not asked again", async () => {
    const { browser, server, client } = await deskInConsultation();
    server.muffled.add("handover");
    const handover = client.handover();
    await settled();
    browser.socketNow.break();
    await browser.pass(1_000);
    await handover;
    expect(server.carriedOut.filter((one) => one === "handover")).toHaveLength(1);
  });

  it("in the middle of a request: what was not carried out is asked again", async () => {
    const { browser, server, client } = await boothIn("arrived");
    server.swallowed.add("ready");
    const ready = client.ready();
    await settled();
    server.swallowed.delete("ready");
    browser.socketNow.break();
    await browser.pass(1_000);
    await ready;
    expect(server.state).toBe("waiting");
  });

  it("in the middle of a request that no longer makes sense: it is moot", async () => {
    const { browser, server, client } = await boothIn("arrived");
    server.swallowed.add("ready");
    const ready = client.ready();
    const moot = failureOf(ready);
    await settled();
    server.state = "closed";
    browser.socketNow.break();
    await browser.pass(1_000);
    expect(await moot).toMatchObject({ code: "moot" });
    expect(client.getSnapshot()).toMatchObject({ entered: null, ended: { reason: "abandoned" } });
  });

  it("longer than fifteen seconds fails what was asked for", async () => {
    const { browser, server, client } = await boothIn("arrived");
    server.up = false;
    browser.socketNow.break();
    await settled();
    const late = failureOf(client.ready());
    await browser.pass(15_000);
    expect(await late).toMatchObject({ code: "timeout" });
  });

  it("of a server that restarts: the desk is in the same consultation again", async () => {
    const { browser, server, client } = await deskInConsultation();
    browser.socketNow.break(Close.Restart);
    expect(client.getSnapshot().connection).toMatchObject({ state: "reconnecting", why: "server" });
    await browser.pass(1_500);
    expect(client.getSnapshot()).toMatchObject({ entered: server.session, session: { state: "consultation" } });
  });
});

describe("a seat", () => {
  it("opened elsewhere closes everything here and stays away until it is asked back", async () => {
    const { browser, client } = await boothIn("consultation");
    browser.socketNow.break(Close.Replaced);
    await browser.pass(60_000);
    expect(browser.sockets).toHaveLength(1);
    expect(client.getSnapshot()).toMatchObject({ connection: { state: "failed", reason: "replaced" }, session: null, media: { phase: "off" } });
    expect(browser.live).toEqual([]);
    client.reconnect();
    await browser.pass(50);
    expect(client.getSnapshot()).toMatchObject({ connection: { state: "live" }, session: { state: "consultation" } });
  });

  it("that this tab does not hold can do nothing, and says so at once", async () => {
    const { browser, client } = await booth();
    browser.socketNow.break(Close.Revoked);
    await expect(client.call()).rejects.toMatchObject({ code: "offline" });
    await expect(client.enter("s_1")).rejects.toMatchObject({ code: "offline" });
  });

  it("whose token has expired gets another and goes on", async () => {
    const { browser, client } = await boothIn("consultation");
    const before = browser.sockets[0]?.sent("hello")[0]?.token;
    browser.socketNow.break(Close.Expired);
    await browser.pass(100);
    const hello = browser.socketNow.sent("hello")[0];
    expect(hello?.token).not.toBe(before);
    expect(client.getSnapshot()).toMatchObject({ connection: { state: "live" }, session: { state: "consultation" }, media: { phase: "connected" } });
    expect(browser.calls.filter((call) => call.path === "/v1/sign-in").at(-1)?.headers["Authorization"]).toBe(`Bearer ${before}`);
  });

  it("whose expired token vouches for nobody signs in as at first", async () => {
    const { browser, server, client } = await booth();
    server.refusesTokens = true;
    browser.socketNow.break(Close.Expired);
    await browser.pass(100);
    expect(client.getSnapshot().connection).toEqual({ state: "live" });
    expect(browser.calls.at(-1)).toMatchObject({ path: "/v1/sign-in", body: { seat: "booth:shiomachihama-1" } });
  });

  it("whose token cannot be renewed asks to sign in", async () => {
    const { browser, server, client } = await booth();
    server.needsCode = true;
    browser.socketNow.break(Close.Expired);
    await browser.pass(1_000);
    expect(client.getSnapshot().connection).toEqual({ state: "failed", reason: "signed-out" });
  });

  it("renews its token long before it expires", async () => {
    const { browser } = await booth();
    await browser.pass(10 * 3_600_000);
    expect(browser.calls.filter((call) => call.path === "/v1/sign-in")).toHaveLength(2);
  });
});

describe("a desk", () => {
  it("enters the visit it chooses, shows itself, and admits the booth", async () => {
    const { browser, server, client } = await desk();
    server.checkIn();
    server.move("waiting");
    await settled();
    expect(client.getSnapshot().entered).toBeNull();
    await client.enter(server.session);
    await browser.pass(50);
    expect(client.getSnapshot().media).toMatchObject({ phase: "connected", remote: {} });
    await client.admit();
    expect(server.state).toBe("consultation");
  });

  it("goes back into its consultation after a reload, but not into one it has left", async () => {
    const { browser, server, client } = await deskInConsultation();
    client.start()();
    const again = new FakeBrowser(browser.storage);
    server.takeOver(again);
    const second = deskClient(again);
    second.start();
    await again.pass(50);
    expect(second.getSnapshot().entered).toBe(server.session);
    await second.leave();
    server.move("consultation");
    await again.pass(1_000);
    expect(second.getSnapshot()).toMatchObject({ entered: null, session: null });
  });

  it("that hands over is out, and its part has ended", async () => {
    const { browser, client } = await deskInConsultation();
    await client.handover();
    expect(client.getSnapshot()).toMatchObject({ entered: null, ended: { reason: "handover" }, media: { phase: "off" } });
    expect(browser.live).toEqual([]);
  });

  it("hears why the server refuses", async () => {
    const { server, client } = await desk();
    server.checkIn();
    await client.enter(server.session);
    server.refusals.set("admit", "not_now");
    await expect(client.admit()).rejects.toMatchObject({ code: "not_now" });
  });

  it("cannot enter a session that is over", async () => {
    const { client } = await desk();
    await expect(client.enter("s_gone")).rejects.toMatchObject({ status: 404 });
    expect(client.getSnapshot().entered).toBeNull();
  });

  it("without a session is told so", async () => {
    const { client } = await desk();
    await expect(client.end()).rejects.toMatchObject({ code: "no-session" });
    expect(() => client.sendTalk("もしもし")).toThrow(expect.objectContaining({ code: "no-session" }));
  });
});

describe("muting", () => {
  it("closes the camera, keeps the microphone silent, and tells the server", async () => {
    const { browser, server, client } = await boothIn("consultation");
    await client.mute({ audio: true, video: true });
    expect(browser.live.map((track) => [track.kind, track.enabled])).toEqual([["audio", false]]);
    expect(browser.peerNow.lines[2]?.sending).toBeNull();
    expect(server.presence["booth:shiomachihama-1"]).toMatchObject({ audioMuted: true, videoMuted: true });
    await client.mute({ audio: false, video: false });
    expect(browser.live.map((track) => [track.kind, track.enabled])).toEqual([["audio", true], ["video", true]]);
    expect(browser.peerNow.lines[2]?.sending).toBe(browser.live[1]);
    expect(browser.peers).toHaveLength(1);
  });

  it("while the line is down holds here at once and there as soon as it is back", async () => {
    const { browser, server, client } = await boothIn("consultation");
    browser.socketNow.break();
    const muted = client.mute({ audio: true });
    expect(browser.live.find((track) => track.kind === "audio")?.enabled).toBe(false);
    await browser.pass(1_000);
    await muted;
    expect(server.presence["booth:shiomachihama-1"]?.audioMuted).toBe(true);
  });
});

describe("the snapshot", () => {
  it("is the same object until something changes, and so are its parts", async () => {
    const { client, server } = await boothIn("consultation");
    const before = client.getSnapshot();
    expect(client.getSnapshot()).toBe(before);
    let told = 0;
    const stop = client.subscribe(() => told++);
    server.tellSeat();
    expect(told).toBeGreaterThan(0);
    const after = client.getSnapshot();
    expect(after).not.toBe(before);
    expect(after.media).toBe(before.media);
    expect(after.session).toBe(before.session);
    stop();
  });

  it("leaves no timer behind when the client stops", async () => {
    const { browser, client } = await boothIn("consultation");
    client.startChecks();
    browser.unplug(fakeCamera);
    client.start()();
    await settled();
    expect(client.getSnapshot().connection).toEqual({ state: "off" });
    expect(browser.live).toEqual([]);
    expect(browser.waiting).toBe(0);
  });
});
