// What the status page shows, out of what the server says. Pure; names of residents never come this far.

import type { Office, Offer } from "../session/booking";
import { type State, states } from "../session/protocol";

/** One part of the server and whether it is well; detail is what the server said about it. */
export interface PartState {
  part: "redis" | "mediaUdp" | "mediaTcp" | "sfu";
  well: boolean;
  detail: string;
}

/** The server's readiness. */
export interface Readiness {
  ready: boolean;
  draining: boolean;
  parts: PartState[];
}

const parts = ["redis", "mediaUdp", "mediaTcp", "sfu"] as const;
const unwell = ["closed", "cannot be reached"];

/** Reads the answer of /readyz; what is missing counts as not well, so that an older server cannot look healthy. */
export function readReadiness(body: unknown): Readiness {
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return {
    ready: fields["ready"] === true,
    draining: fields["draining"] === true,
    parts: parts.map((part) => {
      const said = fields[part];
      const detail = typeof said === "string" ? said : "";
      return { part, detail, well: detail !== "" && !unwell.includes(detail) };
    }),
  };
}

/** An open session as an administrator sees it: places and states, nobody's name. */
export interface LiveSession {
  id: string;
  state: State;
  office: string;
  booth: string;
  pool: string;
  desk: string;
  number: number;
  /** The present leg, from 0, and how many there are. */
  leg: number;
  legs: number;
  openedAt: string;
}

/** Reads the answer of /v1/sessions; a line without an id or with a state unknown here is left out. */
export function readSessions(body: unknown): LiveSession[] {
  const list = typeof body === "object" && body !== null ? (body as Record<string, unknown>)["sessions"] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((line: unknown) => {
    const fields = typeof line === "object" && line !== null ? (line as Record<string, unknown>) : {};
    const text = (name: string) => (typeof fields[name] === "string" ? fields[name] : "");
    const number = (name: string) => (typeof fields[name] === "number" ? fields[name] : 0);
    const state = states.find((s) => s === fields["state"]);
    if (state === undefined || state === "closed" || text("id") === "") return [];
    return [
      {
        id: text("id"),
        state,
        office: text("office"),
        booth: text("booth"),
        pool: text("pool"),
        desk: text("desk"),
        number: number("number"),
        leg: number("leg"),
        legs: number("legs"),
        openedAt: text("openedAt"),
      },
    ];
  });
}

/** Names of an office, a booth and a pool as the offices' facts give them; the id where they do not. */
export function placeNames(session: LiveSession, offices: readonly Office[]): { office: string; booth: string; pool: string } {
  const office = offices.find((o) => o.id === session.office);
  const offer = offices.flatMap((o) => o.offers).find((o) => o.pool === session.pool);
  return {
    office: office?.name ?? session.office,
    booth: office?.booths.find((b) => b.id === session.booth)?.name ?? session.booth,
    pool: offer?.name ?? session.pool,
  };
}

/** How many sessions stand where. */
export function countByState(sessions: readonly LiveSession[]): Record<Exclude<State, "closed">, number> {
  const count = (state: State) => sessions.filter((s) => s.state === state).length;
  return { arrived: count("arrived"), waiting: count("waiting"), consultation: count("consultation") };
}

/** Services as they are loaded: one line for each service and pool, with the offices that offer it. */
export interface OfferLine {
  key: string;
  offer: Offer;
  offices: string[];
}

/** The catalogue as the offices offer it, in the order of the first office that has a service. */
export function offerLines(offices: readonly Office[]): OfferLine[] {
  const lines = new Map<string, OfferLine>();
  for (const office of offices) {
    for (const offer of office.offers) {
      const key = `${offer.service}@${offer.pool}`;
      const line = lines.get(key) ?? { key, offer, offices: [] };
      line.offices.push(office.name);
      lines.set(key, line);
    }
  }
  return [...lines.values()];
}

/** The live session in a booth, if there is one. */
export function sessionIn(booth: string, sessions: readonly LiveSession[]): LiveSession | undefined {
  return sessions.find((s) => s.booth === booth);
}
