import type { Mine, Numbers } from "./api";

/** What went wrong, in the words the page has for it. */
export type Trouble = "wrong" | "locked" | "late" | "unreachable";

/** The page is one of these. The numbers stay in memory, so that cancelling does not ask for them again. */
export type State =
  | { readonly at: "asking"; readonly trouble: Trouble | null; readonly busy: boolean }
  | { readonly at: "looking"; readonly mine: Mine; readonly numbers: Numbers; readonly sure: boolean; readonly trouble: Trouble | null; readonly busy: boolean }
  | { readonly at: "cancelled"; readonly mine: Mine };

export type Step =
  | { readonly do: "send" }
  | { readonly do: "seen"; readonly mine: Mine; readonly numbers: Numbers }
  | { readonly do: "fail"; readonly trouble: Trouble }
  | { readonly do: "sure"; readonly sure: boolean }
  | { readonly do: "fresh"; readonly mine: Mine } // looked at again by itself
  | { readonly do: "gone"; readonly mine: Mine }
  | { readonly do: "leave" };

export const first: State = { at: "asking", trouble: null, busy: false };

/** The next state of the page. */
export function next(state: State, step: Step): State {
  switch (step.do) {
    case "leave":
      return first;
    case "seen":
      return { at: "looking", mine: step.mine, numbers: step.numbers, sure: false, trouble: null, busy: false };
    case "fresh":
      if (state.at !== "looking" || state.busy) return state;
      // The new reception number was told once, and is to be written down.
      return { ...state, mine: keptNumber(state.mine, step.mine), sure: state.sure && step.mine.state === state.mine.state };
    case "gone":
      return { at: "cancelled", mine: step.mine };
    case "send":
      return state.at === "cancelled" ? state : { ...state, busy: true, trouble: null };
    case "fail":
      return state.at === "cancelled" ? state : { ...state, busy: false, trouble: step.trouble };
    case "sure":
      return state.at === "looking" ? { ...state, sure: step.sure, trouble: null } : state;
  }
}

/** The numbers by which it is found from now on: an offer accepted has a reception number of its own. */
export function numbersAfter(numbers: Numbers, mine: Mine): Numbers {
  return mine.reception === undefined ? numbers : { ...numbers, reception: mine.reception };
}

/** What has come, with the number that was told before. */
function keptNumber(before: Mine, mine: Mine): Mine {
  return before.reception === undefined ? mine : { ...mine, reception: before.reception };
}

/** Whether it begins later than it was to. */
export function isLate(mine: Pick<Mine, "start" | "planned">): boolean {
  return Date.parse(mine.start) - Date.parse(mine.planned) >= 60_000;
}

/** Which trouble an answer means. */
export function troubleOf(status: number): Trouble {
  if (status === 404 || status === 422) return "wrong";
  if (status === 429) return "locked";
  if (status === 409) return "late";
  return "unreachable";
}

/** Digits as people type them: full-width ones too, everything else left out. */
export function digits(text: string, length: number): string {
  return text.normalize("NFKC").replaceAll(/\D/g, "").slice(0, length);
}
