import type { ReactNode } from "react";
import type { Session } from "../session";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { CalmButton } from "../ui/work/Calm";
import { useAct } from "../ui/work/useAct";
import { TroubleLine } from "../ui/work/parts";
import { useClient, useSeat } from "../ui/work/seat";
import { useCalled } from "./colleagues";
import type { Ask, DeskEvent } from "./state";
import { type DeskKey, T, useWords } from "./words";

/**
 * Below the names and above the picture: whatever is not plain talking, in one sentence with what can be done about it.
 * Nobody's state is left to guess.
 */
export function CourseBar({ session, dispatch }: { readonly session: Session | null; readonly dispatch: (event: DeskEvent) => void }) {
  const { act, busy, trouble } = useAct();
  if (session === null) return null;
  const does = { act: (what: () => Promise<void>) => void act(what), busy };
  return (
    <>
      <Emergency session={session} dispatch={dispatch} />
      <Staff session={session} {...does} />
      <Pause session={session} {...does} />
      <Word session={session} {...does} />
      {trouble !== null && (
        <TroubleLine className="mx-4 mt-2">
          <T k={trouble.key} />
        </TroubleLine>
      )}
    </>
  );
}

interface Does {
  readonly session: Session;
  readonly act: (what: () => Promise<void>) => void;
  readonly busy: boolean;
}

function Emergency({ session, dispatch }: { readonly session: Session; readonly dispatch: (event: DeskEvent) => void }) {
  if (session.emergency === undefined) return null;
  return (
    <Line icon="warn" tone="emergency" says={<T k="alarm.stands" />}>
      <Button place="desk" kind="primary" onPress={() => dispatch({ type: "ask", what: "alarm" })}>
        <T k="alarm.open" />
      </Button>
      <CalmButton session={session.id} place="desk" />
    </Line>
  );
}

function Staff({ session, act, busy }: Does) {
  const { conduct } = useClient();
  const { identity } = useSeat();
  const { staff } = session;
  if (staff?.present !== true) return null;
  const mine = staff.accepted.includes(identity?.seat ?? "");
  const stands = session.pause !== undefined && session.pause.by === undefined;
  if (!mine && stands && isOwn(session, identity?.desk)) {
    return (
      <Line icon="person" tone="heed" says={<T k="conduct.staff.ask" />}>
        <Button place="desk" kind="primary" busy={busy} onPress={() => act(() => conduct.acceptStaff())}>
          <T k="conduct.staff.accept" />
        </Button>
      </Line>
    );
  }
  return <Line icon="person" tone="heed" says={<T k={stands ? "conduct.staff.waits" : "conduct.staff.here"} />} />;
}

function Pause({ session, act, busy }: Does) {
  const { conduct } = useClient();
  const { identity } = useSeat();
  const words = useWords();
  const { pause } = session;
  if (pause?.by === undefined) return null;
  const by = pause.by === identity?.seat ? "me" : pause.by.startsWith("booth:") ? "booth" : "other";
  const reason = words.marked(`conduct.reason.${pause.reason}`);
  return (
    <Line icon="cameraOff" tone="heed" says={<T k={`conduct.paused.${by}`} values={{ reason }} />}>
      {by === "me" && (
        <Button place="desk" kind="primary" busy={busy} onPress={() => act(() => conduct.resume())}>
          <T k="conduct.resume" />
        </Button>
      )}
    </Line>
  );
}

function Word({ session, act, busy }: Does) {
  const client = useClient();
  const { identity } = useSeat();
  const called = useCalled();
  const { word } = session;
  if (word === undefined) return null;
  if (word.desk === identity?.desk) {
    const lead = session.participants.find((one) => one.id === word.by);
    const who = lead === undefined ? "" : called(lead);
    return <Line icon="people" tone="own" says={<T k={word.private ? "conduct.asked.private" : "conduct.asked.open"} values={{ who }} />} />;
  }
  const who = called(word);
  const key: DeskKey = !word.joined ? "conduct.word.asked" : word.private ? "conduct.word.private" : "conduct.word.open";
  return (
    <Line icon="people" tone="own" says={<T k={key} values={{ who }} />}>
      {word.joined && (
        <Button place="desk" busy={busy} onPress={() => act(() => client.conduct.confer(word.desk, { private: !word.private }))}>
          <T k={word.private ? "conduct.word.toOpen" : "conduct.word.toPrivate"} />
        </Button>
      )}
      <Button place="desk" busy={busy} onPress={() => act(() => client.dismiss(`desk:${word.desk}`))}>
        <T k={word.joined ? "conduct.word.end" : "conduct.word.cancel"} />
      </Button>
    </Line>
  );
}

const tones = {
  own: "border-primary bg-ground-booth",
  heed: "border-heed-edge bg-heed-soft text-heed-ink",
  emergency: "border-emergency bg-white text-emergency",
} as const;

function Line({
  icon,
  tone,
  says,
  children,
}: {
  readonly icon: IconName;
  readonly tone: keyof typeof tones;
  readonly says: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div data-course={icon} className={`flex flex-none flex-wrap items-center gap-x-3 gap-y-1 border-b-2 px-7 py-2 ${tones[tone]}`}>
      <Icon name={icon} className="size-6" />
      <p role="status" className="font-bold">
        {says}
      </p>
      <span className="ml-auto flex flex-wrap gap-2">{children}</span>
    </div>
  );
}

/** Whether a desk has the consultation, and is not only asked in. */
export function isOwn(session: Session | null, desk: string | undefined): boolean {
  return session !== null && desk !== undefined && session.legs[session.leg]?.desk === desk;
}

/** What can be asked for just now, in the order of the menu. */
export function asksOf(session: Session | null): Ask[] {
  if (session === null) return [];
  if (session.state !== "consultation") return ["requeue", "pass"];
  const free = session.pause === undefined && session.emergency === undefined;
  return [...(session.word === undefined ? (["confer"] as const) : []), "invite", ...(free ? (["pause"] as const) : []), "requeue", "pass", "group", "remote"];
}
