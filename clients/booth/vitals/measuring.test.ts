import { describe, expect, it } from "vitest";
import { isOfNow, stageOf, vitals, noVitals, type Vitals, type VitalsAction } from "./measuring";
import type { Reading } from "../../session/vitals/reading";

const asked: VitalsAction = { type: "ask", ask: "a1", from: "desk:morita", kinds: ["blood-pressure", "oximeter"], now: 1_000 };

function after(...actions: readonly VitalsAction[]): Vitals {
  return actions.reduce(vitals, noVitals);
}

const typed = (...entries: readonly string[]): VitalsAction[] =>
  entries.flatMap((text): VitalsAction[] => [{ type: "digits", text }, { type: "next-digits" }]);

const reading: Reading = {
  id: "r1", kind: "blood-pressure", way: "device", at: 0, device: "Meter", deviceTime: null, flags: [],
  values: [{ of: "systolic", value: 128, unit: "mmHg" }, { of: "diastolic", value: 82, unit: "mmHg" }],
};

describe("measuring in the booth", () => {
  it("takes one kind after the other and ends by itself", () => {
    const first = after(asked, { type: "sent", reading });
    expect(first.measuring?.step).toEqual({ is: "sent", reading });
    const second = vitals(first, { type: "next", now: 2_000 });
    expect(second.measuring).toMatchObject({ at: 1, since: 2_000, step: { is: "device", refused: null } });
    const end = vitals(second, { type: "next", now: 3_000 });
    expect([end.measuring, end.sent]).toEqual([null, [reading]]);
  });

  it("says why a measurement was not taken, and goes on measuring", () => {
    expect(after(asked, { type: "refused", kind: "blood-pressure", why: "unsuccessful" }).measuring?.step).toEqual({ is: "device", refused: "unsuccessful" });
    expect(after(asked, { type: "refused", kind: "oximeter", why: "sensor" }).measuring?.step).toEqual({ is: "device", refused: null });
  });

  it("has three values typed for a blood pressure, and shows them before they are sent", () => {
    const { measuring, sent } = after(asked, { type: "cannot" }, { type: "type" }, ...typed("132", "78", "70"));
    expect(measuring?.step).toMatchObject({ is: "check", flags: [], values: [{ of: "systolic", value: 132 }, { of: "diastolic", value: 78 }, { of: "pulse", value: 70 }] });
    expect(sent).toEqual([]);
  });

  it("flags what is rare, so that it is looked at once more", () => {
    expect(after(asked, { type: "type" }, ...typed("190", "78", "70")).measuring?.step).toMatchObject({ is: "check", flags: ["unusual-systolic"] });
  });

  it.each([
    ["order", ["78", "132", "70"]],
    ["impossible", ["1320", "78", "70"]],
    ["impossible", ["0", "0", "0"]],
  ] as const)("refuses what is typed as %s, and begins anew with an empty field", (why, entries) => {
    expect(after(asked, { type: "type" }, ...typed(...entries)).measuring?.step).toEqual({ is: "hand", at: 0, entries: [], refused: why });
  });

  it("takes back a press too many: fixing begins with the first field", () => {
    expect(after(asked, { type: "type" }, ...typed("132", "78", "70"), { type: "fix" }).measuring?.step).toMatchObject({ is: "hand", at: 0, entries: [] });
  });

  it("is stopped by the one who asked, not by an earlier question", () => {
    expect(after(asked, { type: "stop", ask: "a0" }).measuring).not.toBeNull();
    expect(after(asked, { type: "stop", ask: "a1" }).measuring).toBeNull();
  });

  it("forgets everything", () => {
    expect(after(asked, { type: "sent", reading }, { type: "confirmed", reading: "r1" }, { type: "forget" })).toEqual(noVitals);
  });

  it("tells the desk where it stands", () => {
    const stages = [[asked], [asked, { type: "cannot" }], [asked, { type: "type" }], [asked, { type: "show" }], [asked, { type: "sent", reading }]] as VitalsAction[][];
    expect(stages.map((actions) => stageOf(after(...actions).measuring!))).toEqual(["measuring", "trouble", "typing", "showing", "done"]);
  });

  it("takes no pressure of a cuff without a clock that comes sooner than it can be measured", () => {
    const { measuring } = after(asked);
    const heard = { is: "reading", values: reading.values, deviceTime: null, flags: [] } as const;
    expect(isOfNow(measuring!, heard, 3_000)).toBe(false);
    expect(isOfNow(measuring!, heard, 12_000)).toBe(true);
    expect(isOfNow(measuring!, { ...heard, deviceTime: "2026-11-24T10:05:00" }, 3_000)).toBe(true);
    expect(isOfNow(measuring!, { ...heard, deviceTime: "0000-00-00T00:00:00", flags: ["clock-unset"] }, 3_000)).toBe(false);
  });
});
