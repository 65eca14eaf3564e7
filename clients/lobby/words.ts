import easy from "../ui/words/easy/lobby";
import en from "../ui/words/en/lobby";
import ja from "../ui/words/ja/lobby";
import { type Book, wordsOf } from "../ui/words";
import { workBook } from "../ui/work/words";

const all = { ...workBook.ja, ...ja };

/** Everything a lobby's screen says, in every language. */
export const lobbyBook: Book<keyof typeof all> = {
  ja: all,
  easy: { ...workBook.easy, ...easy },
  en: { ...workBook.en, ...en },
};

export const { T, useWords } = wordsOf(all);
