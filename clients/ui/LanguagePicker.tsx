import { Button, type Place } from "./Button";
import { Furigana } from "./Furigana";
import { languages, useCommonWords, useLanguage, type Language } from "./words";

/* Each language in its own script, the same in every language: never translated, so not part of the wording. */
const names: Record<Language, string> = { ja: "日本語", easy: "やさしい{日本語|にほんご}", en: "English" };

/** The languages side by side; the one chosen has a tick. */
export function LanguagePicker({ place = "booth" }: { readonly place?: Place }) {
  const words = useCommonWords();
  const { language, choose } = useLanguage();
  return (
    <div role="group" aria-label={words.written("language.name")} className="flex flex-wrap gap-4">
      {languages.map((one) => (
        <div key={one} lang={one === "en" ? "en" : "ja"} className="grow">
          <Button
            place={place}
            chosen={one === language}
            className="w-full font-normal! data-[selected]:font-bold!"
            onPress={() => choose(one)}
          >
            <Furigana>{names[one]}</Furigana>
          </Button>
        </div>
      ))}
    </div>
  );
}
