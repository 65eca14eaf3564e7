import { describe, expect, it } from "vitest";
import { stretches } from "./ruby";

const files = import.meta.glob<{ default: Record<string, string> }>("./words/*/*.ts", { eager: true });
const views = import.meta.glob<string>("../{ui,booth,desk,counter,assistant,admin,my,guest,lobby}/**/*.tsx", {
  eager: true,
  query: "?raw",
  import: "default",
});

const apps = [...new Set(Object.keys(files).map((path) => path.replace(/^.*\//, "")))];

function book(language: string, app: string): Record<string, string> {
  return files[`./words/${language}/${app}`]?.default ?? {};
}

/** Keys without the plural endings, which only some languages have. */
function keys(words: Record<string, string>): string[] {
  return [...new Set(Object.keys(words).map((key) => key.replace(/_(one|other)$/, "")))].toSorted();
}

function fillings(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? ""))].toSorted();
}

describe.each(apps)("the wording in %s", (app) => {
  it.each(["easy", "en"])("has every key in %s that Japanese has", (language) => {
    expect(keys(book(language, app))).toEqual(keys(book("ja", app)));
  });

  it.each(["ja", "easy", "en"])("leaves no sentence empty in %s", (language) => {
    const empty = Object.entries(book(language, app)).filter(([, sentence]) => sentence.trim() === "");
    expect(empty).toEqual([]);
  });

  it("gives every kanji of the plain Japanese a reading", () => {
    const bare = Object.entries(book("easy", app)).filter(([, sentence]) =>
      stretches(sentence).some((part) => part.reading === undefined && /\p{Script=Han}/u.test(part.base)),
    );
    expect(bare).toEqual([]);
  });

  it("uses no exclamation", () => {
    const loud = ["ja", "easy", "en"].flatMap((language) =>
      Object.entries(book(language, app)).filter(([, sentence]) => /[!！]/.test(sentence)),
    );
    expect(loud).toEqual([]);
  });

  it("has no Japanese left in English", () => {
    const left = Object.entries(book("en", app)).filter(([key, sentence]) =>
      // A language's own name stays in its own script.
      !/language\.(ja|easy)$/.test(key) && /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(sentence),
    );
    expect(left).toEqual([]);
  });

  it("fills the plain Japanese and the English with nothing that Japanese is not given", () => {
    const ja = book("ja", app);
    const given = (key: string) => fillings(ja[key] ?? ja[key.replace(/_(one|other)$/, "")] ?? "");
    const strangers = ["easy", "en"].flatMap((language) =>
      Object.entries(book(language, app)).flatMap(([key, sentence]) =>
        fillings(sentence)
          .filter((name) => !given(key).includes(name) && !alsoGiven.has(name))
          .map((name) => `${language} ${key} {{${name}}}`),
      ),
    );
    expect(strangers).toEqual([]);
  });
});

/** Values that are always passed beside the ones Japanese uses. */
const alsoGiven = new Set(["hour12", "hour24", "minute2", "roman", "count"]);

describe("the views", () => {
  const said = /(?<!\/\/.*)(?<!\*.*)[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
  // The picker names each language in its own script, in every language alike.
  const exempt = /\/(LanguagePicker|.*\.test)\.tsx$/;
  it.each(Object.keys(views).filter((path) => !exempt.test(path)))("%s has no Japanese in it but comments", (path) => {
    const code = (views[path] ?? "").replace(/\/\*[\s\S]*?\*\//g, "");
    const lines = code.split("\n").filter((line) => said.test(line.replace(/\/\/.*$/, "")));
    expect(lines).toEqual([]);
  });
});
