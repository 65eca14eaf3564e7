// Who takes part in what is seen and heard, by what the server has told. Pure.

import type { SeatState } from "./reduce";

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
