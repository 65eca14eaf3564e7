// Who may have our key, and who cannot seal, by what the server says. Pure.

import type { KeyNotice, Participant, PresenceItem, Session } from "../protocol";
import type { Meeting } from "./agreement";
import { readNotice } from "./notice";

/** What is known of a session. */
export interface Told {
  readonly session: Session;
  readonly own: string;
  readonly presence: readonly PresenceItem[];
  readonly keys: readonly KeyNotice[];
  /** Who has been there for a while and has said nothing of keys. */
  readonly silent: ReadonlySet<string>;
}

/** Only who is let in is given keys, and nobody while they are kept apart; the code is about everybody who is let in. */
export function meetingOf({ session, own, keys }: Told): Meeting {
  const admitted = session.state === "consultation" ? session.participants.filter((one) => one.admitted) : [];
  const me = admitted.find((one) => one.id === own);
  const others = me === undefined ? [] : admitted.filter((one) => one.id !== own && one.kind !== "equipment");
  return {
    session: session.id,
    own,
    entitled: me?.apart === true ? [] : others.filter((one) => one.apart !== true).map(({ id }) => id),
    expected: expectedIn(session, own),
    members: others.map(({ id }) => id),
    notices: new Map(keys.map(({ participant, notice }) => [participant, notice])),
  };
}

/** Booth and desk know whom they are about to meet, unless several desks have come. */
function expectedIn({ state, participants }: Session, own: string): string | null {
  if (state === "consultation" || state === "closed") return null;
  const ends = participants.filter(({ kind }) => kind === "booth" || kind === "desk");
  const [other, another] = ends.filter(({ id }) => id !== own);
  return ends.some(({ id }) => id === own) && other !== undefined && another === undefined ? other.id : null;
}

/** Who, of those who are let in or are about to let each other in, cannot seal or open: with them everything goes in clear. */
export function whoCannot({ session, own, presence, keys, silent }: Told): string[] {
  const cannot = ({ id, kind }: Participant): boolean => {
    if (kind === "equipment") return true;
    const said = keys.find((one) => one.participant === id);
    if (said !== undefined) return readNotice(said.notice) === "unable";
    return silent.has(id) && presence.some((one) => one.participant === id && one.online);
  };
  const matters = ({ kind, admitted }: Participant): boolean => admitted || kind === "booth" || kind === "desk";
  return session.participants.filter((one) => one.id !== own && matters(one) && cannot(one)).map(({ id }) => id);
}
