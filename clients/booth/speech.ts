import { byRole } from "./names";
import type { Screen } from "./state";
import type { Key } from "./words";

/**
 * What is said aloud on a screen: never a name or a number, because whoever stands at the door hears it too.
 * In a consultation nothing is said: the professional speaks.
 */
export function spokenKeys(screen: Screen): Key[] {
  switch (screen.kind) {
    case "idle":
      return ["idle.start", "idle.touch"];
    case "check-in":
      return screen.refusal === null
        ? ["checkin.title", "checkin.where"]
        : [`checkin.${screen.refusal}`, `checkin.${screen.refusal}.next`];
    case "still":
      return ["still.title", "still.lead"];
    case "not-you":
      return ["notyou.title", "notyou.lead"];
    case "check":
      return ["check.title", "check.face.looking.next", "check.voice.listening.next"];
    case "waiting":
      return [screen.again ? "wait.title.back" : "wait.title", "wait.chime"];
    case "called":
      return ["called.lead", "called.private"];
    case "later":
      return ["later.title", "later.lead"];
    case "paused":
      return ["paused.curtain"];
    case "aside":
      return ["aside.title", "aside.unheard", "aside.wait"];
    case "wiping":
      return ["wiping.title"];
    case "handover":
      return [byRole("handover.title", screen.leg.role), "handover.lead", "handover.private"];
    case "goodbye":
      return [byeTitles[screen.how], "bye.things.lead"];
    case "trouble":
      return ["trouble.title", `trouble.${screen.reason}`, `trouble.${screen.reason}.next`];
    case "starting":
      return ["starting.title", "starting.next"];
    default:
      return [];
  }
}

/** The title of each kind of goodbye. */
export const byeTitles = {
  done: "bye.title",
  left: "bye.title.left",
  cancelled: "bye.title.cancelled",
  abandoned: "bye.title.abandoned",
} as const satisfies Record<string, Key>;
