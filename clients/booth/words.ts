import { wordsOf, type Book } from "../ui";
import easy from "../ui/words/easy/booth";
import en from "../ui/words/en/booth";
import ja from "../ui/words/ja/booth";

/** The booth's wording in every language. */
export const book: Book<keyof typeof ja> = { ja, easy, en };

export type Key = keyof typeof ja;

export const { T, useWords } = wordsOf(ja);
