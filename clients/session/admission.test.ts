import { afterEach, describe, expect, it } from "vitest";
import { createSeatClient, type SeatClient } from "./client";
import { FakeBrowser, settled } from "./fakebrowser";
import { FakeServer } from "./fakeserver";
import { prepareAgain, prepareEvery } from "./prepare";
import type { Track } from "./protocol";
import { raiseAfter } from "./uplink";

const running: SeatClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.start()();
});

async function desk(): Promise<{ browser: FakeBrowser; server: FakeServer; client: SeatClient }> {
  const browser = new FakeBrowser();
  const server = new FakeServer(browser, "desk:morita");
  const client = createSeatClient({ kind: "desk", seat: "morita", browser });
  running.push(client);
  client.start();
  await settled();
  return { browser, server, client };
}

describe("a desk before and after admission", () => {
  it("sends little of itself until it has let somebody in, and a moment later all", async () => {
    const { browser, server, client } = await desk();
    server.checkIn();
    server.move("waiting");
    await client.enter(server.session);
    await browser.pass(50);
    const face = browser.peerNow.lines[2];
    expect(face?.encoding).toMatchObject({ maxBitrate: 150_000, maxFramerate: 15 });
    await client.admit();
    await browser.pass(raiseAfter - 1);
    expect(face?.maxBitrate).toBe(150_000);
    await browser.pass(1);
    expect(face?.encoding).toMatchObject({ maxBitrate: 1_200_000, maxFramerate: 30, scaleResolutionDownBy: 1 });
    server.move("waiting");
    await browser.pass(50);
    expect(face?.maxBitrate).toBe(150_000);
  });

  it("sends a smaller picture while several people send theirs, and the whole one when only one is left", async () => {
    const { browser, server, client } = await desk();
    server.checkIn();
    server.move("waiting");
    await client.enter(server.session);
    await browser.pass(50);
    const face = browser.peerNow.lines[2];
    await client.admit();
    const one: Track = { mid: "9", participant: "booth:shiomachihama-1", purpose: "face" };
    const paper: Track = { mid: "12", participant: "camera-1", purpose: "document" };
    server.say({ type: "tracks", session: server.session, tracks: [one, paper] });
    await browser.pass(raiseAfter);
    expect(face?.encoding).toMatchObject({ maxBitrate: 1_200_000, maxFramerate: 30 });
    server.say({ type: "tracks", session: server.session, tracks: [one, { ...one, mid: "10", participant: "guest-1" }] });
    await browser.pass(0);
    expect(face?.encoding).toMatchObject({ maxBitrate: 500_000, maxFramerate: 20 });
    server.say({ type: "tracks", session: server.session, tracks: [one] });
    await browser.pass(0);
    expect(face?.encoding).toMatchObject({ maxBitrate: 1_200_000, maxFramerate: 30 });
  });

  it("knows the streams on which somebody will appear before anybody does, and shows them on those", async () => {
    const { browser, server, client } = await desk();
    server.checkIn();
    server.move("waiting");
    await client.enter(server.session);
    await browser.pass(50);
    const { incoming } = client.getSnapshot().media;
    expect([incoming.voices.length, incoming.pictures.length]).toEqual([3, 3]);
    server.tracks = [{ mid: "9", participant: "booth:shiomachihama-1", purpose: "face" }];
    await client.admit();
    await browser.pass(50);
    const { media } = client.getSnapshot();
    expect(media.remote["booth:shiomachihama-1"]?.face).toBe(incoming.pictures[0]);
    server.say({ type: "tracks", session: server.session, tracks: [] });
    expect(client.getSnapshot().media.incoming.pictures[0]).not.toBe(incoming.pictures[0]);
    expect(client.getSnapshot().media.incoming.pictures[1]).toBe(incoming.pictures[1]);
  });

  it("says that it may let somebody in, until it is told to stop", async () => {
    const { browser, server, client } = await desk();
    server.checkIn();
    const entering = client.enter(server.session);
    const stop = client.prepare();
    await entering;
    await browser.pass(prepareAgain + prepareEvery);
    stop();
    await browser.pass(10 * prepareEvery);
    expect(server.carriedOut.filter((what) => what === "prepare")).toHaveLength(2);
  });
});
