import { inBaseUnit, valueOf, type Flag, type Measurand, type Quantity, type Refusal } from "./reading";

/** What a value may be, and what it mostly is, both ends included; in mmHg, beats a minute, percent, °C, kg. */
interface Limits {
  /** Outside: refused. */
  readonly possible: readonly [least: number, most: number];
  /** Outside: shown with a flag. */
  readonly usual: readonly [least: number, most: number];
}

/**
 * Where the limits come from. `usual` is no diagnosis: it is where a professional looks twice.
 *
 * - usual, pulse, saturation, temperature, lower systolic: what counts no three points, for temperature no two above, in
 *   the National Early Warning Score 2 (Royal College of Physicians, 2017).
 * - usual, upper systolic and diastolic: below grade III hypertension, 180 and 110 mmHg (日本高血圧学会, 高血圧治療ガイドライン 2019).
 * - possible, pressures: a cuff for adults may not go beyond 300 mmHg (IEC 80601-2-30).
 * - possible, saturation: a share of the whole. Oximeters state their accuracy from 70 % on (ISO 80601-2-61), far outside `usual`.
 * - possible, temperature and pulse: beyond what is known of the living; clinical thermometers end within it (ISO 80601-2-56).
 * - weight: what domestic scales carry; an infant is held by somebody.
 */
const limits: Readonly<Record<Measurand, Limits>> = {
  systolic: { possible: [40, 300], usual: [91, 179] },
  diastolic: { possible: [20, 250], usual: [40, 109] },
  mean: { possible: [20, 300], usual: [50, 140] },
  pulse: { possible: [20, 300], usual: [41, 130] },
  spo2: { possible: [1, 100], usual: [92, 100] },
  temperature: { possible: [25, 45], usual: [35.1, 39] },
  weight: { possible: [2, 300], usual: [25, 150] },
};

/** A device's clock may be so far from ours without a word, milliseconds: nobody sets it to the second. */
const clockNear = 2 * 60_000;
/** A measurement older than this is not of now, and may be of whoever sat here before, milliseconds. */
const tooOld = 10 * 60_000;
/** A clock that says so is not set: devices begin at some year before they were made. */
const firstYear = 2024;

/** The flags of plausible values; or why they are refused. Nothing is corrected. */
export function judge(values: readonly Quantity[]): { flags: readonly Flag[] } | { refused: Refusal; of: Measurand } {
  for (const quantity of values) {
    if (!within(quantity, limits[quantity.of].possible)) return { refused: "impossible", of: quantity.of };
  }
  const [systolic, diastolic] = [valueOf(values, "systolic"), valueOf(values, "diastolic")];
  if (systolic !== null && diastolic !== null && inBaseUnit(diastolic).value >= inBaseUnit(systolic).value) {
    return { refused: "order", of: "diastolic" };
  }
  const unusual = values.filter((quantity) => !within(quantity, limits[quantity.of].usual) || !between(quantity, systolic, diastolic));
  return { flags: unusual.map(({ of }): Flag => `unusual-${of}`) };
}

/** The mean lies between the two others, whatever it is. */
function between(quantity: Quantity, systolic: Quantity | null, diastolic: Quantity | null): boolean {
  if (quantity.of !== "mean" || systolic === null || diastolic === null) return true;
  return quantity.value > diastolic.value && quantity.value < systolic.value;
}

/** What is asked of a range: as it is displayed, so that 35.06 °C is 35.1, and 130.4 beats are 130. */
function within(quantity: Quantity, [least, most]: readonly [number, number]): boolean {
  const { value } = inBaseUnit(quantity);
  const tenths = quantity.of === "temperature" || quantity.of === "weight";
  const shown = tenths ? Math.round(value * 10) / 10 : Math.round(value);
  return shown >= least && shown <= most;
}

/** What a device's own clock says of a measurement that has come at `now`; all milliseconds since 1970. */
export function judgeTime(
  said: { time: number | null; year: number | null; unset: boolean } | null,
  now: number,
): { flags: readonly Flag[] } | { refused: Refusal } {
  if (said === null) return { flags: [] };
  const { time, year, unset } = said;
  if (unset || time === null || (year ?? 0) < firstYear) return { flags: ["clock-unset"] };
  if (now - time > tooOld) return { refused: "stale" };
  return { flags: Math.abs(now - time) > clockNear ? ["clock-off"] : [] };
}
