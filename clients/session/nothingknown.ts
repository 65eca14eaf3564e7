import { sealingOff } from "./seal/sealing";
import { checksOff } from "./checks";
import { mediaOff } from "./seatmedia";
import type { Snapshot } from "./types";

/** What is known before anything has been said. */
export const nothingKnown: Snapshot = {
  connection: { state: "off" },
  identity: null,
  sessions: null,
  calls: [],
  dayRev: 0,
  entered: null,
  session: null,
  presence: [],
  waiting: null,
  armed: null,
  lobby: null,
  unwiped: [],
  ended: null,
  media: mediaOff,
  sealing: sealingOff,
  checks: checksOff,
  talk: [],
};
