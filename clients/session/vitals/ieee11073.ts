// The two decimal numbers of IEEE 11073-20601 (annex F) that health devices send: SFLOAT in 16 bits, FLOAT in 32. Pure.

/** What a device sends in place of a number. */
export type Special =
  /** Not a number: the device could not measure. */
  | "NaN"
  /** Not at this resolution. */
  | "NRes"
  | "+INF"
  | "-INF"
  /** Set aside by the standard; no device ought to send it. */
  | "reserved";

/** A number as measured, or why there is none. */
export type Measured = number | Special;

/** By how far each stands from the largest negative mantissa, as the standard lays them around it. */
const around: readonly Special[] = ["+INF", "NaN", "NRes", "reserved", "-INF"];

/** An SFLOAT: exponent in the upper 4 bits, mantissa in the lower 12, both in two's complement. */
export function sfloat(bits: number): Measured {
  return decimal(bits & 0x0fff, 12, ((bits >>> 12) << 28) >> 28);
}

/** A FLOAT: exponent in the upper 8 bits, mantissa in the lower 24, both in two's complement. */
export function float(bits: number): Measured {
  return decimal(bits & 0x00ffffff, 24, bits >> 24);
}

function decimal(raw: number, width: number, exponent: number): Measured {
  const half = 2 ** (width - 1);
  // The reserved mantissas mean the same with any exponent: none of them may be taken for a number.
  const special = around[raw - (half - 2)];
  if (special !== undefined) return special;
  const mantissa = raw < half ? raw : raw - 2 * half;
  // Read as written in decimal: multiplying by a power of ten would round twice.
  return mantissa === 0 ? 0 : Number(`${mantissa}e${exponent}`);
}

/** Whether it is a number. */
export function isNumber(measured: Measured | null): measured is number {
  return typeof measured === "number";
}
