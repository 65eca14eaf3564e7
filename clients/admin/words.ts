import easy from "../ui/words/easy/admin";
import en from "../ui/words/en/admin";
import ja from "../ui/words/ja/admin";
import { type Book, wordsOf } from "../ui/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...ja };

/** Everything the status page says, in every language. */
export const adminBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...easy },
  en: { ...workBook.en, ...en },
};

export const { T, useWords } = wordsOf(all);
