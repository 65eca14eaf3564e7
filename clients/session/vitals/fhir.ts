import { inBaseUnit, valueOf, type Measurand, type Quantity, type Reading } from "./reading";

/** Whose readings they are, and who took them. */
export interface Context {
  /** In kana; null where the visit is anonymous. */
  readonly patient: string | null;
  /** The clinic's own number of the patient, where it is known. */
  readonly patientNumber: string | null;
  readonly professional: string;
  /** When the professional took each reading, by its id; milliseconds. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** When the file is made, milliseconds. */
  readonly now: number;
}

/** What a flag says in the file, Japanese. */
export type SayFlag = (flag: Reading["flags"][number]) => string;

const loinc = "http://loinc.org";
const ucum = "http://unitsofmeasure.org";

/** Codes of the FHIR R4 vital signs profiles, and their UCUM units. SpO2 has two: JP Core and the profile each ask for one. */
const codes: Readonly<Record<Measurand, { coding: readonly (readonly [code: string, display: string])[]; text: string; unit: string; ucum: string }>> = {
  systolic: { coding: [["8480-6", "Systolic blood pressure"]], text: "収縮期血圧", unit: "mmHg", ucum: "mm[Hg]" },
  diastolic: { coding: [["8462-4", "Diastolic blood pressure"]], text: "拡張期血圧", unit: "mmHg", ucum: "mm[Hg]" },
  mean: { coding: [["8478-0", "Mean blood pressure"]], text: "平均血圧", unit: "mmHg", ucum: "mm[Hg]" },
  pulse: { coding: [["8867-4", "Heart rate"]], text: "脈拍数", unit: "/min", ucum: "/min" },
  spo2: {
    coding: [
      ["2708-6", "Oxygen saturation in Arterial blood"],
      ["59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"],
    ],
    text: "経皮的動脈血酸素飽和度",
    unit: "%",
    ucum: "%",
  },
  temperature: { coding: [["8310-5", "Body temperature"]], text: "体温", unit: "℃", ucum: "Cel" },
  weight: { coding: [["29463-7", "Body weight"]], text: "体重", unit: "kg", ucum: "kg" },
};

/** A FHIR R4 Bundle of the readings the professional has taken; none that was not taken is in it. */
export function bundle(readings: readonly Reading[], context: Context, sayFlag: SayFlag): object {
  const taken = readings.filter(({ id }) => context.confirmed.has(id));
  return {
    resourceType: "Bundle",
    type: "collection",
    timestamp: instant(context.now),
    entry: taken.flatMap((reading) => observations(reading, context, sayFlag).map((resource, i) => ({ fullUrl: fullUrl(reading.id, i), resource }))),
  };
}

/** Ids of readings are UUIDs; what one reading becomes besides gets the next number in its last group. */
function fullUrl(id: string, i: number): string {
  const last = (Number.parseInt(id.slice(-12), 16) + i) % 2 ** 48;
  return `urn:uuid:${id.slice(0, -12)}${last.toString(16).padStart(12, "0")}`;
}

function observations(reading: Reading, context: Context, sayFlag: SayFlag): object[] {
  const { values } = reading;
  const pressure = ["systolic", "diastolic", "mean"] as const;
  const parts = pressure.flatMap((of) => valueOf(values, of) ?? []);
  const panel = {
    code: { coding: [{ system: loinc, code: "85354-9", display: "Blood pressure panel with all children optional" }], text: "血圧" },
    component: parts.map((part) => ({ code: codeOf(part.of), valueQuantity: quantityOf(part) })),
  };
  const single = values
    .filter(({ of }) => !(pressure as readonly string[]).includes(of))
    .map((one) => ({ code: codeOf(one.of), valueQuantity: quantityOf(one) }));
  const all = parts.length === 0 ? single : [panel, ...single];
  return all.map((what) => ({ ...common(reading, context, sayFlag), ...what }));
}

function common(reading: Reading, context: Context, sayFlag: SayFlag): object {
  const { patient, patientNumber } = context;
  const notes = notesOf(reading, sayFlag);
  return {
    resourceType: "Observation",
    meta: { profile: ["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_VitalSigns"] },
    status: "final",
    category: [
      { coding: [{ system: "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS", code: "vital-signs" }] },
      { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
    ],
    subject: {
      type: "Patient",
      ...(patientNumber !== null && { identifier: { value: patientNumber } }),
      display: patient ?? "匿名",
    },
    effectiveDateTime: instant(reading.at),
    issued: instant(context.confirmed.get(reading.id) ?? context.now),
    performer: [{ type: "Practitioner", display: context.professional }],
    ...(reading.device !== null && { device: { display: reading.device } }),
    ...(notes.length > 0 && { note: notes.map((text) => ({ text })) }),
  };
}

/** What is to be said of a reading besides its values: how it came, what its device showed and noticed. */
function notesOf(reading: Reading, sayFlag: SayFlag): string[] {
  const ways = { device: [], hand: ["本人が機器の表示を入力"], camera: ["医療者がカメラで機器の表示を確認"] } as const;
  const shown = reading.values.filter(({ unit }) => inBaseUnit({ value: 0, unit }).unit !== unit);
  return [
    ...ways[reading.way],
    ...shown.map(({ of, value, unit }) => `${codes[of].text}: 機器の表示は ${value} ${unit}`),
    ...reading.flags.map(sayFlag),
    ...(reading.deviceTime === null ? [] : [`機器の時計: ${reading.deviceTime}`]),
  ];
}

function codeOf(of: Measurand): object {
  const { coding, text } = codes[of];
  return { coding: coding.map(([code, display]) => ({ system: loinc, code, display })), text };
}

/** In the profile's unit. A value in another one is converted to as many digits as people use, and the note tells the original. */
function quantityOf({ of, value, unit }: Quantity): object {
  const base = inBaseUnit({ value, unit });
  const shown = base.unit === unit ? value : Number(base.value.toFixed(of === "temperature" || of === "weight" ? 1 : 0));
  return { value: shown, unit: codes[of].unit, system: ucum, code: codes[of].ucum };
}

/** RFC 3339 in Japanese time, to the second. */
function instant(at: number): string {
  return `${new Date(at + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;
}
