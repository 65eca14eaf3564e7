import easy from "../ui/words/easy/counter";
import en from "../ui/words/en/counter";
import ja from "../ui/words/ja/counter";
import { type Book, wordsOf } from "../ui/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...ja };

/** Everything the counter says, in every language. */
export const counterBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...easy },
  en: { ...workBook.en, ...en },
};

export const { T, useWords } = wordsOf(all);
export type CounterKey = keyof typeof all;
