import type { Kind, Measurand, Unit } from "./reading";

/** What people type for each kind of device, in this order. */
export const typedFor: Readonly<Record<Kind, readonly { readonly of: Measurand; readonly unit: Unit }[]>> = {
  "blood-pressure": [{ of: "systolic", unit: "mmHg" }, { of: "diastolic", unit: "mmHg" }, { of: "pulse", unit: "/min" }],
  oximeter: [{ of: "spo2", unit: "%" }, { of: "pulse", unit: "/min" }],
  thermometer: [{ of: "temperature", unit: "degC" }],
  scales: [{ of: "weight", unit: "kg" }],
};
