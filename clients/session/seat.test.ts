import { describe, expect, it } from "vitest";
import { FakeBrowser, fakeStart } from "./fakebrowser";
import { SeatKeeper, storageKey, wantedSeat } from "./seat";

const inAnHour = new Date(fakeStart + 3_600_000).toISOString();
const identity = { seat: "booth:okuse-1", role: "booth", name: "ブース1", area: "shiomachi", expiresAt: inAnHour };

function keeper(browser: FakeBrowser): SeatKeeper {
  return new SeatKeeper(browser, () => Promise.reject(new Error("no server")), () => {});
}

function kept(value: object): FakeBrowser {
  return new FakeBrowser(new Map([[storageKey, JSON.stringify(value)]]));
}

describe("the seat a tab wants", () => {
  it.each([
    ["is the one of the address", undefined, "?seat=okuse-1", "booth:okuse-1"],
    ["is the app's before the address's", "okuse-2", "?seat=okuse-1", "booth:okuse-2"],
    ["may name its kind", "booth:okuse-2", "", "booth:okuse-2"],
    ["is not named by an empty address", undefined, "?seat=", null],
    ["may not be named at all", undefined, "", null],
  ])("%s", (_situation, option, search, seat) => {
    expect(wantedSeat("booth", option, search)).toBe(seat);
  });
});

describe("a seat kept in this tab", () => {
  it("is taken up again", () => {
    const seat = keeper(kept({ token: "t", ...identity }));
    expect(seat.resume("booth:okuse-1")).toBe(true);
    expect([seat.token, seat.identity?.name]).toEqual(["t", "ブース1"]);
  });

  it("is taken up when no other is wanted", () => {
    expect(keeper(kept({ token: "t", ...identity })).resume(null)).toBe(true);
  });

  it("is not taken up when another is wanted", () => {
    expect(keeper(kept({ token: "t", ...identity })).resume("booth:okuse-2")).toBe(false);
  });

  it("is not taken up when it has expired", () => {
    const expiresAt = new Date(fakeStart - 1).toISOString();
    expect(keeper(kept({ token: "t", ...identity, expiresAt })).resume(null)).toBe(false);
  });

  it.each([
    ["half of it is missing", JSON.stringify({ token: "t", seat: "booth:okuse-1" })],
    ["it is not ours", "hello"],
    ["it is not an object", "[]"],
  ])("is not taken up when %s", (_situation, text) => {
    expect(keeper(new FakeBrowser(new Map([[storageKey, text]]))).resume(null)).toBe(false);
  });
});
