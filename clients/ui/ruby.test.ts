import { describe, expect, it } from "vitest";
import { romaji } from "./romaji";
import { hiragana, literal, named, spoken, stretches, written } from "./ruby";

describe("marked wording", () => {
  it("is taken apart in order", () => {
    expect(stretches("お{知|し}らせ")).toEqual([{ base: "お" }, { base: "知", reading: "し" }, { base: "らせ" }]);
  });
  it("without marks is one stretch, and nothing is none", () => {
    expect(stretches("はい")).toEqual([{ base: "はい" }]);
    expect(stretches("")).toEqual([]);
  });
  it("keeps a stray brace as it is", () => {
    expect(stretches("a{b")).toEqual([{ base: "a{b" }]);
  });
  it("is written without readings and spoken with them", () => {
    expect(written("{係|かかり}を{呼|よ}ぶ")).toBe("係を呼ぶ");
    expect(spoken("{係|かかり}を{呼|よ}ぶ")).toBe("かかりをよぶ");
  });
});

describe("a name with its reading", () => {
  const cases: [string, string, string][] = [
    ["森田 千尋", "もりた ちひろ", "{森田|もりた} {千尋|ちひろ}"],
    ["森田　千尋", "モリタ　チヒロ", "{森田|もりた} {千尋|ちひろ}"],
    ["汐待もりた医院", "しおまち もりた いいん", "{汐待もりた医院|しおまち もりた いいん}"],
    ["イソベ ハルエ", "いそべ はるえ", "イソベ ハルエ"],
    ["高瀬", "", "高瀬"],
    ["{高|瀬}", "たかせ", "{高瀬|たかせ}"],
  ];
  it.each(cases)("%s, %s → %s", (name, reading, expected) => {
    expect(named(name, reading)).toBe(expected);
  });
  it("from outside cannot carry marks", () => {
    expect(literal("{a|b}")).toBe("ab");
  });
});

describe("kana", () => {
  it("katakana becomes hiragana", () => {
    expect(hiragana("イソベ ハルエー")).toBe("いそべ はるえー");
  });
  const cases: [string, string][] = [
    ["もりた ちひろ", "Morita Chihiro"],
    ["おのでら まこと", "Onodera Makoto"],
    ["おおの ゆうこ", "Ono Yuko"],
    ["しんぺい", "Shimpei"],
    ["はっとり", "Hattori"],
    ["はっちょう", "Hatcho"],
    ["ジュンコ", "Junko"],
  ];
  it.each(cases)("%s is read %s", (kana, expected) => {
    expect(romaji(kana)).toBe(expected);
  });
});
