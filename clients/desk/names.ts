// How the people of a visit are called on the desk's screens. Names come with the appointment over HTTP; the session
// itself names no resident.

import type { Appointment, Participant } from "../session";
import { literal } from "../ui/ruby";

/** The resident's name in kana as it is to be spoken, or undefined for an anonymous visit or before it is known. */
export function residentName(appointment: Appointment | undefined): string | undefined {
  const kana = appointment?.resident?.kana;
  return kana === undefined || kana === "" || appointment?.anonymous === true ? undefined : literal(kana);
}

/** The family name of a professional, for introducing oneself: "森田 千尋" → "森田". */
export function familyName(name: string): string {
  return literal(name).trim().split(/[\s　]+/)[0] ?? "";
}

/** Guests and equipment at the gate or in the room: everybody but booth and desks. */
export function extras(participants: readonly Participant[]): Participant[] {
  return participants.filter((p) => p.kind === "guest" || p.kind === "equipment");
}

/** Everybody who is let in besides this desk. */
export function others(participants: readonly Participant[], self: string): Participant[] {
  return participants.filter((p) => p.admitted && p.id !== self);
}
