import { describe, expect, it } from "vitest";
import { isOver, noReadings, readingsAfter, type ReadingsEvent } from "./readings";
import type { Reading } from "../../session/vitals/reading";

const reading = (id: string, at: number): Reading => ({
  id, at, kind: "oximeter", way: "device", device: null, deviceTime: null, flags: [], values: [{ of: "spo2", value: 97, unit: "%" }],
});
const after = (...events: readonly ReadingsEvent[]) => events.reduce(readingsAfter, noReadings);
const ask: ReadingsEvent = { type: "ask", ask: "a1", kinds: ["blood-pressure", "oximeter"] };

describe("readings at the desk", () => {
  it("come once each, in the order they were measured, however often they are sent", () => {
    const { readings } = after(...["b", "a", "b"].map((id): ReadingsEvent => ({ type: "reading", reading: reading(id, id === "a" ? 1 : 2) })));
    expect(readings.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("are confirmed one by one, and nothing is that is not there", () => {
    const { confirmed } = after({ type: "reading", reading: reading("a", 1) }, { type: "confirm", reading: "a", at: 5 }, { type: "confirm", reading: "z", at: 5 });
    expect([...confirmed]).toEqual([["a", 5]]);
  });

  it("tell where the booth stands, of this question and no earlier one", () => {
    const stood = after(ask, { type: "stage", ask: "a0", kind: "oximeter", stage: "trouble" }, { type: "stage", ask: "a1", kind: "blood-pressure", stage: "typing" });
    expect(stood.asked).toMatchObject({ kind: "blood-pressure", stage: "typing" });
  });

  it("are over when the last of what was asked for has come", () => {
    const stood = (kind: "blood-pressure" | "oximeter") => after(ask, { type: "stage", ask: "a1", kind, stage: "done" }).asked;
    expect([isOver(stood("blood-pressure")!), isOver(stood("oximeter")!)]).toEqual([false, true]);
  });

  it("are forgotten whole", () => {
    expect(after(ask, { type: "reading", reading: reading("a", 1) }, { type: "forget" })).toBe(noReadings);
  });
});
