import { flags, isKind, measurands, units, ways, type Kind, type Quantity, type Reading } from "./reading";

/** The topic of letters about readings. */
export const vitalsTopic = "vitals";

/** Where the booth stands with what it was asked to measure. */
export const stages = ["measuring", "typing", "showing", "trouble", "done", "skipped"] as const;
export type MeasuringStage = (typeof stages)[number];

/** What booth and desk write to each other about readings. */
export type Note =
  /** Desk: please measure these, in this order. A new one takes the place of the one before. */
  | { readonly note: "ask"; readonly ask: string; readonly kinds: readonly Kind[] }
  /** Desk: it is not needed any more. */
  | { readonly note: "stop"; readonly ask: string }
  /** Desk: has been loaded again and holds nothing; what has been sent is to be sent again. */
  | { readonly note: "again" }
  /** Desk: has looked at this reading and takes it. */
  | { readonly note: "confirmed"; readonly reading: string }
  /** Booth: where it stands. */
  | { readonly note: "stage"; readonly ask: string; readonly kind: Kind; readonly stage: MeasuringStage }
  | { readonly note: "reading"; readonly reading: Reading };

const mostKinds = 4;
const mostValues = 8;
const longestName = 100;

/** Reads what the other page has written; null where it is no note. */
export function readNote(value: unknown): Note | null {
  const one = record(value);
  if (one === null) return null;
  switch (one["note"]) {
    case "ask": {
      const kinds = listOf(one["kinds"], mostKinds, (word) => (isKind(word) ? word : null));
      return kinds === null || kinds.length === 0 || !isId(one["ask"]) ? null : { note: "ask", ask: one["ask"], kinds };
    }
    case "stop":
      return isId(one["ask"]) ? { note: "stop", ask: one["ask"] } : null;
    case "again":
      return { note: "again" };
    case "confirmed":
      return isId(one["reading"]) ? { note: "confirmed", reading: one["reading"] } : null;
    case "stage": {
      const { ask, kind } = one;
      const stage = member(stages, one["stage"]);
      return isId(ask) && isKind(kind) && stage !== null ? { note: "stage", ask, kind, stage } : null;
    }
    case "reading": {
      const reading = readReading(one["reading"]);
      return reading === null ? null : { note: "reading", reading };
    }
    default:
      return null;
  }
}

function readReading(value: unknown): Reading | null {
  const one = record(value);
  if (one === null) return null;
  const { id, kind, at, device, deviceTime } = one;
  const way = member(ways, one["way"]);
  const values = listOf(one["values"], mostValues, readQuantity);
  // A flag a later version of the other page knows is left out rather than the reading with it.
  const said = listOf(one["flags"], flags.length, (flag) => (typeof flag === "string" ? flag : null));
  if (!isId(id) || !isKind(kind) || way === null || values === null || values.length === 0 || said === null) return null;
  if (typeof at !== "number" || !Number.isFinite(at) || !isName(device) || !isName(deviceTime)) return null;
  return { id, kind, way, values, at, device, deviceTime, flags: flags.filter((flag) => said.includes(flag)) };
}

function readQuantity(value: unknown): Quantity | null {
  const one = record(value);
  const of = member(measurands, one?.["of"]);
  const unit = member(units, one?.["unit"]);
  const number = one?.["value"];
  return of === null || unit === null || typeof number !== "number" || !Number.isFinite(number) ? null : { of, value: number, unit };
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 64;
}

function isName(value: unknown): value is string | null {
  return value === null || (typeof value === "string" && value.length <= longestName);
}

function member<T extends string>(list: readonly T[], value: unknown): T | null {
  return list.find((one) => one === value) ?? null;
}

/** A list all of whose members can be read, or null. */
function listOf<T>(value: unknown, most: number, read: (one: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const all = value.map(read);
  return all.some((one) => one === null) ? null : (all as T[]);
}
