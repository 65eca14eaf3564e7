/**
 * What the booth does when the professional has asked for readings: one device after the other, each by itself, by hand or
 * through the camera. It lives in this page's memory and is forgotten with the leg. Pure: (state, action) → state.
 */
import type { Heard } from "../../session/vitals/hear";
import { judge } from "../../session/vitals/plausible";
import type { Flag, Kind, Measurand, Quantity, Reading, Refusal } from "../../session/vitals/reading";
import { typedFor } from "../../session/vitals/typed";
import type { MeasuringStage } from "../../session/vitals/note";

/** Whether a measurand is typed with a decimal. */
export function hasDecimal(of: Measurand): boolean {
  return of === "temperature" || of === "weight";
}

/** One screen of measuring. */
export type Step =
  /** Pictures of what to do; `refused`: why the last measurement was not taken. */
  | { readonly is: "device"; readonly refused: Refusal | null }
  | { readonly is: "trouble" }
  | { readonly is: "hand"; readonly at: number; readonly entries: readonly string[]; readonly refused: Refusal | null }
  | { readonly is: "check"; readonly entries: readonly string[]; readonly values: readonly Quantity[]; readonly flags: readonly Flag[] }
  | { readonly is: "camera" }
  | { readonly is: "sent"; readonly reading: Reading };

/** What was asked for, and where it stands. */
export interface Measuring {
  readonly ask: string;
  /** Whose letter it came in: readings go there. */
  readonly from: string;
  readonly kinds: readonly Kind[];
  readonly at: number;
  /** Since when the present kind is being measured, milliseconds of the server's clock. */
  readonly since: number;
  readonly step: Step;
}

export interface Vitals {
  readonly measuring: Measuring | null;
  /** Everything sent in this leg, in case the desk is loaded again. */
  readonly sent: readonly Reading[];
  readonly confirmed: readonly string[];
}

export const noVitals: Vitals = { measuring: null, sent: [], confirmed: [] };

export type VitalsAction =
  | { readonly type: "ask"; readonly ask: string; readonly from: string; readonly kinds: readonly Kind[]; readonly now: number }
  | { readonly type: "stop"; readonly ask: string }
  | { readonly type: "refused"; readonly kind: Kind; readonly why: Refusal }
  | { readonly type: "sent"; readonly reading: Reading }
  | { readonly type: "confirmed"; readonly reading: string }
  | { readonly type: "cannot" }
  | { readonly type: "again"; readonly now: number }
  | { readonly type: "type" }
  | { readonly type: "digits"; readonly text: string }
  | { readonly type: "next-digits" }
  | { readonly type: "fix" }
  | { readonly type: "show" }
  /** This kind is over: measured, shown or left out. */
  | { readonly type: "next"; readonly now: number }
  | { readonly type: "forget" };

/** The state after an action; what does not fit the present screen changes nothing. */
export function vitals(state: Vitals, action: VitalsAction): Vitals {
  switch (action.type) {
    case "ask": {
      const { ask, from, kinds, now } = action;
      return { ...state, measuring: { ask, from, kinds, at: 0, since: now, step: atDevice } };
    }
    case "stop":
      return state.measuring?.ask === action.ask ? { ...state, measuring: null } : state;
    case "sent":
      return step({ ...state, sent: [...state.sent, action.reading].slice(-mostSent) }, { is: "sent", reading: action.reading });
    case "confirmed":
      return { ...state, confirmed: [...state.confirmed, action.reading].slice(-mostSent) };
    case "forget":
      return noVitals;
    case "next":
      return following(state, action.now);
    default:
      return state.measuring === null ? state : withStep(state, state.measuring, action);
  }
}

const atDevice: Step = { is: "device", refused: null };
const mostSent = 50;

type StepAction = Exclude<VitalsAction, { type: "ask" | "stop" | "sent" | "confirmed" | "forget" | "next" }>;

function withStep(state: Vitals, measuring: Measuring, action: StepAction): Vitals {
  const now = measuring.step;
  switch (action.type) {
    case "refused":
      return now.is === "device" && kindOf(measuring) === action.kind ? step(state, { is: "device", refused: action.why }) : state;
    case "cannot":
      return step(state, { is: "trouble" });
    case "again":
      return { ...state, measuring: { ...measuring, since: action.now, step: atDevice } };
    case "type":
    case "fix":
      return step(state, { is: "hand", at: 0, entries: [], refused: null });
    case "digits":
      return now.is === "hand" ? step(state, { ...now, entries: now.entries.toSpliced(now.at, 1, action.text), refused: null }) : state;
    case "next-digits":
      return now.is === "hand" ? step(state, afterDigits(kindOf(measuring), now)) : state;
    case "show":
      return step(state, { is: "camera" });
  }
}

/** The next field; or, where all are typed, what they mean. Nothing implausible is passed on, nothing is put right. */
function afterDigits(kind: Kind, hand: Extract<Step, { is: "hand" }>): Step {
  const fields = typedFor[kind];
  if (hand.at + 1 < fields.length) return { ...hand, at: hand.at + 1, entries: [...hand.entries, ""].slice(0, hand.at + 2) };
  const values = fields.map(({ of, unit }, i): Quantity => ({ of, unit, value: Number(hand.entries[i]) }));
  const judged = judge(values);
  if ("refused" in judged) return { is: "hand", at: 0, entries: [], refused: judged.refused };
  return { is: "check", entries: hand.entries, values, flags: judged.flags };
}

function step(state: Vitals, next: Step): Vitals {
  return state.measuring === null ? state : { ...state, measuring: { ...state.measuring, step: next } };
}

function following(state: Vitals, now: number): Vitals {
  const { measuring } = state;
  if (measuring === null) return state;
  const at = measuring.at + 1;
  return { ...state, measuring: at < measuring.kinds.length ? { ...measuring, at, since: now, step: atDevice } : null };
}

/** What is being measured. */
export function kindOf({ kinds, at }: Measuring): Kind {
  const kind = kinds[at];
  if (kind === undefined) throw new Error(`measuring: ${kinds.length} kinds, and none at ${at}`);
  return kind;
}

/** What the desk is told of a screen. */
export function stageOf({ step: { is } }: Measuring): MeasuringStage {
  return ({ device: "measuring", trouble: "trouble", hand: "typing", check: "typing", camera: "showing", sent: "done" } as const)[is];
}

/** How soon after the start a cuff cannot have measured yet, milliseconds: inflating and letting off takes longer. */
const soonestPressure = 10_000;

/**
 * Whether a device's reading is of the one who sits here now. A cuff whose clock is not set may send at once what it has kept
 * of others; a measurement takes its time.
 */
export function isOfNow(measuring: Measuring, heard: Extract<Heard, { is: "reading" }>, now: number): boolean {
  const timed = heard.deviceTime !== null && !heard.flags.includes("clock-unset");
  return kindOf(measuring) !== "blood-pressure" || timed || now - measuring.since >= soonestPressure;
}
