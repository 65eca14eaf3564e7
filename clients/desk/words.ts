import alarmEasy from "../ui/words/easy/alarm";
import conductEasy from "../ui/words/easy/conduct";
import easy from "../ui/words/easy/desk";
import alarmEn from "../ui/words/en/alarm";
import conductEn from "../ui/words/en/conduct";
import en from "../ui/words/en/desk";
import alarmJa from "../ui/words/ja/alarm";
import conductJa from "../ui/words/ja/conduct";
import ja from "../ui/words/ja/desk";
import { type Book, wordsOf } from "../ui/words";
import { planBook } from "../ui/plan/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...planBook.ja, ...ja, ...conductJa, ...alarmJa };

/** Everything the desk says, in every language. */
export const deskBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...planBook.easy, ...easy, ...conductEasy, ...alarmEasy },
  en: { ...workBook.en, ...planBook.en, ...en, ...conductEn, ...alarmEn },
};

export const { T, useWords } = wordsOf(all);
export type DeskKey = keyof typeof all;
