import { hiragana } from "./ruby";

/* Hepburn, as in passports and road signs: enough to let an English reader say a name given in kana. */
const pairs: Record<string, string> = {
  きゃ: "kya", きゅ: "kyu", きょ: "kyo", しゃ: "sha", しゅ: "shu", しょ: "sho", ちゃ: "cha", ちゅ: "chu", ちょ: "cho",
  にゃ: "nya", にゅ: "nyu", にょ: "nyo", ひゃ: "hya", ひゅ: "hyu", ひょ: "hyo", みゃ: "mya", みゅ: "myu", みょ: "myo",
  りゃ: "rya", りゅ: "ryu", りょ: "ryo", ぎゃ: "gya", ぎゅ: "gyu", ぎょ: "gyo", じゃ: "ja", じゅ: "ju", じょ: "jo",
  びゃ: "bya", びゅ: "byu", びょ: "byo", ぴゃ: "pya", ぴゅ: "pyu", ぴょ: "pyo",
};

const singles: Record<string, string> = {
  あ: "a", い: "i", う: "u", え: "e", お: "o", か: "ka", き: "ki", く: "ku", け: "ke", こ: "ko",
  さ: "sa", し: "shi", す: "su", せ: "se", そ: "so", た: "ta", ち: "chi", つ: "tsu", て: "te", と: "to",
  な: "na", に: "ni", ぬ: "nu", ね: "ne", の: "no", は: "ha", ひ: "hi", ふ: "fu", へ: "he", ほ: "ho",
  ま: "ma", み: "mi", む: "mu", め: "me", も: "mo", や: "ya", ゆ: "yu", よ: "yo",
  ら: "ra", り: "ri", る: "ru", れ: "re", ろ: "ro", わ: "wa", を: "o", ん: "n",
  が: "ga", ぎ: "gi", ぐ: "gu", げ: "ge", ご: "go", ざ: "za", じ: "ji", ず: "zu", ぜ: "ze", ぞ: "zo",
  だ: "da", ぢ: "ji", づ: "zu", で: "de", ど: "do", ば: "ba", び: "bi", ぶ: "bu", べ: "be", ぼ: "bo",
  ぱ: "pa", ぴ: "pi", ぷ: "pu", ぺ: "pe", ぽ: "po", ゔ: "vu",
};

/** A name in kana as an English reader says it: "おのでら まこと" → "Onodera Makoto". Unknown characters stay. */
export function romaji(kana: string): string {
  return hiragana(kana)
    .split(/[\s　]+/)
    .filter(Boolean)
    .map((word) => capital(syllables(word)))
    .join(" ");
}

function syllables(word: string): string {
  let out = "";
  for (let i = 0; i < word.length; i++) {
    const pair = pairs[word.slice(i, i + 2)];
    if (pair !== undefined) {
      out += pair;
      i++;
      continue;
    }
    const char = word[i] ?? "";
    if (char === "っ") out += doubled(word.slice(i + 1));
    else if (char !== "ー") out += singles[char] ?? char;
  }
  // Long vowels are not written: 大野 is Ono, 佑子 is Yuko.
  return out.replace(/o[ou]/g, "o").replace(/uu/g, "u").replace(/n(?=[bmp])/g, "m");
}

/** The consonant a small っ doubles; before ch it is t (ハッチョウ → hatcho). */
function doubled(rest: string): string {
  const next = pairs[rest.slice(0, 2)] ?? singles[rest[0] ?? ""] ?? "";
  return next.startsWith("ch") ? "t" : (next[0] ?? "");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
