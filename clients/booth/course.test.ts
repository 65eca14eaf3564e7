import { describe, expect, it } from "vitest";
import type { Leg, Participant, Session } from "../session/protocol";
import type { Snapshot } from "../session/types";
import { alarmOf } from "./course";
import { next, nobody } from "./local";
import { screenOf, type Screen } from "./state";

const at = "2026-11-25T10:05:00+09:00";
const me = "booth:shiomachihama-1";

const professional = { name: "森田 千尋", kana: "もりた ちひろ", title: "医師", organisation: "汐待もりた医院", phone: "0999-00-1234" };
const leg: Leg = {
  service: "medical", serviceName: "", role: "doctor", pool: "morita", poolName: "", desk: "morita",
  startsAt: at, plannedAt: at, endsAt: at, done: false, professional,
};

function participant(id: string, over: Partial<Participant> = {}): Participant {
  return { id, kind: id.startsWith("booth") ? "booth" : "desk", role: "doctor", name: "森田 千尋", admitted: true, ...over };
}

function snapshotOf(over: Partial<Session>, rest: Partial<Snapshot> = {}): Snapshot {
  const session: Session = {
    type: "session", id: "s_1", version: 1, state: "consultation", appointment: "a_1", office: "o", officeName: "", booth: "shiomachihama-1",
    boothName: "ブース1", number: 3, checkedInBy: "counter", legs: [leg], leg: 0,
    participants: [participant(me), participant("desk:morita")],
    ...over,
  };
  const off = { state: "off" } as const;
  const self = {
    voice: off, face: off, document: off, stethoscope: off, screen: off, preview: null, documentPreview: null, audioMuted: false, videoMuted: false,
  };
  return {
    connection: { state: "live" }, identity: { seat: me, role: "booth", name: "", area: "", expiresAt: at }, sessions: [], calls: [], dayRev: 1,
    entered: "s_1", session, presence: [], waiting: null, armed: null, lobby: null, unwiped: [], ended: null,
    media: { phase: "connected", quality: "good", self, incoming: { voices: [], pictures: [] }, remote: {} },
    sealing: { state: "off", code: null, unable: [], meddled: false },
    checks: { voice: "off", face: "off" }, talk: [], ...rest,
  };
}

/** The kind of a screen, and who sees or hears on it. */
function namesOn(screen: Screen): string[] {
  return [screen.kind, ...("people" in screen ? screen.people.map((one) => one.name) : [])];
}

const local = { ...nobody, visit: "s_1" };

describe("in the course of a visit", () => {
  it("names who has called, before anybody is let in", () => {
    const screen = screenOf(snapshotOf({ state: "waiting", called: { desk: "morita", name: "森田 千尋", at } }), local);
    expect(screen).toMatchObject({ kind: "called", by: { name: "森田 千尋", kana: "もりた ちひろ", role: "doctor" } });
  });

  it("says until when a call is put off", () => {
    expect(screenOf(snapshotOf({ state: "waiting", notBefore: at }), local)).toMatchObject({ kind: "later", notBefore: at });
  });

  it("draws the curtain, and lets only whoever paused go on", () => {
    const mine = screenOf(snapshotOf({ pause: { by: me, reason: "privacy", at } }), local);
    expect(mine).toMatchObject({ kind: "paused", why: { by: "me", reason: "privacy" } });
    const theirs = screenOf(snapshotOf({ pause: { by: "desk:morita", reason: "lookup", at } }), local);
    expect(theirs).toMatchObject({ kind: "paused", why: { by: "other", reason: "lookup" }, who: { name: "森田 千尋" } });
  });

  it("asks whether staff may listen, and then waits for the other side", () => {
    const pause = { reason: "visitor", at } as const;
    const asked = screenOf(snapshotOf({ pause, staff: { present: true, at, accepted: [] } }), local);
    expect(asked).toMatchObject({ kind: "paused", why: { by: "staff", accepted: false } });
    const told = screenOf(snapshotOf({ pause, staff: { present: true, at, accepted: [me] } }), local);
    expect(told).toMatchObject({ kind: "paused", why: { by: "staff", accepted: true } });
  });

  it("shows who talk while the resident is apart, and nobody who does not", () => {
    const word = { desk: "shiokaze-1", name: "大浦 亜希子", role: "pharmacist", by: "desk:morita", private: true, joined: true, at };
    const participants = [
      participant(me, { apart: true }),
      participant("desk:morita"),
      participant("desk:shiokaze-1", { role: "pharmacist", name: "大浦 亜希子" }),
      participant("g_1", { kind: "guest", role: "family", name: "磯部 健", apart: true }),
    ];
    const screen = screenOf(snapshotOf({ word, participants }), local);
    expect(namesOn(screen)).toEqual(["aside", "森田 千尋", "大浦 亜希子"]);
  });

  it("names whoever is asked in and whoever stands at the gate", () => {
    const word = { desk: "shiokaze-1", name: "大浦 亜希子", role: "pharmacist", by: "desk:morita", private: true, joined: false, at };
    const guest = participant("g_1", { kind: "guest", role: "family", name: "磯部 健", admitted: false });
    const screen = screenOf(snapshotOf({ word, participants: [participant(me), participant("desk:morita"), guest] }), local);
    expect(screen).toMatchObject({ kind: "talk", asked: { name: "大浦 亜希子" }, gate: [{ name: "磯部 健", role: "family" }] });
    expect(namesOn(screen)).toEqual(["talk", "森田 千尋"]);
  });

  it("is not idle before the server has heard that nothing is left", () => {
    const over = snapshotOf({}, { entered: null, session: null });
    expect(screenOf({ ...over, unwiped: ["s_1"] }, nobody).kind).toBe("wiping");
    expect(screenOf(over, nobody).kind).toBe("idle");
  });
});

describe("the emergency button", () => {
  it("has two steps, and the second only while the server keeps it open", () => {
    const touched = next(local, { type: "alarm", is: "asked" });
    expect(alarmOf(snapshotOf({}), local)).toBeNull();
    expect(alarmOf(snapshotOf({}), touched)).toEqual({ state: "arming" });
    const armed = { type: "armed", session: "s_1", until: at } as const;
    expect(alarmOf(snapshotOf({}, { armed }), touched)).toEqual({ state: "armed", until: at, sending: false });
    expect(alarmOf(snapshotOf({}, { armed }), local)).toBeNull();
  });

  it("shows the sheet to both sides until it is closed, and again for the next one", () => {
    const emergency = {
      by: me, at, address: "", officePhone: "", hospital: "", hospitalPhone: "", deskName: "", deskPhone: "",
    };
    const closed = next(local, { type: "close-alarm", at });
    expect(alarmOf(snapshotOf({ emergency }), local)).toMatchObject({ state: "raised", open: true });
    expect(alarmOf(snapshotOf({ emergency }), closed)).toMatchObject({ state: "raised", open: false });
    expect(alarmOf(snapshotOf({ emergency: { ...emergency, at: "2026-11-25T10:09:00+09:00" } }), closed)).toMatchObject({ open: true });
  });
});
