import { describe, expect, it } from "vitest";
import { hostToEnter, isBackFromGroup, wipedHere } from "./group";
import type { Session } from "./protocol";
import { initialSeatState } from "./reduce";

const own = { id: "s_2" } as Session;

describe("a booth in a group session", () => {
  it("enters the session in whose room it is, once", () => {
    expect(hostToEnter("booth", { ...own, host: "s_1" }, "s_2")).toBe("s_1");
    expect(hostToEnter("booth", { ...own, host: "s_1" }, "s_1")).toBeNull();
    expect(hostToEnter("booth", own, "s_2")).toBeNull();
  });

  it("is followed by nobody else", () => {
    expect(hostToEnter("desk", { ...own, host: "s_1" }, "s_2")).toBeNull();
  });

  it("is back when it is released, and not when the visit is over", () => {
    expect(isBackFromGroup({ type: "ended", session: "s_1", reason: "released" })).toBe(true);
    expect(isBackFromGroup({ type: "ended", session: "s_1", reason: "done" })).toBe(false);
  });
});

describe("what a booth confirms as wiped", () => {
  const unwiped = ["s_1"];

  it("is a session of which nothing is left, as after a reload", () => {
    expect(wipedHere({ ...initialSeatState, unwiped })).toEqual(["s_1"]);
  });

  it("is not one that still says goodbye", () => {
    expect(wipedHere({ ...initialSeatState, unwiped, ended: { session: "s_1", reason: "done" } })).toEqual([]);
    expect(wipedHere({ ...initialSeatState, unwiped, session: { id: "s_1" } as Session })).toEqual([]);
    expect(wipedHere({ ...initialSeatState, unwiped, entered: "s_1" })).toEqual([]);
  });
});
