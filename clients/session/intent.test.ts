import { describe, expect, it } from "vitest";
import { outcome, type Intent, type Outcome } from "./intent";
import type { Call, PresenceItem, Session } from "./protocol";
import { initialSeatState, type SeatState } from "./reduce";

const booth = "booth:shiomachihama-1";

function state(session: Partial<Session> | null, more: Partial<SeatState> = {}): SeatState {
  const participants = [{ id: booth, kind: "booth", role: "booth", name: "ブース1", admitted: false }];
  const whole = { id: "s_1", state: "waiting", leg: 0, participants, ...session } as Session;
  return session === null
    ? { ...initialSeatState, participant: booth, ...more }
    : { ...initialSeatState, participant: booth, entered: "s_1", session: whole, ...more };
}

const admitted = [{ id: booth, kind: "booth" as const, role: "booth", name: "ブース1", admitted: true }];
const ringing: Call = { id: "c_1", booth: "shiomachihama-1", boothName: "ブース1", at: "2026-11-25T10:03:00+09:00" };
const answered: Call = { ...ringing, answeredAt: "2026-11-25T10:04:00+09:00" };
const muted: PresenceItem = { participant: booth, online: true, connected: true, audioMuted: true, videoMuted: false };

describe("a request whose answer was lost with the line", () => {
  const cases: [situation: string, intent: Intent, state: SeatState, then: Outcome][] = [
    ["ready, and the session waits: done", { type: "ready" }, state({ state: "waiting" }), "done"],
    ["ready, and the session has only arrived: again", { type: "ready" }, state({ state: "arrived" }), "again"],
    ["ready, and the session is over: moot", { type: "ready" }, state(null), "moot"],
    ["admit, and the booth is in: done", { type: "admit", participant: booth }, state({ participants: admitted }), "done"],
    ["admit, and the booth still waits: again", { type: "admit", participant: booth }, state({}), "again"],
    ["admit, and the guest has gone: moot", { type: "admit", participant: "guest:1" }, state({}), "moot"],
    ["dismiss, and the guest has gone: done", { type: "dismiss", participant: "guest:1" }, state({}), "done"],
    ["dismiss, and the one is still there: again", { type: "dismiss", participant: booth }, state({}), "again"],
    ["handover, and this leg still goes on: again", { type: "handover", leg: 0 }, state({ leg: 0 }), "again"],
    ["handover, and the next leg has begun: done, not twice", { type: "handover", leg: 0 }, state({ leg: 1 }), "done"],
    ["handover, and this desk is out: done", { type: "handover", leg: 0 }, state(null), "done"],
    ["end, and it goes on: again", { type: "end" }, state({}), "again"],
    ["end, and it is over: done", { type: "end" }, state(null), "done"],
    ["end, and it is closed: done", { type: "end" }, state({ state: "closed" }), "done"],
    ["leave, and we are still in: again", { type: "leave" }, state({}), "again"],
    ["mute, and we are heard as muted: done", { type: "mute", audio: true, video: false }, state({}, { presence: [muted] }), "done"],
    ["mute, and we are not: again", { type: "mute", audio: false, video: false }, state({}, { presence: [muted] }), "again"],
    ["call, and it rings: done, not twice", { type: "call" }, state(null, { calls: [ringing] }), "done"],
    ["call, and an earlier one was answered: again", { type: "call" }, state(null, { calls: [answered] }), "again"],
    ["call, and nothing rings: again", { type: "call" }, state(null), "again"],
    ["answering a call that still rings: again", { type: "answer_call", call: "c_1" }, state(null, { calls: [ringing] }), "again"],
    ["answering a call that is answered: done", { type: "answer_call", call: "c_1" }, state(null, { calls: [answered] }), "done"],
  ];
  it.each(cases)("%s", (_situation, intent, so, then) => {
    expect(outcome(intent, so)).toBe(then);
  });
});
