// Names and telephone numbers as a clerk types them: half-width kana, hiragana, full-width digits, whatever the
// input method was left at. All of it becomes one form, so that the same person is found again.

/** Longest name in kana and longest telephone number that are sent. */
export const maxKana = 60;
export const maxPhone = 20;

/** Kana as it is kept: full-width katakana, one plain space between the parts. Other characters stay as they are. */
export function normaliseKana(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\u3041-\u3096]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60))
    .replace(/[‐‑‒–—―−ｰ]/g, "ー")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, maxKana);
}

/** Digits and hyphens as they are kept: "0999-00-1456". */
export function normalisePhone(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[‐‑‒–—―−ー]/g, "-")
    .replace(/[^\d+-]/g, "")
    .slice(0, maxPhone);
}

/** What is still wrong with what has been typed, as word keys; nothing if both may be sent. */
export interface PersonFaults {
  kana?: "counter.who.kanaMissing" | "counter.who.kanaOnly";
  phone?: "counter.who.phoneMissing" | "counter.who.phoneShape";
}

/** Checks a name and a telephone number, both normalised. Ten or eleven digits with a leading zero is a number here. */
export function personFaults(kana: string, phone: string): PersonFaults {
  const faults: PersonFaults = {};
  if (kana === "") faults.kana = "counter.who.kanaMissing";
  else if (!/^[ァ-ヺー・ ]+$/.test(kana)) faults.kana = "counter.who.kanaOnly";
  if (phone === "") faults.phone = "counter.who.phoneMissing";
  else if (!/^0\d{9,10}$/.test(phone.replace(/-/g, ""))) faults.phone = "counter.who.phoneShape";
  return faults;
}

/** Six digits out of what a scanner or a finger entered, or undefined: "４８２ １７７" and "482177" are the same. */
export function receptionOf(text: string): string | undefined {
  const digits = text.normalize("NFKC").replace(/[\s-]/g, "");
  const found = /(?:^|\D)(\d{6})$/.exec(digits);
  return found?.[1];
}
