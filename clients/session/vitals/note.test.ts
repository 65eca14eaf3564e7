import { describe, expect, it } from "vitest";
import { readNote, type Note } from "./note";
import type { Reading } from "./reading";

const reading: Reading = {
  id: "r1",
  kind: "blood-pressure",
  way: "device",
  values: [{ of: "systolic", value: 132, unit: "mmHg" }, { of: "diastolic", value: 78, unit: "mmHg" }],
  at: 1_795_000_000_000,
  device: "Meter",
  deviceTime: "2026-11-24T10:05:00",
  flags: ["movement"],
};

const notes: readonly Note[] = [
  { note: "ask", ask: "a1", kinds: ["blood-pressure", "oximeter"] },
  { note: "stop", ask: "a1" },
  { note: "again" },
  { note: "confirmed", reading: "r1" },
  { note: "stage", ask: "a1", kind: "oximeter", stage: "measuring" },
  { note: "reading", reading },
];

describe("a note between booth and desk", () => {
  it.each(notes)("$note is read as it was written", (note) => {
    expect(readNote(JSON.parse(JSON.stringify(note)))).toEqual(note);
  });

  it("a flag that this page does not know is left out, the reading is not", () => {
    expect(readNote({ note: "reading", reading: { ...reading, flags: ["movement", "from-2031"] } })).toEqual({ note: "reading", reading });
  });

  it.each([
    null,
    [],
    "reading",
    { note: "order" },
    { note: "ask", ask: "a1", kinds: [] },
    { note: "ask", ask: "a1", kinds: ["kettle"] },
    { note: "ask", ask: "", kinds: ["oximeter"] },
    { note: "stage", ask: "a1", kind: "oximeter", stage: "asleep" },
    { note: "confirmed" },
    { note: "reading", reading: { ...reading, values: [] } },
    { note: "reading", reading: { ...reading, values: [{ of: "systolic", value: "132", unit: "mmHg" }] } },
    { note: "reading", reading: { ...reading, values: [{ of: "systolic", value: Number.NaN, unit: "mmHg" }] } },
    { note: "reading", reading: { ...reading, values: [{ of: "systolic", value: 132, unit: "bar" }] } },
    { note: "reading", reading: { ...reading, device: "x".repeat(101) } },
    { note: "reading", reading: { ...reading, way: "guess" } },
    { note: "reading", reading: { ...reading, at: null } },
  ])("%j is none", (value) => {
    expect(readNote(value)).toBeNull();
  });
});
