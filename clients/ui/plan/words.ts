import easy from "../words/easy/plan";
import en from "../words/en/plan";
import ja from "../words/ja/plan";
import { type Book, wordsOf } from "../words";
import { workBook } from "../work/words";

const all = { ...workBook.ja, ...ja };

/** Words of those who keep a desk's day: the desk itself and its reception. */
export const planBook = { ja, easy, en } satisfies Book<keyof typeof ja>;

export const { T: PlanT, useWords: usePlanWords } = wordsOf(all);
export type PlanKey = keyof typeof all;
