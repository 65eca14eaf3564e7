/**
 * A reading as it goes from the booth to the desk: what was measured, in which unit, when, with what, and what is to be
 * said of it. It lives in the memory of two pages and nowhere else.
 */

/** What a reading is taken with; the words of the catalogue (`vitals`) and of a booth's equipment. */
export const kinds = ["blood-pressure", "oximeter", "thermometer", "scales"] as const;
export type Kind = (typeof kinds)[number];

export function isKind(word: unknown): word is Kind {
  return (kinds as readonly unknown[]).includes(word);
}

/** What can be measured. */
export const measurands = ["systolic", "diastolic", "mean", "pulse", "spo2", "temperature", "weight"] as const;
export type Measurand = (typeof measurands)[number];

/** Units as devices send them; nothing is converted on the way. */
export const units = ["mmHg", "kPa", "/min", "%", "degC", "degF", "kg", "lb"] as const;
export type Unit = (typeof units)[number];

/** One measured value. */
export interface Quantity {
  readonly of: Measurand;
  readonly value: number;
  readonly unit: Unit;
}

/** What is to be said of a reading that is good enough to be looked at: by its device, of its clock, of its size. */
export const flags = [
  // The blood pressure meter noticed something.
  "movement",
  "loose-cuff",
  "irregular-pulse",
  "pulse-above",
  "pulse-below",
  "position",
  // So did the oximeter.
  "early",
  "questionable",
  "from-memory",
  "poor-signal",
  "low-perfusion",
  "interference",
  // Its clock has not been set, or is far from ours; the time shown is ours.
  "clock-unset",
  "clock-off",
  // The value is rare enough to be looked at twice.
  "unusual-systolic",
  "unusual-diastolic",
  "unusual-mean",
  "unusual-pulse",
  "unusual-spo2",
  "unusual-temperature",
  "unusual-weight",
] as const;
export type Flag = (typeof flags)[number];

/** How a value came: from the device itself, typed in by the resident, or read by the professional through the camera. */
export const ways = ["device", "hand", "camera"] as const;
export type Way = (typeof ways)[number];

/** One reading. */
export interface Reading {
  readonly id: string;
  readonly kind: Kind;
  readonly way: Way;
  readonly values: readonly Quantity[];
  /** When it came or was typed, milliseconds of the server's clock. */
  readonly at: number;
  /** The device's name; null where a person has read it. */
  readonly device: string | null;
  /** What the device's own clock said, "2026-11-24T10:05:00" with zeros for what it does not know; null where it said nothing. */
  readonly deviceTime: string | null;
  readonly flags: readonly Flag[];
}

/** Why a measurement is not a reading. None is ever mended; it is measured again. */
export const refusals = [
  /** The bytes are not what the standard prescribes. */
  "malformed",
  /** The device says itself that it could not measure. */
  "unsuccessful",
  /** The lower pressure is not below the upper one. */
  "order",
  /** No living person has such a value, or the device cannot measure it. */
  "impossible",
  /** Measured a while ago, perhaps of somebody else. */
  "stale",
  /** A demonstration or a test of the device. */
  "not-a-person",
  /** The sensor is off the finger, or broken. */
  "sensor",
] as const;
export type Refusal = (typeof refusals)[number];

/** The value of a measurand, or null. */
export function valueOf(values: readonly Quantity[], of: Measurand): Quantity | null {
  return values.find((one) => one.of === of) ?? null;
}

/** A value in the unit the limits, the desk and FHIR go by: mmHg, degC, kg, and the others as they are. Not rounded. */
export function inBaseUnit({ value, unit }: Pick<Quantity, "value" | "unit">): { value: number; unit: Unit } {
  switch (unit) {
    case "kPa":
      return { value: value * mmHgPerKilopascal, unit: "mmHg" };
    case "degF":
      return { value: ((value - 32) * 5) / 9, unit: "degC" };
    case "lb":
      return { value: value * kilogramsPerPound, unit: "kg" };
    default:
      return { value, unit };
  }
}

/** NIST SP 811, appendix B.8: 1 mmHg is 133.3224 Pa, 1 lb (avoirdupois) is 0.453 592 37 kg. */
const mmHgPerKilopascal = 1_000 / 133.3224;
const kilogramsPerPound = 0.45359237;
