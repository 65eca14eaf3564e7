import { type Dispatch, useEffect, useState } from "react";
import { useClient } from "../ui/work/seat";
import { shortcutOf, takesText } from "./shortcuts";
import type { DeskEvent, DeskState } from "./state";

/** Whether the keys are on is kept for this tab; it is a habit of the person at the desk, nothing of the resident. */
const kept = "madoguchi.desk.keys";

/** Keys of the consultation. They can be switched off: dictation programs type letters at a page too. */
export function useShortcuts(state: DeskState, dispatch: Dispatch<DeskEvent>): { on: boolean; turn: (on: boolean) => void } {
  const client = useClient();
  const [on, setOn] = useState(() => sessionStorage.getItem(kept) !== "off");
  const live = state.screen.at === "consult";
  const { side, asking } = state;

  useEffect(() => {
    if (!live) return undefined;
    const press = (event: KeyboardEvent) => {
      const name = shortcutOf(
        {
          key: event.key,
          ctrl: event.ctrlKey,
          alt: event.altKey,
          meta: event.metaKey,
          repeat: event.repeat,
          composing: event.isComposing,
          typing: takesText(event.target instanceof HTMLElement ? event.target : null),
          dialog: asking !== null,
        },
        on,
      );
      if (name === undefined) return;
      event.preventDefault();
      const { self } = client.getSnapshot().media;
      if (name === "mute") void client.mute({ audio: !self.audioMuted }).catch(() => undefined);
      if (name === "camera") void client.mute({ video: !self.videoMuted }).catch(() => undefined);
      if (name === "screen" && self.screen.state === "on") client.screen.stop();
      else if (name === "screen") void client.screen.start();
      if (name === "talk") dispatch({ type: "side", side: side === "talk" ? "people" : "talk" });
      if (name === "people") dispatch({ type: "side", side: "people" });
      const { session, identity } = client.getSnapshot();
      const mine = session !== null && session.legs[session.leg]?.desk === identity?.desk;
      if (name === "pause" && mine && session.pause?.by === identity?.seat) void client.conduct.resume().catch(() => undefined);
      else if (mine && (name === "pause" || name === "confer" || name === "invite" || name === "pass")) dispatch({ type: "ask", what: name });
      if (name === "help") dispatch({ type: "ask", what: "help" });
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [client, dispatch, live, on, side, asking]);

  return {
    on,
    turn: (next) => {
      sessionStorage.setItem(kept, next ? "on" : "off");
      setOn(next);
    },
  };
}
