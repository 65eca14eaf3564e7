import alarmEasy from "../ui/words/easy/alarm";
import easy from "../ui/words/easy/counter";
import alarmEn from "../ui/words/en/alarm";
import en from "../ui/words/en/counter";
import alarmJa from "../ui/words/ja/alarm";
import ja from "../ui/words/ja/counter";
import { type Book, wordsOf } from "../ui/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...ja, ...alarmJa };

/** Everything the counter says, in every language. */
export const counterBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...easy, ...alarmEasy },
  en: { ...workBook.en, ...en, ...alarmEn },
};

export const { T, useWords } = wordsOf(all);
export type CounterKey = keyof typeof all;
