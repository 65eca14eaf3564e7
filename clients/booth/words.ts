import { wordsOf, type Book } from "../ui";
import alarmEasy from "../ui/words/easy/alarm";
import vitalsEasy from "../ui/words/easy/vitals";
import easy from "../ui/words/easy/booth";
import courseEasy from "../ui/words/easy/course";
import alarmEn from "../ui/words/en/alarm";
import vitalsEn from "../ui/words/en/vitals";
import en from "../ui/words/en/booth";
import courseEn from "../ui/words/en/course";
import alarmJa from "../ui/words/ja/alarm";
import vitalsJa from "../ui/words/ja/vitals";
import ja from "../ui/words/ja/booth";
import courseJa from "../ui/words/ja/course";

const all = { ...ja, ...courseJa, ...alarmJa, ...vitalsJa };

/** The booth's wording in every language. */
export const book: Book<keyof typeof all> = {
  ja: all,
  easy: { ...easy, ...courseEasy, ...alarmEasy, ...vitalsEasy },
  en: { ...en, ...courseEn, ...alarmEn, ...vitalsEn },
};

export type Key = keyof typeof all;

export const { T, useWords } = wordsOf(all);
