import type { Cause } from "../session/booking";
import { literal } from "../ui/ruby";
import { useLanguage } from "../ui/words";
import { type CounterKey, T } from "./words";

const codes = [
  "past",
  "too-far",
  "off-grid",
  "office-closed",
  "office-noon",
  "office-hours",
  "no-equipment",
  "booths-busy",
  "desk-closed",
  "desk-morning-off",
  "desk-afternoon-off",
  "desk-hours",
  "desks-busy",
  "resident-busy",
  "full",
] as const;

/** Wording of a reason's code, or undefined for a code that is not known here. */
function wordsFor(code: string): CounterKey | undefined {
  const known = codes.find((c) => c === code);
  return known === undefined ? undefined : `counter.reason.${known}`;
}

/**
 * Why a day or a time is refused. The server's own sentence says most (which side is closed, how many booths);
 * in the other languages it is the server's own too, or the wording of its code where that says nothing.
 */
export function Reason({ cause }: { readonly cause: Cause }) {
  const { language } = useLanguage();
  const said = language === "easy" ? cause.easy : language === "en" ? cause.en : cause.text;
  const words = wordsFor(cause.code);
  if (said !== undefined) return <>{literal(said)}</>;
  if (language === "ja" || words === undefined) return <>{literal(cause.text)}</>;
  return <T k={words} />;
}
