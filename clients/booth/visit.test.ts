import { afterEach, expect, it } from "vitest";
import { createSeatClient, type SeatClient } from "../session";
import { FakeBrowser, FakeServer, settled } from "../session/testing";
import { nobody } from "./local";
import { screenOf } from "./state";

const running: SeatClient[] = [];

afterEach(() => {
  for (const client of running.splice(0)) client.start()();
});

it("the booth's screens follow a visit that the broker tells, and a reload begins where it was", async () => {
  const browser = new FakeBrowser();
  const server = new FakeServer(browser);
  const booth = (at: FakeBrowser): (() => string) => {
    const client = createSeatClient({ kind: "booth", seat: "shiomachihama-1", browser: at });
    running.push(client);
    client.start();
    return () => screenOf(client.getSnapshot(), nobody).kind;
  };
  const screen = booth(browser);
  await settled();
  const before = screen();
  server.checkIn();
  await settled();
  expect(screen()).not.toBe(before);
  server.move("consultation");
  await browser.pass(100);
  expect(screen()).toBe("talk");

  const again = new FakeBrowser(browser.storage);
  again.reloaded = true;
  server.takeOver(again);
  const anew = booth(again);
  await again.pass(100);
  expect(anew()).toBe("talk");
  expect(again.sockets[0]?.sent("hello")[0]).toMatchObject({ reason: "reload" });
  expect([...again.storage.keys()]).toHaveLength(1);

  server.end("done");
  await settled();
  expect(anew()).toBe("goodbye");
});
