import { sfloat, type Measured } from "./ieee11073";
import { Fields, named, type Field, type Layout } from "./layout";
import { readStamp, type Stamp } from "./stamp";

/** What an oximeter says of a measurement. */
export type MeasurementStatus =
  | "ongoing"
  | "early"
  | "validated"
  | "fully-qualified"
  | "from-memory"
  | "demonstration"
  | "testing"
  | "calibrating"
  | "unavailable"
  | "questionable"
  | "invalid";

/** What an oximeter says of itself and its sensor. */
export type SensorStatus =
  | "extended-update"
  | "malfunction"
  | "irregular-processing"
  | "inadequate-signal"
  | "poor-signal"
  | "low-perfusion"
  | "erratic-signal"
  | "no-pulse"
  | "questionable-pulse"
  | "analysing"
  | "interference"
  | "not-on-person"
  | "unknown-sensor"
  | "displaced"
  | "sensor-malfunction"
  | "disconnected";

/** A share of oxygen in percent, and a pulse in beats a minute. */
export interface Saturation {
  readonly spo2: Measured;
  readonly pulse: Measured;
}

/** What both kinds of measurement have. Null where it is not sent. */
interface Common extends Saturation {
  readonly flags: number;
  readonly status: readonly MeasurementStatus[] | null;
  readonly statusBits: number | null;
  readonly sensor: readonly SensorStatus[] | null;
  readonly sensorBits: number | null;
  /** Pulse amplitude index: how strong the pulse in the finger is, percent. */
  readonly amplitude: Measured | null;
}

/** One value of PLX Spot-Check Measurement (0x2A5E; Pulse Oximeter Service 1.0.1, section 3.1). */
export interface SpotCheck extends Common {
  readonly stamp: Stamp | null;
  /** The device says itself that nobody has set its clock. */
  readonly clockUnset: boolean;
}

/** One value of PLX Continuous Measurement (0x2A5F, section 3.2). */
export interface Continuous extends Common {
  /** Averaged over a shorter and a longer time than the normal pair. */
  readonly fast: Saturation | null;
  readonly slow: Saturation | null;
}

const optional = (flags: number, bit: number, name: string, bytes: number): readonly Field[] =>
  ((flags >>> bit) & 1) === 1 ? [[name, bytes]] : [];

const spotLayout: Layout = {
  what: "oximeter spot check (0x2A5E)",
  reserved: 0xe0,
  fields: (flags) => [
    ["normal", 4],
    ...optional(flags, 0, "time stamp", 7),
    ...optional(flags, 1, "measurement status", 2),
    ...optional(flags, 2, "device and sensor status", 3),
    ...optional(flags, 3, "pulse amplitude index", 2),
  ],
};

const continuousLayout: Layout = {
  what: "oximeter continuous measurement (0x2A5F)",
  reserved: 0xe0,
  fields: (flags) => [
    ["normal", 4],
    ...optional(flags, 0, "fast", 4),
    ...optional(flags, 1, "slow", 4),
    ...optional(flags, 2, "measurement status", 2),
    ...optional(flags, 3, "device and sensor status", 3),
    ...optional(flags, 4, "pulse amplitude index", 2),
  ],
};

const measurementNames: readonly (readonly [number, MeasurementStatus])[] = [
  [5, "ongoing"],
  [6, "early"],
  [7, "validated"],
  [8, "fully-qualified"],
  [9, "from-memory"],
  [10, "demonstration"],
  [11, "testing"],
  [12, "calibrating"],
  [13, "unavailable"],
  [14, "questionable"],
  [15, "invalid"],
];

const sensorNames: readonly (readonly [number, SensorStatus])[] = [
  [0, "extended-update"],
  [1, "malfunction"],
  [2, "irregular-processing"],
  [3, "inadequate-signal"],
  [4, "poor-signal"],
  [5, "low-perfusion"],
  [6, "erratic-signal"],
  [7, "no-pulse"],
  [8, "questionable-pulse"],
  [9, "analysing"],
  [10, "interference"],
  [11, "not-on-person"],
  [12, "unknown-sensor"],
  [13, "displaced"],
  [14, "sensor-malfunction"],
  [15, "disconnected"],
];

/** Reads one value of a spot check. Throws PayloadError where it is not what its flags say. */
export function spotCheck(value: Uint8Array): SpotCheck {
  const fields = Fields.of(spotLayout, value);
  return { ...common(fields), stamp: readStamp(spotLayout.what, fields), clockUnset: (fields.flags & 0x10) !== 0 };
}

/** Reads one value of a continuous measurement. Throws PayloadError where it is not what its flags say. */
export function continuous(value: Uint8Array): Continuous {
  const fields = Fields.of(continuousLayout, value);
  return { ...common(fields), fast: pair(fields, "fast"), slow: pair(fields, "slow") };
}

function common(fields: Fields): Common {
  const statusBits = fields.has("measurement status") ? fields.uint16("measurement status") : null;
  const sensorBits = fields.has("device and sensor status") ? fields.uint24("device and sensor status") : null;
  return {
    flags: fields.flags,
    spo2: sfloat(fields.uint16("normal")),
    pulse: sfloat(fields.uint16("normal", 2)),
    status: statusBits === null ? null : named(statusBits, measurementNames),
    statusBits,
    sensor: sensorBits === null ? null : named(sensorBits, sensorNames),
    sensorBits,
    amplitude: fields.has("pulse amplitude index") ? sfloat(fields.uint16("pulse amplitude index")) : null,
  };
}

function pair(fields: Fields, name: "fast" | "slow"): Saturation | null {
  if (!fields.has(name)) return null;
  return { spo2: sfloat(fields.uint16(name)), pulse: sfloat(fields.uint16(name, 2)) };
}
