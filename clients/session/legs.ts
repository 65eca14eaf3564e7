import type { Leg, Session } from "./protocol";

/** The leg a session goes on with after the present one; freed ones are passed over. */
export function nextLeg(session: Pick<Session, "legs" | "leg"> | null): Leg | undefined {
  return session?.legs.find((leg, i) => i > session.leg && !leg.done);
}
