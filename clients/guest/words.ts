import { wordsOf, type Book } from "../ui/words";
import easy from "../ui/words/easy/guest";
import en from "../ui/words/en/guest";
import ja from "../ui/words/ja/guest";

/** A guest's wording in every language. */
export const guestBook: Book<keyof typeof ja> = { ja, easy, en };

export const { T, useWords } = wordsOf(ja);
