import { planBook } from "../ui/plan/words";
import easy from "../ui/words/easy/assistant";
import en from "../ui/words/en/assistant";
import ja from "../ui/words/ja/assistant";
import { type Book, wordsOf } from "../ui/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...planBook.ja, ...ja };

/** Everything a reception's screens say, in every language. */
export const assistantBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...planBook.easy, ...easy },
  en: { ...workBook.en, ...planBook.en, ...en },
};

export const { T, useWords } = wordsOf(all);
