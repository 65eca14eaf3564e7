/**
 * The screens of a visit between being seated and the goodbye that are neither plain waiting nor plain talking: called,
 * paused, a word in private, called again later, the emergency. Pure.
 */
import type { Emergency, Leg, Participant, PauseReason, Session } from "../session/protocol";
import type { Snapshot } from "../session/types";
import type { Local } from "./local";
import type { Person } from "./state";

type Leaving = Local["leaving"];

/** Why a consultation stands still, from where the resident sits. */
export type PauseView =
  | { readonly by: "me"; readonly reason: PauseReason }
  | { readonly by: "other"; readonly reason: PauseReason }
  /** Staff is in the booth and not everybody has accepted that; `accepted`: this side has. */
  | { readonly by: "staff"; readonly accepted: boolean };

/** One of these screens. */
export type CourseScreen =
  | { readonly kind: "called"; readonly session: Session; readonly leg: Leg; readonly by: Person; readonly leaving: Leaving }
  | { readonly kind: "later"; readonly session: Session; readonly leg: Leg; readonly notBefore: string; readonly leaving: Leaving }
  | {
      readonly kind: "paused";
      readonly session: Session;
      readonly leg: Leg;
      /** The professional. */
      readonly who: Person;
      readonly why: PauseView;
      readonly leaving: Leaving;
    }
  | {
      readonly kind: "aside";
      readonly session: Session;
      readonly leg: Leg;
      /** Who talk and are not heard here. */
      readonly people: readonly Person[];
      readonly leaving: Leaving;
    };

/** A desk's seat id, which is its participant id too. */
export function seatOf(desk: string): string {
  return `desk:${desk}`;
}

/** A participant as people are called. The kana is known where a leg names that desk. */
export function personOf(session: Session, one: Pick<Participant, "id" | "kind" | "role" | "name">): Person {
  const leg = session.legs.find((candidate) => candidate.desk !== undefined && seatOf(candidate.desk) === one.id);
  return {
    id: one.id,
    role: leg?.role ?? one.role,
    name: leg?.professional.name ?? one.name,
    kana: leg?.professional.kana ?? "",
    equipment: one.kind === "equipment",
  };
}

/** Somebody outside who waits to be let in: guests and equipment, always named. */
export function gateOf(session: Session): Person[] {
  return session.participants
    .filter((one) => !one.admitted && (one.kind === "guest" || one.kind === "equipment"))
    .map((one) => personOf(session, one));
}

/** A desk that has been asked in and is not there yet, or null. */
export function askedOf(session: Session): Person | null {
  const { word } = session;
  if (word === undefined || word.joined) return null;
  return personOf(session, { id: seatOf(word.desk), kind: "desk", role: word.role, name: word.name });
}

/** The screen of a visit that waits, where it is not plain waiting. */
export function waitingCourse(session: Session, leg: Leg, local: Local): CourseScreen | null {
  const { called, notBefore } = session;
  if (called !== undefined) {
    const by = personOf(session, { id: seatOf(called.desk), kind: "desk", role: leg.role, name: called.name });
    return { kind: "called", session, leg, by, leaving: local.leaving };
  }
  if (notBefore !== undefined) return { kind: "later", session, leg, notBefore, leaving: local.leaving };
  return null;
}

/** The screen of a consultation in which nothing is sent from here, or null where everything is. */
export function talkCourse(snapshot: Snapshot, session: Session, leg: Leg, local: Local): CourseScreen | null {
  const me = snapshot.identity?.seat ?? "";
  if (session.pause !== undefined) {
    const who = professionalOf(session, leg);
    return { kind: "paused", session, leg, who, why: pauseOf(session, me), leaving: local.leaving };
  }
  const apart = session.participants.find((one) => one.id === me)?.apart === true;
  if (!apart || session.word === undefined) return null;
  const talking = session.participants.filter((one) => one.kind === "desk" && one.admitted && one.apart !== true);
  return { kind: "aside", session, leg, people: talking.map((one) => personOf(session, one)), leaving: local.leaving };
}

function professionalOf(session: Session, leg: Leg): Person {
  const { name } = leg.professional;
  return personOf(session, { id: seatOf(leg.desk ?? ""), kind: "desk", role: leg.role, name });
}

function pauseOf(session: Session, me: string): PauseView {
  const { pause, staff } = session;
  if (pause?.by === undefined) return { by: "staff", accepted: staff?.accepted.includes(me) === true };
  return { by: pause.by === me ? "me" : "other", reason: pause.reason };
}

/** Where the emergency button stands. */
export type AlarmView =
  /** The cover is being lifted. */
  | { readonly state: "arming" }
  /** It can be pressed until then. */
  | { readonly state: "armed"; readonly until: string; readonly sending: boolean }
  /** Nothing could be sent. */
  | { readonly state: "failed" }
  | { readonly state: "raised"; readonly emergency: Emergency; readonly open: boolean };

/** What is to be shown of the emergency; null where there is none and nobody asks for it. */
export function alarmOf(snapshot: Snapshot, local: Local): AlarmView | null {
  const emergency = snapshot.session?.emergency;
  if (snapshot.entered === null) return null;
  if (emergency !== undefined) return { state: "raised", emergency, open: local.alarmClosed !== emergency.at };
  if (local.alarm === "failed") return { state: "failed" };
  if (local.alarm === "no") return null;
  if (snapshot.armed === null) return { state: "arming" };
  return { state: "armed", until: snapshot.armed.until, sending: local.alarm === "sending" };
}
