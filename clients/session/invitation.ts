/** A pool of the own area, as its neighbours know it. */
export interface ColleaguePool {
  id: string;
  name: string;
  desks: { id: string; name: string; role: string; title: string }[];
}

/** A guest's link, before it has been opened. */
export interface Invitation {
  /** Good once; belongs behind the # of a link. */
  code: string;
  /** Id of the guest in the session. */
  participant: string;
  expiresAt: string;
}

/** What somebody can be as a guest. */
export type GuestRole = "interpreter" | "family" | "doctor" | "nurse" | "other";

/** What a guest's code is exchanged for. */
export interface GuestPass {
  session: string;
  participant: string;
  role: string;
  name: string;
  /** Room token, for hello. */
  token: string;
  expiresAt: string;
  /** Code to come back with, good once. */
  return: string;
}
