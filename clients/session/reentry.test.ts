import { describe, expect, it } from "vitest";
import type { SessionSummary } from "./protocol";
import { sessionToEnter } from "./reentry";

const session: SessionSummary = {
  id: "s_1", appointment: "a_1", state: "consultation", office: "o", officeName: "", booth: "b", boothName: "", number: 3,
  leg: 0, desk: "morita", pool: "morita", boothOnline: true,
};

/** What a desk enters by itself, right after its page was loaded or later. */
function entered(one: Partial<SessionSummary>, { desk = "shiokaze-1", fresh = true, left = [] as string[] } = {}) {
  const identity = { seat: `desk:${desk}`, desk, role: "pharmacist", name: "", area: "", expiresAt: "2026-11-25T10:00:00+09:00" };
  const state = { sessions: [{ ...session, ...one }], entered: null, ended: null };
  return sessionToEnter({ kind: "desk", identity, state, fresh, left: new Set(left) });
}

describe("a desk whose page is loaded again", () => {
  it("goes back into its own consultation", () => {
    expect(entered({}, { desk: "morita" })).toBe("s_1");
    expect(entered({ state: "waiting" }, { desk: "morita" })).toBeNull();
  });

  it("goes back where it was asked in and had come", () => {
    expect(entered({ asked: true, joined: true })).toBe("s_1");
  });

  it("goes nowhere it has only been asked to, or has left", () => {
    expect(entered({ asked: true })).toBeNull();
    expect(entered({ asked: true, joined: true }, { left: ["s_1"] })).toBeNull();
    expect(entered({ asked: true, joined: true }, { fresh: false })).toBeNull();
  });
});
