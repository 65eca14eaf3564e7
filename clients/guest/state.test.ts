import { describe, expect, it } from "vitest";
import type { GuestSnapshot } from "../session/guest";
import type { Participant, Session } from "../session/protocol";
import { screenOf } from "./state";

const at = "2026-11-25T10:05:00+09:00";
const me = "g_1";

function participant(id: string, over: Partial<Participant> = {}): Participant {
  return { id, kind: "desk", role: "doctor", name: "森田 千尋", admitted: true, ...over };
}

function snapshotOf(over: Partial<GuestSnapshot>, session?: Partial<Session>): GuestSnapshot {
  const off = { state: "off" } as const;
  const self = {
    voice: off, face: off, document: off, stethoscope: off, screen: off, preview: null, documentPreview: null, audioMuted: false, videoMuted: false,
  };
  const professional = { name: "森田 千尋", kana: "もりた ちひろ", title: "医師", organisation: "", phone: "" };
  const leg = {
    service: "medical", serviceName: "", role: "doctor", pool: "morita", poolName: "", desk: "morita",
    startsAt: at, plannedAt: at, endsAt: at, done: false, professional,
  };
  const whole: Session = {
    type: "session", id: "s_1", version: 1, state: "consultation", appointment: "a_1", office: "o", officeName: "", booth: "b", boothName: "ブース1",
    number: 3, checkedInBy: "counter", legs: [leg], leg: 0,
    participants: [participant("booth:b", { kind: "booth", role: "booth" }), participant("desk:morita"), participant(me, { kind: "guest", role: "family" })],
    ...session,
  };
  return {
    pass: "good", connection: { state: "live" }, identity: { seat: me, role: "family", name: "磯部 健", area: "", expiresAt: at }, sessions: null,
    calls: [], dayRev: 0, entered: "s_1", session: session === undefined ? null : whole, presence: [], waiting: null, armed: null, lobby: null,
    unwiped: [], ended: null, media: { phase: "connected", quality: "good", self, incoming: { voices: [], pictures: [] }, remote: {} },
    sealing: { state: "off", code: null, unable: [], meddled: false },
    checks: { voice: "off", face: "off" }, talk: [], ...over,
  };
}

const waits = participant(me, { kind: "guest", role: "family", admitted: false });

describe("a guest's page", () => {
  it("spends nothing before the button is pressed", () => {
    expect(screenOf(snapshotOf({ pass: "none" }), true)).toEqual({ kind: "invited", busy: false });
    expect(screenOf(snapshotOf({ pass: "asking" }), true)).toEqual({ kind: "invited", busy: true });
  });

  it("explains a link that is missing, spent or out of reach", () => {
    expect(screenOf(snapshotOf({ pass: "none" }), false).kind).toBe("no-link");
    expect(screenOf(snapshotOf({ pass: "spent" }), true).kind).toBe("spent");
    expect(screenOf(snapshotOf({ pass: "unreachable" }), true).kind).toBe("unreachable");
  });

  it("stands at the gate until let in, and says who lets in", () => {
    const screen = screenOf(snapshotOf({}, { participants: [participant("desk:morita"), waits] }), true);
    expect(screen).toMatchObject({ kind: "gate", host: { role: "doctor", name: "森田 千尋" } });
    expect(screenOf(snapshotOf({}, { state: "waiting" }), true).kind).toBe("gate");
  });

  it("names everybody but itself once it is let in", () => {
    expect(screenOf(snapshotOf({}, {}), true)).toMatchObject({ kind: "talk", quiet: "no", people: [{ id: "booth:b" }, { id: "desk:morita" }] });
  });

  it("says that nothing reaches anybody while it is apart or all is paused", () => {
    const apart = participant(me, { kind: "guest", role: "family", apart: true });
    expect(screenOf(snapshotOf({}, { participants: [participant("desk:morita"), apart] }), true)).toMatchObject({ kind: "talk", quiet: "apart", people: [] });
    const pause = { by: "booth:b", reason: "privacy", at } as const;
    expect(screenOf(snapshotOf({}, { pause }), true)).toMatchObject({ kind: "talk", quiet: "paused", people: [] });
  });

  it("says goodbye in the words of how it ended", () => {
    expect(screenOf(snapshotOf({ ended: { session: "s_1", reason: "dismissed" } }, {}), true)).toEqual({ kind: "over", how: "dismissed" });
    expect(screenOf(snapshotOf({ ended: { session: "s_1", reason: "abandoned" } }, {}), true)).toEqual({ kind: "over", how: "done" });
  });
});
