import type { ReactNode } from "react";
import { ToggleButton } from "react-aria-components";
import { nextLeg, type Session } from "../session";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { useAct } from "../ui/work/useAct";
import { useClient, useSeat } from "../ui/work/seat";
import { isOwn } from "./CourseBar";
import { nextKey } from "./DayTable";
import { More } from "./More";
import { shortcutKeys } from "./shortcuts";
import type { DeskEvent, DeskState } from "./state";
import { T } from "./words";

/** The foot of the consultation: own devices at the left, the next step at the right. */
export function Toolbar({
  state,
  dispatch,
  session,
  onLeave,
}: {
  readonly state: DeskState;
  readonly dispatch: (event: DeskEvent) => void;
  readonly session: Session | null;
  /** This desk was asked in and goes. */
  readonly onLeave: () => void;
}) {
  const client = useClient();
  const { identity, media } = useSeat();
  const { self } = media;
  const own = isOwn(session, identity?.desk);
  const { act, trouble } = useAct();
  const next = nextLeg(session);
  return (
    <footer className="flex flex-none items-center gap-2 border-t border-solid-gray-420 bg-white px-4 py-3">
      <Tool
        icon={self.audioMuted ? "micOff" : "mic"}
        on={!self.audioMuted}
        shortcut={shortcutKeys.mute}
        onChange={(on) => void client.mute({ audio: !on }).catch(() => undefined)}
      >
        <T k={self.audioMuted ? "desk.mic.off" : "desk.mic"} />
      </Tool>
      <Tool
        icon={self.videoMuted ? "cameraOff" : "camera"}
        on={!self.videoMuted}
        shortcut={shortcutKeys.camera}
        onChange={(on) => void client.mute({ video: !on }).catch(() => undefined)}
      >
        <T k={self.videoMuted ? "desk.camera.off" : "desk.camera"} />
      </Tool>
      <Tool
        icon="screen"
        on={self.screen.state === "on"}
        shortcut={shortcutKeys.screen}
        onChange={(on) => (on ? void client.screen.start() : client.screen.stop())}
      >
        <T k={self.screen.state === "on" ? "desk.screen.stop" : "desk.screen"} />
      </Tool>
      <span aria-hidden="true" className="mx-2 h-12 w-px bg-solid-gray-420" />
      <Tool
        icon="chat"
        on={state.side === "talk"}
        shortcut={shortcutKeys.talk}
        onChange={(on) => dispatch({ type: "side", side: on ? "talk" : "people" })}
      >
        {state.unread > 0 ? <T k="desk.talk.unread" values={{ count: state.unread }} /> : <T k="desk.talk" />}
      </Tool>
      <Tool
        icon="info"
        on={state.asking === "help"}
        shortcut={shortcutKeys.help}
        onChange={() => dispatch({ type: "ask", what: "help" })}
      >
        <T k="desk.keys" />
      </Tool>
      {own && session !== null && (
        <More
          session={session}
          onAsk={(what) => dispatch({ type: "ask", what })}
          onUnneeded={() => next !== undefined && void act(() => client.api.freeLeg(session.appointment, session.legs.indexOf(next)))}
        />
      )}
      <Button
        place="desk"
        icon="warn"
        className="min-h-16 border-emergency! px-4! text-emergency!"
        onPress={() => dispatch({ type: "ask", what: "alarm" })}
      >
        <T k="alarm.button" />
      </Button>
      <div className="ml-auto flex items-center gap-3">
        {trouble !== null && (
          <p role="alert" className="font-bold text-heed-ink">
            <T k={trouble.key} />
          </p>
        )}
        {session !== null && !own && (
          <Button place="desk" kind="primary" icon="door" className="min-h-16 px-7!" onPress={onLeave}>
            <T k="conduct.asked.leave" />
          </Button>
        )}
        {own && (
          <Button
            place="desk"
            kind={next === undefined ? "primary" : "plain"}
            className="min-h-16 px-7!"
            onPress={() => dispatch({ type: "ask", what: "end" })}
          >
            <T k="desk.end" />
          </Button>
        )}
        {own && next !== undefined && (
          <Button
            place="desk"
            kind="primary"
            iconAfter="arrow"
            className="min-h-16 px-7! text-[20px]!"
            onPress={() => dispatch({ type: "ask", what: "handover" })}
          >
            <T k={nextKey(next.role, "to")} />
          </Button>
        )}
      </div>
    </footer>
  );
}

function Tool({
  icon,
  on,
  shortcut,
  onChange,
  children,
}: {
  readonly icon: IconName;
  readonly on: boolean;
  readonly shortcut: string;
  readonly onChange: (on: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <ToggleButton
      isSelected={on}
      onChange={onChange}
      aria-keyshortcuts={shortcut}
      className={`flex min-h-16 min-w-23 cursor-pointer flex-col items-center justify-center gap-0.5 rounded-8 border-2 px-2 text-[16px] leading-tight ${
        on ? "border-primary bg-ground-booth font-bold text-primary-pressed" : "border-transparent bg-white data-[hovered]:bg-rest"
      }`}
    >
      <Icon name={icon} className="size-6" />
      <span>{children}</span>
    </ToggleButton>
  );
}
