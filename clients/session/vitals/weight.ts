import { Fields, type Field, type Layout } from "./layout";
import { readStamp, type Stamp } from "./stamp";

/** One value of Weight Measurement (0x2A9D; Weight Scale Service 1.0, section 3.2). */
export interface Weight {
  readonly flags: number;
  readonly unit: "kg" | "lb";
  /** Null where the scales say that they could not measure (0xFFFF). */
  readonly weight: number | null;
  readonly stamp: Stamp | null;
  /** Which of their users the scales were set to; 255 where they do not know; null where it is not sent. */
  readonly user: number | null;
  /** kg/m². */
  readonly bmi: number | null;
  readonly height: number | null;
  readonly heightUnit: "m" | "in";
}

const layout: Layout = {
  what: "weight (0x2A9D)",
  reserved: 0xf0,
  fields: (flags) => [
    ["weight", 2],
    ...((flags & 0x02) === 0 ? [] : ([["time stamp", 7]] as Field[])),
    ...((flags & 0x04) === 0 ? [] : ([["user", 1]] as Field[])),
    ...((flags & 0x08) === 0 ? [] : ([["body mass index", 2], ["height", 2]] as Field[])),
  ],
};

const unsuccessful = 0xffff;

/** Reads one value. Throws PayloadError where it is not what its flags say. */
export function weight(value: Uint8Array): Weight {
  const fields = Fields.of(layout, value);
  const imperial = (fields.flags & 0x01) !== 0;
  const raw = fields.uint16("weight");
  // Steps of 5 g or a hundredth of a pound; of a millimetre or a tenth of an inch. Divided, so that no step is rounded twice.
  return {
    flags: fields.flags,
    unit: imperial ? "lb" : "kg",
    weight: raw === unsuccessful ? null : imperial ? raw / 100 : raw / 200,
    stamp: readStamp(layout.what, fields),
    user: fields.has("user") ? fields.uint8("user") : null,
    bmi: fields.has("body mass index") ? fields.uint16("body mass index") / 10 : null,
    height: fields.has("height") ? fields.uint16("height") / (imperial ? 10 : 1_000) : null,
    heightUnit: imperial ? "in" : "m",
  };
}
