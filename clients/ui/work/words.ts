import easy from "../words/easy/work";
import en from "../words/en/work";
import ja from "../words/ja/work";
import { type Book, wordsOf } from "../words";

/** Words the staff's apps share: sign-in, the line, refusals. */
export const workBook = { ja, easy, en } satisfies Book<keyof typeof ja>;

export const { T: WorkT, useWords: useWorkWords } = wordsOf(ja);
