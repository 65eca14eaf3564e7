import easy from "../ui/words/easy/desk";
import en from "../ui/words/en/desk";
import ja from "../ui/words/ja/desk";
import { type Book, wordsOf } from "../ui/words";
import { planBook } from "../ui/plan/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...planBook.ja, ...ja };

/** Everything the desk says, in every language. */
export const deskBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...planBook.easy, ...easy },
  en: { ...workBook.en, ...planBook.en, ...en },
};

export const { T, useWords } = wordsOf(all);
export type DeskKey = keyof typeof all;
