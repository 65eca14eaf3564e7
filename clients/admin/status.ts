// What the status page shows, out of what the server says. Pure; names of residents never come this far.

import type { Office, Offer } from "../session/booking";
import type { SessionSummary, State } from "../session/protocol";

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

/** How many sessions stand where. */
export function countByState(sessions: readonly SessionSummary[]): Record<Exclude<State, "closed">, number> {
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
export function sessionIn(booth: string, sessions: readonly SessionSummary[]): SessionSummary | undefined {
  return sessions.find((s) => s.booth === booth && s.state !== "closed");
}
