import type { Calm, Confer, Gather, PauseReason, Pause, PlainRequest, Release, Requeue, Session, Staff, Transfer, Wiped } from "./protocol";
import type { SeatState } from "./reduce";

type Plain = Exclude<PlainRequest["type"], "ready" | "handover" | "end" | "leave" | "call">;

type WithoutId<T> = Omit<T, "id">;

/** What can be wanted in the course of a visit besides letting in and ending. */
export type ConductIntent =
  | { type: Plain }
  | WithoutId<Staff>
  | WithoutId<Requeue>
  | WithoutId<Pause>
  | WithoutId<Confer>
  | WithoutId<Transfer>
  | WithoutId<Gather>
  | WithoutId<Release>
  | WithoutId<Calm>
  | WithoutId<Wiped>;

/** Of these each names its session; no session needs to be entered. */
const named = ["staff", "calm", "wiped"] as const;

/** Whether an intent means a session by name, and so can be asked for outside. */
export function namesSession(intent: { type: string }): boolean {
  return (named as readonly string[]).includes(intent.type);
}

/**
 * How a visit is conducted. Each resolves when the server has carried it out and rejects with SessionError: `not_now` where
 * the visit does not stand so, `forbidden` where this side may not. What may be done when is in PROTOCOL.md.
 */
export interface Conduct {
  /** Counter (any session of its office) or booth (its own): staff is in the booth now, or has left it. */
  staff(session: string, present: boolean): Promise<void>;
  /** Booth and desk: the staff may stay. Until both have said so, or the staff has left, medical consultations stand paused. */
  acceptStaff(): Promise<void>;
  /** Desk: calls the resident who waits. */
  summon(): Promise<void>;
  /** Desk: back into the queue, or to be called again in so many minutes (1 to 240). */
  requeue(minutes?: number): Promise<void>;
  /** Booth or desk: sound and pictures off for everybody, until whoever paused resumes. */
  pause(reason: PauseReason): Promise<void>;
  resume(): Promise<void>;
  /** Desk: asks another desk in; in private the resident hears neither of the two. Ends by dismiss("desk:" + desk). */
  confer(desk: string, how: { private: boolean }): Promise<void>;
  /** Desk: passes the current leg to another desk or pool. */
  transfer(to: { desk: string } | { pool: string }): Promise<void>;
  /** Desk: takes another booth's session that waits for it into this room, or lets it go back. */
  gather(session: string): Promise<void>;
  release(session: string): Promise<void>;
  /** Booth or desk: lifts the cover of the emergency button; `snapshot.armed` says until when it can be pressed. */
  armEmergency(): Promise<void>;
  emergency(): Promise<void>;
  /** Desk or counter: the emergency of a session is over. */
  calm(session: string): Promise<void>;
}

/** Makes them of one way to have the server do something. */
export function conductOf(perform: (intent: ConductIntent) => Promise<void>): Conduct {
  return {
    staff: (session, present) => perform({ type: "staff", session, present }),
    acceptStaff: () => perform({ type: "accept_staff" }),
    summon: () => perform({ type: "summon" }),
    requeue: (minutes = 0) => perform({ type: "requeue", minutes }),
    pause: (reason) => perform({ type: "pause", reason }),
    resume: () => perform({ type: "resume" }),
    confer: (desk, how) => perform({ type: "confer", desk, private: how.private }),
    transfer: (to) => perform({ type: "transfer", ...to }),
    gather: (session) => perform({ type: "gather", session }),
    release: (session) => perform({ type: "release", session }),
    armEmergency: () => perform({ type: "arm_emergency" }),
    emergency: () => perform({ type: "emergency" }),
    calm: (session) => perform({ type: "calm", session }),
  };
}

/** What became of an intent whose answer was lost with the line, as the session told since shows. */
export function conducted(intent: ConductIntent, session: Session, state: SeatState): "done" | "again" | "moot" {
  const me = state.participant ?? "";
  const still = (done: boolean): "done" | "again" => (done ? "done" : "again");
  switch (intent.type) {
    case "accept_staff":
      return still(session.staff?.present !== true || session.staff.accepted.includes(me));
    case "summon":
      return still(session.called !== undefined || session.state === "consultation");
    case "requeue":
      return session.state === "consultation" || session.called !== undefined ? "again" : "done";
    case "pause":
      return session.state === "consultation" ? still(session.pause !== undefined) : "moot";
    case "resume":
      return still(session.pause?.by !== me);
    case "confer":
      return still(session.word?.desk === intent.desk && session.word.private === intent.private);
    case "transfer":
      return still(session.legs[session.leg]?.desk === intent.desk || session.legs[session.leg]?.pool === intent.pool);
    case "gather":
      return still(session.gathered?.some((one) => one.session === intent.session) === true);
    case "release":
      return still(session.gathered?.some((one) => one.session === intent.session) !== true);
    // Armed is only who has just armed here: a lost line means to begin anew.
    case "arm_emergency":
      return "moot";
    case "emergency":
      return session.emergency === undefined ? "moot" : "done";
    case "staff":
    case "calm":
    case "wiped":
      return "again";
  }
}
