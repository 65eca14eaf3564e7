import { bloodPressure } from "./bloodpressure";
import { isNumber, type Measured } from "./ieee11073";
import { PayloadError } from "./layout";
import { continuous, spotCheck, type MeasurementStatus, type SensorStatus } from "./oximeter";
import { judge, judgeTime } from "./plausible";
import type { Flag, Kind, Measurand, Quantity, Refusal, Unit } from "./reading";
import { stampText, stampTime, type Stamp } from "./stamp";
import { temperature } from "./temperature";
import { weight } from "./weight";

/** The characteristics that carry measurements. */
export const characteristics = [0x2a35, 0x2a5e, 0x2a5f, 0x2a1c, 0x2a9d] as const;
export type Characteristic = (typeof characteristics)[number];

/** GATT service of each kind of device, and the characteristics in it that carry measurements. */
export const services: Readonly<Record<Kind, { service: number; characteristics: readonly Characteristic[] }>> = {
  "blood-pressure": { service: 0x1810, characteristics: [0x2a35] },
  oximeter: { service: 0x1822, characteristics: [0x2a5e, 0x2a5f] },
  thermometer: { service: 0x1809, characteristics: [0x2a1c] },
  scales: { service: 0x181d, characteristics: [0x2a9d] },
};

/** What a value of a device means. */
export type Heard =
  | { readonly is: "reading"; readonly values: readonly Quantity[]; readonly deviceTime: string | null; readonly flags: readonly Flag[] }
  /** Not measured to the end yet. */
  | { readonly is: "measuring" }
  /** `detail` is for the log: it holds no measured value. */
  | { readonly is: "refused"; readonly why: Refusal; readonly detail: string };

/** What a device has said with one value of a characteristic, at `now` (milliseconds since 1970). */
export function hear(characteristic: Characteristic, value: Uint8Array, now: number): Heard {
  try {
    return read(characteristic, value, now);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    return { is: "refused", why: "malformed", detail: error.message };
  }
}

function read(characteristic: Characteristic, value: Uint8Array, now: number): Heard {
  switch (characteristic) {
    case 0x2a35: {
      const { systolic, diastolic, mean, pulse, unit, status, stamp } = bloodPressure(value);
      const must: Wanted[] = [["systolic", systolic, unit], ["diastolic", diastolic, unit]];
      const may: Wanted[] = [["mean", mean, unit], ["pulse", pulse, "/min"]];
      return taken({ must, may, stamp, unset: false, flags: status ?? [], now });
    }
    case 0x2a5e: {
      const { spo2, pulse, status, sensor, stamp, clockUnset } = spotCheck(value);
      const refused = refusedBy(status ?? [], sensor ?? []);
      if (refused !== null) return refused;
      // What is kept in a device may be anybody's, unless its clock says that it is of now.
      if (status?.includes("from-memory") === true && (stamp === null || clockUnset)) {
        return { is: "refused", why: "stale", detail: "the oximeter says from-memory, and not since when" };
      }
      return taken({ ...saturated(spo2, pulse), stamp, unset: clockUnset, flags: doubts(status ?? [], sensor ?? []), now });
    }
    case 0x2a5f: {
      const { spo2, pulse, status, sensor } = continuous(value);
      // It goes on measuring: no finger yet, or no signal, is no reason to begin anew.
      if (refusedBy(status ?? [], sensor ?? []) !== null || !isNumber(spo2) || (status ?? []).includes("early")) return { is: "measuring" };
      return taken({ ...saturated(spo2, pulse), stamp: null, unset: false, flags: doubts(status ?? [], sensor ?? []), now });
    }
    case 0x2a1c: {
      const { temperature: degrees, unit, stamp } = temperature(value);
      return taken({ must: [["temperature", degrees, unit]], may: [], stamp, unset: false, flags: [], now });
    }
    case 0x2a9d: {
      const { weight: kilograms, unit, stamp } = weight(value);
      return taken({ must: [["weight", kilograms, unit]], may: [], stamp, unset: false, flags: [], now });
    }
  }
}

type Wanted = readonly [of: Measurand, value: Measured | null, unit: Unit];

interface Taken {
  /** Without these there is no reading; the others may be missing. */
  readonly must: readonly Wanted[];
  readonly may: readonly Wanted[];
  readonly stamp: Stamp | null;
  readonly unset: boolean;
  readonly flags: readonly Flag[];
  readonly now: number;
}

function taken({ must, may, stamp, unset, flags, now }: Taken): Heard {
  const missing = must.find(([, value]) => !isNumber(value));
  if (missing !== undefined) {
    const [of, instead] = missing;
    return { is: "refused", why: "unsuccessful", detail: `${of}: the device sends ${instead ?? "nothing"} in place of a number` };
  }
  const values = [...must, ...may].flatMap(([of, value, unit]): Quantity[] => (isNumber(value) ? [{ of, value, unit }] : []));
  const judged = judge(values);
  if ("refused" in judged) return { is: "refused", why: judged.refused, detail: `${judged.of}: ${judged.refused}` };
  const said = stamp === null && !unset ? null : { time: stamp === null ? null : stampTime(stamp), year: stamp?.year ?? null, unset };
  const timed = judgeTime(said, now);
  if ("refused" in timed) return { is: "refused", why: timed.refused, detail: "the device's time stamp is too old" };
  const deviceTime = stamp === null ? null : stampText(stamp);
  return { is: "reading", values, deviceTime, flags: [...flags, ...timed.flags, ...judged.flags] };
}

function saturated(spo2: Measured, pulse: Measured): Pick<Taken, "must" | "may"> {
  return { must: [["spo2", spo2, "%"]], may: [["pulse", pulse, "/min"]] };
}

/** What an oximeter says of a value that must not be taken for one. */
function refusedBy(status: readonly MeasurementStatus[], sensor: readonly SensorStatus[]): Extract<Heard, { is: "refused" }> | null {
  const why = (refusal: Refusal, one: string | undefined): Extract<Heard, { is: "refused" }> | null =>
    one === undefined ? null : { is: "refused", why: refusal, detail: `the oximeter says ${one}` };
  return (
    why("not-a-person", status.find((one) => one === "demonstration" || one === "testing")) ??
    why("sensor", sensor.find((one) => broken.has(one))) ??
    why("unsuccessful", status.find((one) => one === "invalid" || one === "unavailable" || one === "calibrating"))
  );
}

const broken: ReadonlySet<SensorStatus> = new Set([
  "malfunction", "sensor-malfunction", "disconnected", "not-on-person", "unknown-sensor", "displaced", "no-pulse", "inadequate-signal",
]);

/** What an oximeter says of a value that may be looked at, as flags. */
function doubts(status: readonly MeasurementStatus[], sensor: readonly SensorStatus[]): readonly Flag[] {
  const said = [...status, ...sensor].flatMap((one) => doubtOf[one] ?? []);
  return [...new Set(said)];
}

const doubtOf: Partial<Record<MeasurementStatus | SensorStatus, Flag>> = {
  early: "early",
  questionable: "questionable",
  "from-memory": "from-memory",
  "irregular-processing": "poor-signal",
  "poor-signal": "poor-signal",
  "erratic-signal": "poor-signal",
  "questionable-pulse": "questionable",
  "low-perfusion": "low-perfusion",
  interference: "interference",
};
