import { describe, expect, it } from "vitest";
import { Problem } from "../session/problem";
import { written, type Language, type Say } from "../ui";
import en from "../ui/words/en/booth";
import ja from "../ui/words/ja/booth";
import { refusal } from "./doings";
import { byRole, personName, registered } from "./names";
import { receptionIn } from "./qr";
import type { Key } from "./words";

/** The wording itself, without the machinery around it. */
function say(words: Record<string, string>): Say<Key> {
  const marked = (key: string, values: Readonly<Record<string, string | number>> = {}) =>
    (words[key] ?? key).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ""));
  return { marked, written: (key, values) => written(marked(key, values)), spoken: marked };
}

describe("a reception number in a QR code", () => {
  const rows: [string, string | null][] = [
    ["482177", "482177"],
    ["https://example.invalid/r/482177", "482177"],
    ["48217", null],
    ["4821770", null],
    ["482177 113355", null],
    ["", null],
  ];
  it.each(rows)("%j gives %j", (text, expected) => {
    expect(receptionIn(text)).toBe(expected);
  });
});

describe("a refused reception number", () => {
  const rows: [string, Problem | Error, string][] = [
    ["is unknown", new Problem({ status: 404, code: "unknown-reception", title: "" }), "unknown"],
    ["is locked after too many tries", new Problem({ status: 429, code: "too-many-tries", title: "" }), "locked"],
    ["belongs to another booth", new Problem({ status: 403, code: "not-yours", title: "" }), "otherbooth"],
    ["could not be asked about", new Problem({ status: 0, code: "network", title: "" }), "offline"],
    ["met a server that cannot answer", new Problem({ status: 503, code: "http-503", title: "" }), "offline"],
    ["met a fault of ours", new Error("fault"), "offline"],
  ];
  it.each(rows)("%s", (_, why, expected) => {
    expect(refusal(why)).toBe(expected);
  });
});

describe("a person's name", () => {
  const doctor = { name: "森田 千尋", kana: "もりた ちひろ", role: "doctor" };
  const officer = { name: "高瀬 真", kana: "タカセ マコト", role: "officer" };
  const rows: [string, Language, typeof doctor, "full" | "short", string][] = [
    ["of a doctor in full", "ja", doctor, "full", "{森田|もりた} {千尋|ちひろ} {先生|せんせい}"],
    ["of a doctor in a sentence", "ja", doctor, "short", "{森田|もりた}{先生|せんせい}"],
    ["of an officer in a sentence", "ja", officer, "short", "{高瀬|たかせ}さん"],
    ["of a doctor in English", "en", doctor, "short", "Dr Morita"],
    ["of an officer in English", "en", officer, "full", "Takase Makoto"],
  ];
  it.each(rows)("%s", (_, language, person, length, expected) => {
    expect(personName(say(language === "en" ? en : ja), language, person, length)).toBe(expected);
  });

  it("comes with the year of registration where there is one", () => {
    const known = { name: "", kana: "", title: "", organisation: "", phone: "" };
    expect(written(registered(say(ja), { ...known, registrationYear: 2004 }, "doctor"))).toBe("2004年 医籍登録");
    expect(registered(say(ja), { ...known, registrationYear: 2004 }, "officer")).toBe("");
    expect(registered(say(ja), known, "doctor")).toBe("");
  });

  it("has words for roles that have none of their own", () => {
    expect(byRole("plan", "doctor")).toBe("plan.doctor");
    expect(byRole("plan", "interpreter")).toBe("plan.other");
  });
});
