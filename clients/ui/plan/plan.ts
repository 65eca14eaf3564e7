// What the screens of those who keep a desk's day have to know of it. Pure: the time is an argument.

import type { Appointment, AppointmentLeg, Block, Office } from "../../session";
import type { Offer } from "../../session/booking";
import { dayOf, dayParts, minuteOfClock, startOfDay } from "../office-time";

/** How many minutes before noon or closing people are warned. */
export const warnBefore = 10;

/** Seconds after its start from which somebody may be said not to have come, where the office does not say. */
const usualNoShowAfter = 15 * 60;

/** Whether a first visit there is anything else than another one. */
export function asksForFirst({ firstVisit }: Offer): boolean {
  return firstVisit !== undefined && (!firstVisit.accepted || firstVisit.minutes !== undefined || firstVisit.note.ja !== "");
}

/** By how many whole minutes a leg has been pushed back; 0 where it begins as planned, or earlier. */
export function pushedBy(leg: Pick<AppointmentLeg, "start" | "planned">): number {
  const late = Math.round((Date.parse(leg.start) - Date.parse(leg.planned)) / 60_000);
  return late > 0 ? late : 0;
}

/** How late a desk's next or present leg is, in minutes: what everybody else reads of it now. */
export function lateness(appointments: readonly Appointment[], desk: string, now: number): number {
  const open = appointments
    .filter((a) => a.state === "booked" || a.state === "arrived")
    .flatMap((a) => a.legs)
    .filter((leg) => leg.desk === desk && !leg.done && Date.parse(leg.end) > now)
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
  const first = open[0];
  return first === undefined ? 0 : pushedBy(first);
}

/** When an office shuts next within a quarter of an hour's notice, and whether for noon or for the day. */
export interface Shutting {
  readonly why: "noon" | "closing";
  readonly minutes: number;
}

/** Whether an office shuts within warnBefore minutes. */
export function shutsSoon(hours: Office["hours"], now: number): Shutting | undefined {
  const today = dayOf(now);
  const minute = (now - startOfDay(today)) / 60_000;
  for (const line of hours.filter((h) => isOn(h.days, dayParts(today).weekday))) {
    for (const [why, clock] of [["noon", line.noonFrom], ["closing", line.close]] as const) {
      const at = clock === undefined ? undefined : minuteOfClock(clock);
      if (at !== undefined && at > minute && at - minute <= warnBefore) return { why, minutes: Math.ceil(at - minute) };
    }
  }
  return undefined;
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Whether a list of weekdays as offices write it ("Mon-Fri", "Mon,Wed") holds one; 0 is Sunday. */
function isOn(days: string, weekday: number): boolean {
  return days.split(",").some((part) => {
    const [from, to] = part.split("-").map((name) => weekdays.indexOf(name.trim()));
    if (from === undefined || from < 0) return false;
    const last = to ?? from;
    return from <= last ? weekday >= from && weekday <= last : weekday >= from || weekday <= last;
  });
}

/** Offices with somebody still to be served by the desk today that shut soon. */
export function warnings(
  appointments: readonly Appointment[],
  offices: readonly Office[],
  now: number,
): { office: Office; shutting: Shutting }[] {
  const open = new Set(
    appointments
      .filter((a) => (a.state === "booked" || a.state === "arrived") && dayOf(a.start) === dayOf(now) && Date.parse(a.start) <= now + warnBefore * 60_000)
      .map((a) => a.office),
  );
  return offices.flatMap((office) => {
    const shutting = open.has(office.id) ? shutsSoon(office.hours, now) : undefined;
    return shutting === undefined ? [] : [{ office, shutting }];
  });
}

/** The legs that can be given back: later ones that nobody has begun. Index and leg. */
export function freeable(appointment: Appointment): { index: number; leg: AppointmentLeg }[] {
  if (appointment.state !== "booked" && appointment.state !== "arrived") return [];
  const open = appointment.legs.filter((leg) => leg.freed !== true).length;
  return appointment.legs.flatMap((leg, index) =>
    index > 0 && open > 1 && !leg.started && !leg.done && leg.freed !== true ? [{ index, leg }] : [],
  );
}

/** Whether an appointment may be given another time: it has not begun. */
export function movable(appointment: Appointment): boolean {
  return (appointment.state === "booked" || appointment.state === "arrived") && appointment.legs.every((leg) => !leg.started && !leg.done);
}

/** Whether a desk that is here now may say that somebody did not come. */
export function mayBeNoShow(appointment: Appointment, here: boolean, now: number, office?: Pick<Office, "noShowAfter">): boolean {
  return here && appointment.state === "booked" && now >= Date.parse(appointment.start) + 1000 * (office?.noShowAfter ?? usualNoShowAfter);
}

/** Where a desk is lent to at a moment, or later that day. */
export function lentTo(blocks: readonly Block[], desk: string, day: string): Block[] {
  return blocks.filter((b) => b.kind === "lend" && b.state === "blocked" && (b.desks ?? []).includes(desk) && touches(b, day));
}

/** When a desk is not served on a day. */
export function awayOn(blocks: readonly Block[], desk: string, day: string): Block[] {
  return blocks
    .filter((b) => b.kind === "away" && b.state === "blocked" && (b.desks ?? []).includes(desk) && touches(b, day))
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

function touches(block: Block, day: string): boolean {
  return Date.parse(block.start) < startOfDay(day) + 24 * 60 * 60_000 && Date.parse(block.end) > startOfDay(day);
}

/** The instant of a wall clock ("12:30") on a day at the office, RFC 3339; undefined where it is no time. */
export function atClock(day: string, clock: string): string | undefined {
  const minute = minuteOfClock(clock);
  return minute === undefined ? undefined : new Date(startOfDay(day) + minute * 60_000).toISOString();
}

/** Something to be prepared before a visit, in the words of the catalogue. */
export interface Preparation {
  /** As the server names it: "medical/identity". */
  readonly mark: string;
  readonly text: { readonly ja: string; readonly easy: string; readonly en: string };
  readonly done: boolean;
}

/** What is to be prepared for the legs of some pool, and what is. */
export function preparations(
  appointment: Appointment,
  services: readonly { id: string; checks: readonly Named[]; consents: readonly Named[] }[],
  pool: string,
): Preparation[] {
  const done = new Set(appointment.prepared);
  return appointment.legs
    .filter((leg) => leg.pool === pool && leg.freed !== true)
    .flatMap((leg) => {
      const service = services.find((s) => s.id === leg.service);
      return [...(service?.checks ?? []), ...(service?.consents ?? [])].map((item) => {
        const mark = `${leg.service}/${item.id}`;
        return { mark, text: item.text, done: done.has(mark) };
      });
    });
}

type Named = { readonly id: string; readonly text: { readonly ja: string; readonly easy: string; readonly en: string } };

/** Notes a reception can leave for its desk; a fixed list, so that nothing clinical can be written. */
export const notes = ["companion", "interpreter", "writing", "papers"] as const;
export type Note = (typeof notes)[number];

/** The notes left for an appointment. */
export function notesOf(appointment: Appointment): Note[] {
  return notes.filter((note) => appointment.prepared?.includes(`note/${note}`) === true);
}
