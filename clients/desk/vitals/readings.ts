/** The readings of the present leg at the desk, in this page's memory until the leg is over. Pure: (state, event) → state. */
import type { MeasuringStage } from "../../session/vitals/note";
import type { Kind, Reading } from "../../session/vitals/reading";

/** What the booth has been asked to measure, and where it stands. */
export interface Asked {
  readonly ask: string;
  readonly kinds: readonly Kind[];
  /** What is being measured, and how it goes; `asked` until the booth has said. */
  readonly kind: Kind | null;
  readonly stage: MeasuringStage | "asked";
}

export interface ReadingsState {
  readonly readings: readonly Reading[];
  /** When each was taken by the professional, by its id; milliseconds of the server's clock. */
  readonly confirmed: ReadonlyMap<string, number>;
  readonly asked: Asked | null;
}

export const noReadings: ReadingsState = { readings: [], confirmed: new Map(), asked: null };

export type ReadingsEvent =
  | { readonly type: "ask"; readonly ask: string; readonly kinds: readonly Kind[] }
  | { readonly type: "stop" }
  | { readonly type: "stage"; readonly ask: string; readonly kind: Kind; readonly stage: MeasuringStage }
  | { readonly type: "reading"; readonly reading: Reading }
  | { readonly type: "confirm"; readonly reading: string; readonly at: number }
  | { readonly type: "forget" };

/** Most readings of one leg. */
const most = 50;

/** The state after an event. */
export function readingsAfter(state: ReadingsState, event: ReadingsEvent): ReadingsState {
  switch (event.type) {
    case "ask":
      return { ...state, asked: { ask: event.ask, kinds: event.kinds, kind: null, stage: "asked" } };
    case "stop":
      return { ...state, asked: null };
    case "stage": {
      const { asked } = state;
      if (asked?.ask !== event.ask) return state;
      return { ...state, asked: { ...asked, kind: event.kind, stage: event.stage } };
    }
    case "reading": {
      // The booth sends everything again to a desk that was loaded again.
      if (state.readings.some(({ id }) => id === event.reading.id)) return state;
      const readings = [...state.readings, event.reading].toSorted((a, b) => a.at - b.at).slice(-most);
      return { ...state, readings };
    }
    case "confirm":
      if (!state.readings.some(({ id }) => id === event.reading)) return state;
      return { ...state, confirmed: new Map(state.confirmed).set(event.reading, event.at) };
    case "forget":
      return noReadings;
  }
}

/** Whether what was asked for is over: the last of it has come, or was left out. */
export function isOver({ kinds, kind, stage }: Asked): boolean {
  return (stage === "done" || stage === "skipped") && kind === kinds.at(-1);
}
