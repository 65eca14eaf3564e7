import { sfloat, type Measured } from "./ieee11073";
import { Fields, named, type Field, type Layout } from "./layout";
import { readStamp, type Stamp } from "./stamp";

/** What a blood pressure meter noticed while it measured. */
export type BloodPressureStatus = "movement" | "loose-cuff" | "irregular-pulse" | "pulse-above" | "pulse-below" | "position";

/** One value of Blood Pressure Measurement (0x2A35; Blood Pressure Service 1.1.1, section 3.1). */
export interface BloodPressure {
  readonly flags: number;
  readonly unit: "mmHg" | "kPa";
  readonly systolic: Measured;
  readonly diastolic: Measured;
  readonly mean: Measured;
  readonly stamp: Stamp | null;
  /** Beats a minute; null where it is not sent. */
  readonly pulse: Measured | null;
  /** Which of its users the meter was set to; 255 where it does not know; null where it is not sent. */
  readonly user: number | null;
  /** Null where the meter says nothing of it. */
  readonly status: readonly BloodPressureStatus[] | null;
  readonly statusBits: number | null;
}

const layout: Layout = {
  what: "blood pressure (0x2A35)",
  reserved: 0xe0,
  fields: (flags) => [
    ["systolic", 2],
    ["diastolic", 2],
    ["mean arterial pressure", 2],
    ...((flags & 0x02) === 0 ? [] : ([["time stamp", 7]] as Field[])),
    ...((flags & 0x04) === 0 ? [] : ([["pulse rate", 2]] as Field[])),
    ...((flags & 0x08) === 0 ? [] : ([["user", 1]] as Field[])),
    ...((flags & 0x10) === 0 ? [] : ([["measurement status", 2]] as Field[])),
  ],
};

const statusNames = [
  [0, "movement"],
  [1, "loose-cuff"],
  [2, "irregular-pulse"],
  [5, "position"],
] as const satisfies readonly (readonly [number, BloodPressureStatus])[];

/** Reads one value. Throws PayloadError where it is not what its flags say. */
export function bloodPressure(value: Uint8Array): BloodPressure {
  const fields = Fields.of(layout, value);
  const statusBits = fields.has("measurement status") ? fields.uint16("measurement status") : null;
  return {
    flags: fields.flags,
    unit: (fields.flags & 0x01) === 0 ? "mmHg" : "kPa",
    systolic: sfloat(fields.uint16("systolic")),
    diastolic: sfloat(fields.uint16("diastolic")),
    mean: sfloat(fields.uint16("mean arterial pressure")),
    stamp: readStamp(layout.what, fields),
    pulse: fields.has("pulse rate") ? sfloat(fields.uint16("pulse rate")) : null,
    user: fields.has("user") ? fields.uint8("user") : null,
    status: statusBits === null ? null : [...named(statusBits, statusNames), ...pulseRange(statusBits)],
    statusBits,
  };
}

/** Bits 3 and 4 are one number: how the pulse lies to the range the meter can count. 3 is set aside. */
function pulseRange(bits: number): readonly BloodPressureStatus[] {
  const range = (bits >>> 3) & 3;
  return range === 1 ? ["pulse-above"] : range === 2 ? ["pulse-below"] : [];
}
