import type { Appointment } from "../session/booking";
import { literal } from "../ui/ruby";

/** The other sides of a visit in neutral public words, in order; never the matter itself, nor what was given back. */
export function publicNames(legs: Appointment["legs"]): string[] {
  return legs.filter((leg) => leg.freed !== true).map((leg) => literal(leg.publicName));
}

/** A reception number in two groups of three, as it is read aloud: "482 177". */
export function groupedReception(reception: string): string {
  return reception.replace(/^(\d{3})(\d{3})$/, "$1 $2");
}
