/**
 * What only this screen knows: what the resident has touched and entered so far. It lives in memory and nowhere else,
 * and one action, "wiped", forgets all of it. Pure: (local, action) → local.
 */

/** Why a reception number was not taken. */
export type Refusal = "unknown" | "locked" | "offline" | "otherbooth" | "early";

export interface Local {
  /** The resident has touched start and is to say who they are. */
  readonly started: boolean;
  /** Digits of the reception number so far. */
  readonly entry: string;
  readonly lookup: "typing" | "asking" | Refusal;
  /** The session the facts below belong to. */
  readonly visit: string | null;
  /** Name in kana, to be confirmed; null where the booth has not been told. */
  readonly kana: string | null;
  readonly confirmed: boolean;
  /** "That is not me": staff have to correct it. */
  readonly denied: boolean;
  /** Nobody has touched the screen for a while; what names somebody is covered. */
  readonly away: boolean;
  readonly heard: "unasked" | "no" | "yes";
  /** How often the sound was not heard. */
  readonly unheard: number;
  /** Go on although a device does not work. */
  readonly goOn: boolean;
  /** "Do you want to end?" is being asked, or its yes is being carried out. */
  readonly leaving: "no" | "asking" | "yes";
  /** The emergency button: touched, being pressed, or not heard by anybody. */
  readonly alarm: "no" | "asked" | "sending" | "failed";
  /** When the emergency was raised whose sheet has been closed. */
  readonly alarmClosed: string | null;
  /** Id of the last written message that was closed; those after it are shown. */
  readonly readTalk: string | null;
  /** Own call for staff, before the server has it or after it could not be sent. */
  readonly calling: "no" | "sending" | "failed";
  /** The call whose screen was closed; the button still shows that it stands. */
  readonly callClosed: string | null;
}

/** Facts of one visit, before anything is known. */
const newVisit = {
  kana: null,
  confirmed: false,
  denied: false,
  away: false,
  heard: "unasked",
  unheard: 0,
  goOn: false,
  leaving: "no",
  alarm: "no",
  alarmClosed: null,
  readTalk: null,
} as const satisfies Partial<Local>;

/** Nobody is here. */
export const nobody: Local = {
  ...newVisit,
  started: false,
  entry: "",
  lookup: "typing",
  visit: null,
  calling: "no",
  callClosed: null,
};

export type Action =
  | { type: "started" }
  | { type: "went-back" }
  | { type: "entered-digits"; entry: string }
  | { type: "asked" }
  | { type: "refused"; why: Refusal }
  | { type: "checked-in"; session: string; kana: string | null }
  | { type: "visit"; session: string }
  | { type: "confirmed" }
  | { type: "denied" }
  | { type: "undenied" }
  | { type: "went-away" }
  | { type: "came-back" }
  | { type: "heard" }
  | { type: "not-heard" }
  | { type: "check-again" }
  | { type: "go-on" }
  | { type: "ask-leave" }
  | { type: "leave" }
  | { type: "stay" }
  | { type: "alarm"; is: Local["alarm"] }
  | { type: "close-alarm"; at: string }
  | { type: "open-alarm" }
  | { type: "read-talk"; id: string }
  | { type: "call" }
  | { type: "call-sent" }
  | { type: "call-failed" }
  | { type: "close-call"; call: string | null }
  | { type: "wiped" };

/** What is known after `action`. */
export function next(local: Local, action: Action): Local {
  switch (action.type) {
    case "started":
      return { ...local, started: true, entry: "", lookup: "typing" };
    case "went-back":
      return { ...local, started: false, entry: "", lookup: "typing" };
    case "entered-digits":
      return local.lookup === "asking" ? local : { ...local, entry: action.entry, lookup: "typing" };
    case "asked":
      return { ...local, lookup: "asking" };
    case "refused":
      // An answer that comes after the resident went back concerns nobody any more.
      return local.lookup === "asking" ? { ...local, entry: "", lookup: action.why } : local;
    case "checked-in":
      return { ...local, ...newVisit, started: false, entry: "", lookup: "typing", visit: action.session, kana: action.kana };
    case "visit":
      return local.visit === action.session
        ? local
        : { ...local, ...newVisit, started: false, entry: "", lookup: "typing", visit: action.session };
    case "confirmed":
      return { ...local, confirmed: true, denied: false, kana: null };
    case "denied":
      return { ...local, denied: true };
    case "undenied":
      return { ...local, denied: false };
    case "went-away":
      return { ...local, away: true };
    case "came-back":
      return { ...local, away: false };
    case "heard":
      return { ...local, heard: "yes" };
    case "not-heard":
      return { ...local, heard: "no", unheard: local.unheard + 1 };
    case "check-again":
      return { ...local, heard: "unasked", unheard: 0, goOn: false };
    case "go-on":
      return { ...local, goOn: true };
    case "ask-leave":
      return { ...local, leaving: "asking" };
    case "leave":
      return { ...local, leaving: "yes" };
    case "stay":
      return { ...local, leaving: "no" };
    case "alarm":
      return { ...local, alarm: action.is };
    case "close-alarm":
      return { ...local, alarm: "no", alarmClosed: action.at };
    case "open-alarm":
      return { ...local, alarmClosed: null };
    case "read-talk":
      return { ...local, readTalk: action.id };
    case "call":
      return { ...local, calling: "sending", callClosed: null };
    case "call-sent":
      return { ...local, calling: "no" };
    case "call-failed":
      return { ...local, calling: "failed" };
    case "close-call":
      return { ...local, calling: "no", callClosed: action.call };
    case "wiped":
      // A call outlives the visit: staff are still on their way.
      return { ...nobody, calling: local.calling, callClosed: local.callClosed };
  }
}
