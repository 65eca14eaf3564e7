import { afterEach, expect, it } from "vitest";
import { createSeatClient, onSeatEvents, type SeatClient, type SeatEvent } from "./index";
import { FakeBrowser, FakeServer, settled } from "./testing";

const running: SeatClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.start()();
});

it("a visit is told from the first line to the goodbye, each thing once", async () => {
  const browser = new FakeBrowser();
  const server = new FakeServer(browser);
  const client = createSeatClient({ kind: "booth", seat: "shiomachihama-1", browser });
  running.push(client);
  const told: SeatEvent[] = [];
  const stop = onSeatEvents(client, (event) => told.push(event));
  client.start();
  await settled();
  server.checkIn();
  await settled();
  server.move("waiting");
  await settled();
  server.move("consultation");
  await browser.pass(100);
  browser.socketNow.break();
  await browser.pass(1_000);
  server.end("done");
  await settled();
  const { session } = server;
  expect(told).toEqual([
    { type: "line-up" },
    { type: "entered", session },
    { type: "state", session, from: null, to: "arrived" },
    { type: "state", session, from: "arrived", to: "waiting" },
    { type: "media", connected: true },
    { type: "state", session, from: "waiting", to: "consultation" },
    { type: "line-lost", why: "network" },
    { type: "line-up" },
    { type: "ended", session, reason: "done" },
    { type: "media", connected: false },
  ]);
  stop();
  server.checkIn();
  await settled();
  expect(told).toHaveLength(10);
});
