import { float, type Measured } from "./ieee11073";
import { Fields, type Field, type Layout } from "./layout";
import { readStamp, type Stamp } from "./stamp";

/** Where on the body it was measured (characteristic 0x2A1D); null for a number without a meaning yet. */
export type Site = "armpit" | "body" | "ear" | "finger" | "gastrointestinal" | "mouth" | "rectum" | "toe" | "eardrum";

/** One value of Temperature Measurement (0x2A1C; Health Thermometer Service 1.0, section 3.1). */
export interface Temperature {
  readonly flags: number;
  readonly unit: "degC" | "degF";
  readonly temperature: Measured;
  readonly stamp: Stamp | null;
  readonly type: number | null;
  readonly site: Site | null;
}

const layout: Layout = {
  what: "temperature (0x2A1C)",
  reserved: 0xf8,
  fields: (flags) => [
    ["temperature", 4],
    ...((flags & 0x02) === 0 ? [] : ([["time stamp", 7]] as Field[])),
    ...((flags & 0x04) === 0 ? [] : ([["temperature type", 1]] as Field[])),
  ],
};

/** By number, from 1. */
const sites: readonly Site[] = ["armpit", "body", "ear", "finger", "gastrointestinal", "mouth", "rectum", "toe", "eardrum"];

/** Reads one value. Throws PayloadError where it is not what its flags say. */
export function temperature(value: Uint8Array): Temperature {
  const fields = Fields.of(layout, value);
  const type = fields.has("temperature type") ? fields.uint8("temperature type") : null;
  return {
    flags: fields.flags,
    unit: (fields.flags & 0x01) === 0 ? "degC" : "degF",
    temperature: float(fields.uint32("temperature")),
    stamp: readStamp(layout.what, fields),
    type,
    site: type === null ? null : (sites[type - 1] ?? null),
  };
}
