/**
 * Wording carries its readings in a light notation: "{郵便局|ゆうびんきょく}からの お{知|し}らせ".
 * This file takes it apart; Furigana.tsx shows it.
 */

/** A stretch of text: with a reading above it, or as it stands. */
export interface Stretch {
  readonly base: string;
  readonly reading?: string;
}

const marked = /\{([^{}|]+)\|([^{}|]+)\}/g;

/** Takes marked wording apart, in order; text outside marks, also a stray brace, stays as it is. */
export function stretches(wording: string): Stretch[] {
  const out: Stretch[] = [];
  let done = 0;
  for (const match of wording.matchAll(marked)) {
    if (match.index > done) out.push({ base: wording.slice(done, match.index) });
    out.push({ base: match[1] ?? "", reading: match[2] ?? "" });
    done = match.index + match[0].length;
  }
  if (done < wording.length) out.push({ base: wording.slice(done) });
  return out;
}

/** The wording as it is written, without readings: for labels, titles and the print. */
export function written(wording: string): string {
  return wording.replace(marked, "$1");
}

/** The wording as it is read aloud: readings in place of what they stand over. */
export function spoken(wording: string): string {
  return wording.replace(marked, "$2");
}

/**
 * Marks a name with its reading, word by word where both have as many words
 * ("森田 千尋", "もりた ちひろ" → "{森田|もりた} {千尋|ちひろ}"). A name already in kana stays unmarked.
 */
export function named(name: string, reading: string): string {
  const bases = literal(name).split(/[\s　]+/).filter(Boolean);
  const readings = hiragana(literal(reading)).split(/[\s　]+/).filter(Boolean);
  if (bases.length !== readings.length) {
    return readings.length === 0 ? bases.join(" ") : mark(bases.join(" "), readings.join(" "));
  }
  return bases.map((base, i) => mark(base, readings[i] ?? "")).join(" ");
}

/** Text from outside, with the marks of the notation taken out, so that data cannot be read as markup. */
export function literal(text: string): string {
  return text.replace(/[{}|]/g, "");
}

/** Katakana to hiragana; everything else stays. */
export function hiragana(text: string): string {
  return text.replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

function mark(base: string, reading: string): string {
  return reading === "" || /^[\p{Script=Hiragana}\p{Script=Katakana}ー\s]+$/u.test(base) ? base : `{${base}|${reading}}`;
}
