/** From what the server says to the one screen a guest sees. Pure: every situation is a row of state.test.ts. */
import type { Participant, Session } from "../session/protocol";
import type { GuestSnapshot } from "../session/guest";

/** One screen. */
export type Screen =
  /** A link has been opened; nothing happens before its button is pressed, so that a preview of the link spends nothing. */
  | { readonly kind: "invited"; readonly busy: boolean }
  | { readonly kind: "no-link" }
  | { readonly kind: "spent" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "connecting" }
  | { readonly kind: "gate"; readonly session: Session; readonly host: Participant | null }
  | { readonly kind: "talk"; readonly session: Session; readonly quiet: "no" | "paused" | "apart"; readonly people: readonly Participant[] }
  | { readonly kind: "over"; readonly how: "left" | "dismissed" | "done" };

/** The screen for this moment; `link`: the page was opened with a code. */
export function screenOf(snapshot: GuestSnapshot, link: boolean): Screen {
  const { ended, pass, session } = snapshot;
  if (ended !== null) {
    return { kind: "over", how: ended.reason === "left" || ended.reason === "dismissed" ? ended.reason : "done" };
  }
  switch (pass) {
    case "spent":
      return { kind: "spent" };
    case "unreachable":
      return { kind: "unreachable" };
    case "asking":
      return link ? { kind: "invited", busy: true } : { kind: "connecting" };
    case "none":
      return link ? { kind: "invited", busy: false } : { kind: "no-link" };
    case "good":
  }
  if (session === null) return { kind: "connecting" };
  const me = session.participants.find((one) => one.id === snapshot.identity?.seat);
  if (session.state !== "consultation" || me?.admitted !== true) return { kind: "gate", session, host: hostOf(session) };
  const quiet = session.pause !== undefined ? "paused" : me.apart === true ? "apart" : "no";
  const people = session.participants.filter((one) => one.admitted && one.apart !== true && one.id !== me.id);
  return { kind: "talk", session, quiet, people: quiet === "no" ? people : [] };
}

/** Who lets in: the professional of the present leg. */
function hostOf(session: Session): Participant | null {
  const leg = session.legs[session.leg];
  if (leg === undefined || leg.professional.name === "") return null;
  return { id: `desk:${leg.desk ?? ""}`, kind: "desk", role: leg.role, name: leg.professional.name, admitted: false };
}
