import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bloodPressure } from "./bloodpressure";
import { float, sfloat } from "./ieee11073";
import { PayloadError } from "./layout";
import { continuous, spotCheck } from "./oximeter";
import { stampText, stampTime, type Stamp } from "./stamp";
import { temperature } from "./temperature";
import { weight } from "./weight";

/** One line of gatt_payloads.jsonl. */
interface Line {
  readonly uuid: string;
  readonly hex: string;
  readonly valid: boolean;
  readonly decoded: Record<string, unknown> | null;
  readonly note: string;
}

/** What a decoder has read, under the names of the collection; what was not sent is left out. */
const readers: Record<string, (value: Uint8Array) => Record<string, unknown>> = {
  "0x2A35": (value) => {
    const read = bloodPressure(value);
    return {
      flags: read.flags,
      unit: read.unit,
      systolic: read.systolic,
      diastolic: read.diastolic,
      mean_arterial_pressure: read.mean,
      ...sent({ timestamp: textOf(read.stamp), pulse_rate: read.pulse, user_id: read.user, measurement_status: read.statusBits }),
    };
  },
  "0x2A5E": (value) => {
    const read = spotCheck(value);
    return { ...saturation(read), ...sent({ timestamp: textOf(read.stamp) }) };
  },
  "0x2A5F": (value) => saturation(continuous(value)),
  "0x2A1C": (value) => {
    const read = temperature(value);
    const { flags, unit } = read;
    return { flags, unit, temperature: read.temperature, ...sent({ timestamp: textOf(read.stamp), temperature_type: read.type }) };
  },
  "0x2A9D": (value) => {
    const read = weight(value);
    return {
      flags: read.flags,
      unit: read.unit,
      weight: read.weight,
      ...(read.weight === null && { measurement_unsuccessful: true }),
      ...sent({ timestamp: textOf(read.stamp), user_id: read.user, bmi: read.bmi, height: read.height }),
      ...(read.height !== null && { height_unit: read.heightUnit }),
    };
  },
};

function saturation(read: ReturnType<typeof spotCheck> | ReturnType<typeof continuous>): Record<string, unknown> {
  const { flags, spo2 } = read;
  const { statusBits, sensorBits, amplitude } = read;
  return {
    flags,
    spo2,
    pulse_rate: read.pulse,
    ...sent({ measurement_status: statusBits, device_and_sensor_status: sensorBits, pulse_amplitude_index: amplitude }),
  };
}

function sent(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function textOf(stamp: Stamp | null): string | null {
  return stamp === null ? null : stampText(stamp);
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

const folder = process.env["MADOGUCHI_DATA"];
const file = join(folder ?? "", "gatt", "gatt_payloads.jsonl");

const there = folder !== undefined && existsSync(file);

const absent = there ? "" : " (MADOGUCHI_DATA is not set: they are not at hand)";

describe.skipIf(!there)(`the collected payloads${absent}`, () => {
  const lines = !there ? [] : readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Line);
  const ours = lines.filter(({ uuid }) => uuid in readers);

  it("are those of five characteristics", () => {
    expect(ours.length).toBeGreaterThanOrEqual(29);
    expect([...new Set(ours.map(({ uuid }) => uuid))].toSorted()).toEqual(Object.keys(readers).toSorted());
  });

  it.each(ours.filter(({ valid }) => valid))("$uuid $hex: $note", ({ uuid, hex, decoded }) => {
    expect(readers[uuid]?.(bytes(hex))).toEqual(decoded);
  });

  it.each(ours.filter(({ valid }) => !valid))("$uuid $hex is refused: $note", ({ uuid, hex }) => {
    expect(() => readers[uuid]?.(bytes(hex))).toThrow(PayloadError);
    expect(() => readers[uuid]?.(bytes(hex))).toThrow(new RegExp(`${uuid.slice(2)}\\): ${hex.length / 2} bytes, but its flags 0x.. announce \\d+`));
  });
});

describe("the numbers of IEEE 11073", () => {
  it.each([
    [0x07ff, "NaN"],
    [0x0800, "NRes"],
    [0x07fe, "+INF"],
    [0x0802, "-INF"],
    [0x0801, "reserved"],
    [0xf7ff, "NaN"],
    [0x0803, -2045],
    [0x07fd, 2045],
    [0x0072, 114],
    [0xf16c, 36.4],
    [0x8001, 1e-8],
    [0x7001, 1e7],
    [0xffff, -0.1],
    [0x0000, 0],
  ])("sfloat %x is %s", (bits, value) => {
    expect(sfloat(bits)).toBe(value);
  });

  it.each([
    [0x007fffff, "NaN"],
    [0x00800000, "NRes"],
    [0x007ffffe, "+INF"],
    [0x00800002, "-INF"],
    [0x00800001, "reserved"],
    [0xff00016c, 36.4],
    [0xfe000eb0, 37.6],
    [0x00800003, -8388605],
    [0xfffffffb, -0.5],
  ])("float %x is %s", (bits, value) => {
    expect(float(bits)).toBe(value);
  });
});

describe("what a value says besides its numbers", () => {
  it("names every bit of a blood pressure meter's status", () => {
    const status = (bits: number) => bloodPressure(bytes(`1076004c005a00${bits.toString(16).padStart(2, "0")}00`)).status;
    expect(status(0x27)).toEqual(["movement", "loose-cuff", "irregular-pulse", "position"]);
    expect(status(0x08)).toEqual(["pulse-above"]);
    expect(status(0x10)).toEqual(["pulse-below"]);
    expect(status(0x18)).toEqual([]);
    expect(bloodPressure(bytes("0076004c005a00")).status).toBeNull();
  });

  it("names the bits of an oximeter's two statuses", () => {
    const read = spotCheck(bytes("0facf3bef5e8070b1d170839204022000066e3"));
    expect(read.status).toEqual(["ongoing", "questionable"]);
    expect(read.sensor).toEqual(["malfunction", "low-perfusion"]);
    expect(spotCheck(bytes("1061004400")).clockUnset).toBe(true);
  });

  it("reads all three pairs of a continuous measurement", () => {
    expect(continuous(bytes("03600048006100490062004a00"))).toMatchObject({
      spo2: 96, pulse: 72, fast: { spo2: 97, pulse: 73 }, slow: { spo2: 98, pulse: 74 },
    });
  });

  it("reads kilopascals, degrees Fahrenheit and pounds as what they are", () => {
    expect(bloodPressure(bytes("01aff068f080f0"))).toMatchObject({ unit: "kPa", systolic: 17.5, diastolic: 10.4 });
    expect(temperature(bytes("01da0300ff"))).toMatchObject({ unit: "degF", temperature: 98.6 });
    expect(weight(bytes("09483cfa00b202"))).toMatchObject({ unit: "lb", weight: 154.32, bmi: 25, height: 69, heightUnit: "in" });
  });

  it("knows where a temperature was taken, and says so of no number it does not know", () => {
    expect(temperature(bytes("046d0100ff01")).site).toBe("armpit");
    expect(temperature(bytes("046d0100ff63"))).toMatchObject({ type: 0x63, site: null });
  });

  it("leaves alone what a later version has put behind its fields, where the flags say so", () => {
    expect(bloodPressure(bytes("2076004c005a00ffff")).systolic).toBe(118);
    expect(() => bloodPressure(bytes("0076004c005a00ffff"))).toThrow("9 bytes, but its flags 0x00 announce 7 (flags 1, systolic 2, diastolic 2, mean arterial pressure 2)");
  });

  it.each([
    ["02720100ffda070d120f0000", "month 13 in its time stamp; it goes from 0 to 12"],
    ["02720100ffda070c20000000", "day 32 in its time stamp; it goes from 0 to 31"],
    ["02720100ff64000c120f0000", "year 100 in its time stamp; it goes from 1582 to 9999, or 0 where it is not known"],
    ["02720100ffda070c12180000", "hour 24"],
    ["02720100ffda070c12003c00", "minute 60"],
    ["02720100ffda070c1200003c", "second 60"],
    ["", "temperature (0x2A1C): empty"],
  ])("refuses %s: %s", (hex, why) => {
    expect(() => temperature(bytes(hex))).toThrow(why);
  });

  it("takes a device's clock as Japanese time, where it knows the day and there is one", () => {
    const stamp: Stamp = { year: 2026, month: 11, day: 24, hour: 10, minute: 5, second: 0 };
    expect(stampTime(stamp)).toBe(Date.parse("2026-11-24T10:05:00+09:00"));
    expect(stampTime({ ...stamp, year: null })).toBeNull();
    expect(stampTime({ ...stamp, day: null })).toBeNull();
    expect(stampTime({ ...stamp, month: 6, day: 31 })).toBeNull();
  });
});
