// Who takes part in what is seen and heard, by what the server has told. Pure.

import type { SeatState } from "./reduce";
import type { SealingNews } from "./seal/sealing";

/** Whether others may see us: the consultation takes place, and we are in it. */
export function isLetIn({ session, participant }: SeatState): boolean {
  if (session?.state !== "consultation") return false;
  return session.participants.some((one) => one.id === participant && one.admitted);
}

/** Who is let in besides us and has a connection to receive by. Equipment reads nothing. */
export function audienceOf({ session, presence, participant }: SeatState): string[] {
  if (session === null || session.state !== "consultation") return [];
  return session.participants
    .filter((one) => one.admitted && one.kind !== "equipment" && one.id !== participant)
    .filter((one) => presence.some((item) => item.participant === one.id && item.connected))
    .map((one) => one.id);
}

/** What sealing has to know. Nothing is sealed for a session that is over. */
export function sealingNews({ session, entered, participant, presence, keys, plan }: SeatState): SealingNews {
  return { session: session?.id === entered ? session : null, own: participant, presence, keys, asked: plan?.sealed === true };
}
