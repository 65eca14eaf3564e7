import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bundle, type Context } from "./fhir";
import type { Reading } from "./reading";

/** clients/vitals_test.go checks this file against the schema of the standard. */
const golden = new URL("../../../testdata/vitals/bundle.json", import.meta.url);

const at = Date.parse("2026-11-24T10:05:30+09:00");
const uuid = (n: number): string => `0b8f6a52-1c1e-4b2f-9d5e-00000000000${n}`;
const reading = (n: number, said: Omit<Reading, "id" | "at" | "device" | "deviceTime" | "flags" | "way"> & Partial<Reading>): Reading => ({
  id: uuid(n), way: "hand", at, device: null, deviceTime: null, flags: [], ...said,
});

const readings: readonly Reading[] = [
  reading(0, {
    kind: "blood-pressure", way: "device", device: "上腕式 A-2", deviceTime: "2026-11-24T10:05:00", flags: ["irregular-pulse", "unusual-systolic"],
    values: [
      { of: "systolic", value: 184, unit: "mmHg" }, { of: "diastolic", value: 98, unit: "mmHg" },
      { of: "mean", value: 127, unit: "mmHg" }, { of: "pulse", value: 71, unit: "/min" },
    ],
  }),
  reading(3, { kind: "blood-pressure", values: [{ of: "systolic", value: 17.5, unit: "kPa" }, { of: "diastolic", value: 10.4, unit: "kPa" }] }),
  reading(4, { kind: "oximeter", way: "device", values: [{ of: "spo2", value: 97, unit: "%" }, { of: "pulse", value: 70, unit: "/min" }] }),
  reading(6, { kind: "thermometer", way: "camera", values: [{ of: "temperature", value: 98.6, unit: "degF" }] }),
  reading(7, { kind: "scales", values: [{ of: "weight", value: 63.4, unit: "kg" }] }),
  reading(8, { kind: "scales", values: [{ of: "weight", value: 1, unit: "kg" }] }),
];

const context: Context = {
  patient: "イソベ ハルエ",
  patientNumber: "12345",
  professional: "森田 千尋",
  confirmed: new Map(readings.slice(0, 5).map(({ id }) => [id, at + 60_000])),
  now: at + 120_000,
};

describe("readings for the clinic's record", () => {
  const made = bundle(readings, context, (flag) => `flag ${flag}`) as { entry: { fullUrl: string; resource: Record<string, unknown> }[] };

  it("are a bundle that the schema of the standard has been checked with", () => {
    expect(made).toEqual(JSON.parse(readFileSync(golden, "utf8")));
  });

  it("are those the professional has confirmed, and no other", () => {
    expect(JSON.stringify(made)).not.toContain('"value":1,');
    expect(made.entry).toHaveLength(7);
    expect(new Set(made.entry.map(({ fullUrl }) => fullUrl)).size).toBe(7);
  });

  it("are in the profile's units, and say what the device has shown where that was another", () => {
    expect(made.entry[2]?.resource).toMatchObject({
      component: [{ valueQuantity: { value: 131, code: "mm[Hg]" } }, { valueQuantity: { value: 78, code: "mm[Hg]" } }],
      note: [{ text: "本人が機器の表示を入力" }, { text: "収縮期血圧: 機器の表示は 17.5 kPa" }, { text: "拡張期血圧: 機器の表示は 10.4 kPa" }],
    });
    expect(made.entry[5]?.resource).toMatchObject({ valueQuantity: { value: 37, code: "Cel" } });
  });

  it("name nobody where the visit is anonymous", () => {
    const anonymous = JSON.stringify(bundle(readings, { ...context, patient: null, patientNumber: null }, String));
    expect(anonymous).not.toContain("イソベ");
    expect(anonymous).not.toContain("12345");
  });
});
