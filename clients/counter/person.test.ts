import { describe, expect, it } from "vitest";
import { normaliseKana, normalisePhone, personFaults, receptionOf } from "./person";

describe("names in kana", () => {
  it.each([
    ["いそべ はるえ", "イソベ ハルエ"],
    ["ｲｿﾍﾞ ﾊﾙｴ", "イソベ ハルエ"],
    ["  イソベ　　ハルエ ", "イソベ ハルエ"],
    ["オータ−", "オーター"],
    ["ヴァン ゲン", "ヴァン ゲン"],
  ])("%s becomes %s", (typed, kept) => {
    expect(normaliseKana(typed)).toBe(kept);
    expect(personFaults(kept, "0999001456")).toEqual({});
  });

  it("are not kanji or letters", () => {
    expect(personFaults("磯部 ハルエ", "0999001456").kana).toBe("counter.who.kanaOnly");
    expect(personFaults("ISOBE", "0999001456").kana).toBe("counter.who.kanaOnly");
  });
});

describe("telephone numbers", () => {
  it("lose what is not part of a number", () => {
    expect(normalisePhone("０９９９ー００ー１４５６")).toBe("0999-00-1456");
    expect(normalisePhone("(0999) 00-1456")).toBe("099900-1456");
  });

  it("have ten or eleven digits and a leading zero", () => {
    expect(personFaults("ア", "090-1234-5678")).toEqual({});
    expect(personFaults("ア", "12345").phone).toBe("counter.who.phoneShape");
  });
});

describe("reception numbers", () => {
  it("come from fingers and scanners alike", () => {
    expect(receptionOf("482177")).toBe("482177");
    expect(receptionOf("４８２ １７７")).toBe("482177");
    expect(receptionOf("madoguchi:482177")).toBe("482177");
  });

  it("are six digits, not more and not fewer", () => {
    expect(receptionOf("48217")).toBeUndefined();
    expect(receptionOf("4821777")).toBeUndefined();
    expect(receptionOf("")).toBeUndefined();
  });
});
