import alarmEasy from "../ui/words/easy/alarm";
import vitalsEasy from "../ui/words/easy/vitals";
import conductEasy from "../ui/words/easy/conduct";
import easy from "../ui/words/easy/desk";
import alarmEn from "../ui/words/en/alarm";
import vitalsEn from "../ui/words/en/vitals";
import conductEn from "../ui/words/en/conduct";
import en from "../ui/words/en/desk";
import alarmJa from "../ui/words/ja/alarm";
import vitalsJa from "../ui/words/ja/vitals";
import conductJa from "../ui/words/ja/conduct";
import ja from "../ui/words/ja/desk";
import { type Book, wordsOf } from "../ui/words";
import { planBook } from "../ui/plan/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...planBook.ja, ...ja, ...conductJa, ...alarmJa, ...vitalsJa };

/** Everything the desk says, in every language. */
export const deskBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...planBook.easy, ...easy, ...conductEasy, ...alarmEasy, ...vitalsEasy },
  en: { ...workBook.en, ...planBook.en, ...en, ...conductEn, ...alarmEn, ...vitalsEn },
};

export const { T, useWords } = wordsOf(all);
export type DeskKey = keyof typeof all;
