import { literal, named, romaji, type Language, type Say } from "../ui";
import type { Professional } from "../session/protocol";
import type { Key } from "./words";

/** How much of a name is said: "森田 千尋 先生" in full, "森田先生" in a sentence. */
export type Length = "full" | "short";

/**
 * A person as people in the booth say it, in marked wording: doctors are 先生, everybody else さん. English reads the
 * name from its kana.
 */
export function personName(
  words: Say<Key>,
  language: Language,
  person: { readonly name: string; readonly kana: string; readonly role: string },
  length: Length,
): string {
  // A relative often has the resident's family name; and guests are called as the professional has named them.
  const whole = length === "full" || person.role === "family" || person.role === "interpreter";
  const name = whole ? person.name : family(person.name);
  const kana = whole ? person.kana : family(person.kana);
  const said = language === "en" && kana !== "" ? romaji(literal(kana)) : named(name, kana);
  const title = titles.find(([role]) => role === person.role)?.[1] ?? "person.other";
  return words.marked(length === "full" ? title : `${title}.short`, { name: said });
}

const titles = [
  ["doctor", "person.doctor"],
  ["family", "person.family"],
  ["interpreter", "person.interpreter"],
  ["booth", "person.booth"],
] as const;

/** The line under a name: what they are, and since when they are registered as it; marked wording. */
export function registered(words: Say<Key>, professional: Professional, role: string): string {
  const year = professional.registrationYear;
  if (year === undefined || year === 0) return "";
  if (role === "doctor") return words.marked("person.registered.doctor", { year });
  return role === "pharmacist" ? words.marked("person.registered.pharmacist", { year }) : "";
}

/** A key that exists for some roles, or the one for all others. */
export function byRole<P extends "plan" | "handover.title">(prefix: P, role: string): `${P}.${Role | "other"}` {
  const known = roles.find((one) => one === role);
  return `${prefix}.${known ?? "other"}`;
}

const roles = ["doctor", "nurse", "pharmacist", "officer", "counselor"] as const;
type Role = (typeof roles)[number];

function family(name: string): string {
  return name.trim().split(/[\s　]+/)[0] ?? "";
}
