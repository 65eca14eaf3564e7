import i18next, { type i18n } from "i18next";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { I18nextProvider, initReactI18next, useTranslation } from "react-i18next";
import { Furigana } from "./Furigana";
import { spoken, written } from "./ruby";
import commonEasy from "./words/easy/common";
import commonEn from "./words/en/common";
import commonJa from "./words/ja/common";

/** The languages of the first version: Japanese, やさしい日本語 (plain Japanese, every kanji with its reading), English. */
export const languages = ["ja", "easy", "en"] as const;
export type Language = (typeof languages)[number];

/** What i18next and the lang attribute call them; plain Japanese is a private variant of Japanese. */
const tags: Record<Language, string> = { ja: "ja", easy: "ja-x-easy", en: "en" };

type CommonKey = keyof typeof commonJa;

/** An app's wording in every language; the keys of Japanese decide what the others must have. */
export type Book<K extends string = string> = Record<Language, Readonly<Record<K, string>>>;

/** What a sentence may be filled with. Marked wording (ruby.ts) may be passed in too. */
export type Values = Readonly<Record<string, string | number>>;

const LanguageContext = createContext<{ language: Language; choose: (language: Language) => void }>({
  language: "ja",
  choose: () => {},
});

function instance(book: Book, first: Language): i18n {
  const words = i18next.createInstance();
  void words.use(initReactI18next).init({
    lng: tags[first],
    fallbackLng: false,
    load: "currentOnly",
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    // React escapes what it shows; escaping twice would garble names.
    interpolation: { escapeValue: false, skipOnVariables: true },
    resources: {
      [tags.ja]: { translation: { ...commonJa, ...book.ja } },
      [tags.easy]: { translation: { ...commonEasy, ...book.easy } },
      [tags.en]: { translation: { ...commonEn, ...book.en } },
    },
  });
  return words;
}

/** Gives everything below it an app's wording and the language chosen. */
export function WordsProvider({
  book,
  first = "ja",
  children,
}: {
  readonly book: Book;
  readonly first?: Language;
  readonly children: ReactNode;
}) {
  const [language, setLanguage] = useState<Language>(first);
  const [words] = useState(() => instance(book, first));
  const value = useMemo(
    () => ({
      language,
      choose: (next: Language) => {
        void words.changeLanguage(tags[next]);
        setLanguage(next);
      },
    }),
    [language, words],
  );
  useEffect(() => {
    document.documentElement.lang = language === "en" ? "en" : "ja";
  }, [language]);
  return (
    <LanguageContext.Provider value={value}>
      <I18nextProvider i18n={words}>{children}</I18nextProvider>
    </LanguageContext.Provider>
  );
}

/** Which language is shown, and how to choose another. */
export function useLanguage() {
  return useContext(LanguageContext);
}

/** What useWords returns: the same sentence in three shapes. */
export interface Say<K extends string> {
  /** Marked wording, for T, Furigana and as a value of another sentence. */
  marked: (key: K | CommonKey, values?: Values) => string;
  /** As written, for labels and titles. */
  written: (key: K | CommonKey, values?: Values) => string;
  /** As read aloud. */
  spoken: (key: K | CommonKey, values?: Values) => string;
}

function useSay<K extends string>(): Say<K> {
  const { t } = useTranslation();
  return useMemo(() => {
    const marked = (key: string, values: Values = {}) => t(key, values);
    return {
      marked,
      written: (key, values) => written(marked(key, values)),
      spoken: (key, values) => spoken(marked(key, values)),
    };
  }, [t]);
}

/** A sentence of the wording, with its readings. */
function Text({ k, values }: { readonly k: string; readonly values?: Values }) {
  const { t } = useTranslation();
  return <Furigana>{t(k, { ...values })}</Furigana>;
}

/** T and useWords, knowing the keys of one app's book: `const { T, useWords } = wordsOf(ja)`. */
export function wordsOf<K extends string>(_book: Readonly<Record<K, string>>) {
  return {
    T: Text as (props: { readonly k: K | CommonKey; readonly values?: Values }) => ReactNode,
    useWords: useSay as () => Say<K>,
  };
}

/** For the kit's own components, which know only the common words. */
export const { T: CommonT, useWords: useCommonWords } = wordsOf(commonJa);
