import { Furigana } from "./Furigana";
import { dateWords, timeWords, useNow } from "./time";
import { useCommonWords } from "./words";

/** Date and time by the server's clock; the booth's own may be wrong. */
export function Clock({ now }: { readonly now: () => number }) {
  const words = useCommonWords();
  const ms = useNow(now);
  return (
    <time dateTime={new Date(ms).toISOString()} className="font-bold">
      <Furigana>{`${dateWords(words, ms)} ${timeWords(words, ms)}`}</Furigana>
    </time>
  );
}
