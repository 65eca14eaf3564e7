import { describe, expect, it } from "vitest";
import { hear, type Characteristic } from "./hear";
import { judge } from "./plausible";
import { flags, refusals, type Quantity } from "./reading";
import { settle, type Steadiness } from "./settle";

const now = Date.parse("2026-11-24T10:05:30+09:00");

function heard(characteristic: Characteristic, hex: string) {
  return hear(characteristic, Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)), now);
}

describe("what a device has said", () => {
  it("a cuff that has measured just now: three pressures and a pulse, in its own unit, with its own time", () => {
    expect(heard(0x2a35, "16800052006100ea070b180a050047000000")).toEqual({
      is: "reading",
      values: [
        { of: "systolic", value: 128, unit: "mmHg" },
        { of: "diastolic", value: 82, unit: "mmHg" },
        { of: "mean", value: 97, unit: "mmHg" },
        { of: "pulse", value: 71, unit: "/min" },
      ],
      deviceTime: "2026-11-24T10:05:00",
      flags: [],
    });
  });

  it("a cuff that knows no mean pressure leaves it out", () => {
    const said = heard(0x2a35, "0080005200ff07");
    expect(said.is === "reading" && said.values.map(({ of }) => of)).toEqual(["systolic", "diastolic"]);
  });

  it("kilopascals stay kilopascals", () => {
    const said = heard(0x2a35, "01aff068f080f0");
    expect(said.is === "reading" && said.values[0]).toEqual({ of: "systolic", value: 17.5, unit: "kPa" });
    expect(said.is === "reading" && said.flags).toEqual([]);
  });

  it.each([
    ["the arm moved, the cuff was loose, the pulse irregular", "108000520061000700", ["movement", "loose-cuff", "irregular-pulse"]],
    ["its clock has never been set", "02800052006100d0070101000000", ["clock-unset"]],
    ["it does not know the day", "0280005200610000000000000000", ["clock-unset"]],
    ["its clock is nine minutes behind", "02800052006100ea070b1809381e", ["clock-off"]],
    ["its clock is a day ahead", "02800052006100ea070b190a0500", ["clock-off"]],
    ["both pressures are high", "00ba006e008800", ["unusual-systolic", "unusual-diastolic"]],
    ["the mean lies outside the two others", "00800052008600", ["unusual-mean"]],
  ])("is flagged where %s", (_, hex, said) => {
    expect(heard(0x2a35, hex)).toMatchObject({ is: "reading", flags: said });
  });

  it.each([
    ["malformed", "it is cut short", 0x2a35, "0280005200"],
    ["unsuccessful", "the device sends NaN", 0x2a35, "00ff07ff07ff07"],
    ["unsuccessful", "it sends NRes", 0x2a35, "0080000008ff07"],
    ["order", "the lower pressure is above the upper", 0x2a35, "00520080006100"],
    ["order", "both are the same", 0x2a35, "00800080008000"],
    ["impossible", "no cuff goes so far", 0x2a35, "00400152006100"],
    ["impossible", "somebody has 18.9 mmHg", 0x2a35, "00bdf00b009ff0"],
    ["stale", "it was measured yesterday", 0x2a35, "02800052006100ea070b170a0500"],
    ["impossible", "there is more oxygen than there can be", 0x2a5e, "0065004400"],
    ["not-a-person", "it is a demonstration", 0x2a5e, "02610044000004"],
    ["sensor", "the sensor is off the finger", 0x2a5e, "0461004400000800"],
    ["unsuccessful", "the measurement is invalid", 0x2a5e, "02610044000080"],
    ["stale", "it comes from the device's memory, without a time", 0x2a5e, "02610044000002"],
    ["unsuccessful", "there is no temperature", 0x2a1c, "00ffff7f00"],
    ["impossible", "it is a thermometer in a cup of tea", 0x2a1c, "00580200ff"],
    ["unsuccessful", "the scales say so", 0x2a9d, "00ffff"],
    ["impossible", "nobody stands on them", 0x2a9d, "000000"],
  ] as const)("is refused as %s where %s", (why, _, characteristic, hex) => {
    expect(heard(characteristic, hex)).toMatchObject({ is: "refused", why });
  });

  it("no refusal's detail holds a measured value", () => {
    const said = heard(0x2a35, "00400152006100");
    expect(said.is === "refused" && said.detail).not.toMatch(/320|82|97/);
  });

  it("a thermometer in Fahrenheit is judged by what it means", () => {
    expect(heard(0x2a1c, "01da0300ff")).toMatchObject({ values: [{ value: 98.6, unit: "degF" }], flags: [] });
    expect(heard(0x2a1c, "01000400ff")).toMatchObject({ values: [{ value: 102.4, unit: "degF" }], flags: ["unusual-temperature"] });
  });

  it("oxygen below 92 percent is looked at twice", () => {
    expect(heard(0x2a5e, "005b004400")).toMatchObject({ is: "reading", flags: ["unusual-spo2"] });
    expect(heard(0x2a5e, "005c004400")).toMatchObject({ is: "reading", flags: [] });
  });
});

describe("an oximeter that measures on and on", () => {
  /** Values one a second; at which second something is taken, and what. */
  function taken(values: readonly string[]) {
    let steady: Steadiness | null = null;
    for (const [second, hex] of values.entries()) {
      const settled = settle(steady, heard(0x2a5f, hex), second * 1_000);
      steady = settled.steady;
      if (settled.heard.is !== "measuring") return { second, heard: settled.heard };
    }
    return null;
  }
  const of = (percent: number) => `00${percent.toString(16)}004400`;

  it("has measured when five seconds agree, and the newest value is taken as it was sent", () => {
    expect(taken([97, 98, 97, 97, 98, 97, 97].map(of))).toMatchObject({ second: 5, heard: { values: [{ value: 97 }, { value: 68 }] } });
  });

  it("goes on measuring while values wander, while there is no finger, and over what cannot be read", () => {
    expect(taken([90, 93, 96, 92, 97, 90, 94].map(of))).toBeNull();
    expect(taken(["00ff07ff07", "00ff07ff07", "0861004400000800", "00", of(97), of(97)])).toBeNull();
  });

  it("begins anew after a gap in the middle", () => {
    expect(taken([of(97), of(97), of(97), "00ff07ff07", of(97), of(97), of(97), of(97), of(97), of(97)])).toMatchObject({ second: 9 });
  });
});

describe("what is plausible", () => {
  it("is decided on what is shown: 35.06 is 35.1, and a pulse of 130.4 is 130", () => {
    expect(judge([{ of: "temperature", value: 35.06, unit: "degC" }])).toEqual({ flags: [] });
    expect(judge([{ of: "temperature", value: 35.04, unit: "degC" }])).toEqual({ flags: ["unusual-temperature"] });
    expect(judge([{ of: "pulse", value: 130.4, unit: "/min" }])).toEqual({ flags: [] });
  });

  it("changes no value and makes up no word", () => {
    for (let systolic = 0; systolic < 400; systolic += 7) {
      for (let diastolic = 0; diastolic < 300; diastolic += 11) {
        const values: readonly Quantity[] = [{ of: "systolic", value: systolic, unit: "mmHg" }, { of: "diastolic", value: diastolic, unit: "mmHg" }];
        const before = JSON.stringify(values);
        const judged = judge(values);
        expect(JSON.stringify(values)).toBe(before);
        expect("refused" in judged ? refusals : flags).toEqual(expect.arrayContaining("refused" in judged ? [judged.refused] : [...judged.flags]));
      }
    }
  });
});
