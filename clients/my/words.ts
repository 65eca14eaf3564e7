import { type Book, wordsOf } from "../ui/words";
import easy from "../ui/words/easy/my";
import en from "../ui/words/en/my";
import ja from "../ui/words/ja/my";

/** Everything the residents' page says, in every language. */
export const myBook: Book<keyof typeof ja> = { ja, easy, en };

export const { T, useWords } = wordsOf(ja);
