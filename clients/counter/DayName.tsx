import { type Day, dayParts } from "../ui/office-time";
import { T, useWords } from "./words";

/** A date in the language shown: 11月25日（水）. */
export function DayName({ day }: { readonly day: Day }) {
  const words = useWords();
  const parts = dayParts(day);
  const weekday = words.marked(`day.${parts.weekday}` as "day.0");
  return <T k="date" values={{ month: parts.month, day: parts.day, weekday }} />;
}
