import type { Language } from "../words";

/** Each language in its own script; never translated, so not part of the wording. */
export const languageNames: Record<Language, string> = { ja: "日本語", easy: "やさしい日本語", en: "English" };
