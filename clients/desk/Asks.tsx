import { useState } from "react";
import { pauseReasons, type Session } from "../session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Furigana } from "../ui/Furigana";
import { useAct } from "../ui/work/useAct";
import { literal } from "../ui/ruby";
import { RemoteDialog } from "../ui/work/Remote";
import { useClient, useSeat } from "../ui/work/seat";
import { AlarmDialog } from "./AlarmDialog";
import { colleaguesOf, useCalled, useColleagues } from "./colleagues";
import { InviteDialog } from "./InviteDialog";
import { Means, No, Refused, useOnce, Yes } from "./Question";
import type { Asking } from "./state";
import { T, useWords } from "./words";

interface AskProps {
  readonly session: Session;
  readonly onClose: () => void;
}

/** The questions of a visit's course, one at a time over the screen. */
export function Asks({
  asking,
  session,
  onClose,
  onRequeued,
}: {
  readonly asking: Asking;
  readonly session: Session | null;
  readonly onClose: () => void;
  /** The visit is back in the queue: this desk has its hands free. */
  readonly onRequeued: () => void;
}) {
  if (session === null) return null;
  switch (asking) {
    case "requeue":
      return <RequeueDialog onClose={onClose} onDone={onRequeued} />;
    case "pause":
      return <PauseDialog session={session} onClose={onClose} />;
    case "confer":
      return <ConferDialog session={session} onClose={onClose} />;
    case "pass":
      return <PassDialog session={session} onClose={onClose} />;
    case "group":
      return <GroupDialog session={session} onClose={onClose} />;
    case "invite":
      return <InviteDialog session={session} onClose={onClose} />;
    case "remote":
      return <RemoteDialog booth={session.booth} boothName={session.boothName} onClose={onClose} />;
    case "alarm":
      return <AlarmDialog session={session} onClose={onClose} />;
    default:
      return null;
  }
}

const minutesOffered = [5, 10, 20, 30, 60];

function RequeueDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const { conduct } = useClient();
  const { once, busy, told } = useOnce(onDone);
  return (
    <Dialog title={<T k="conduct.requeue.ask" />} onClose={onClose} actions={<No onClose={onClose} />}>
      <Means k="conduct.requeue.means" />
      <div className="grid grid-cols-3 gap-3">
        {minutesOffered.map((minutes) => (
          <Button key={minutes} place="desk" className="min-h-14" busy={busy} onPress={() => once(() => conduct.requeue(minutes))}>
            <T k="conduct.requeue.in" values={{ minutes }} />
          </Button>
        ))}
        <Button place="desk" className="min-h-14" busy={busy} onPress={() => once(() => conduct.requeue())}>
          <T k="conduct.requeue.now" />
        </Button>
      </div>
      {told}
    </Dialog>
  );
}

function PauseDialog({ onClose }: AskProps) {
  const { conduct } = useClient();
  const { once, busy, told } = useOnce(onClose);
  return (
    <Dialog title={<T k="conduct.pause.ask" />} onClose={onClose} actions={<No onClose={onClose} />}>
      <Means k="conduct.pause.means" />
      <div className="grid grid-cols-2 gap-3">
        {pauseReasons.map((reason) => (
          <Button key={reason} place="desk" className="min-h-14" busy={busy} onPress={() => once(() => conduct.pause(reason))}>
            <T k={`conduct.reason.${reason}`} />
          </Button>
        ))}
      </div>
      {told}
    </Dialog>
  );
}

function ConferDialog({ session, onClose }: AskProps) {
  const { conduct } = useClient();
  const [chosen, choose] = useState<string | null>(null);
  const [isPrivate, setPrivate] = useState(true);
  const { once, busy, told } = useOnce(onClose);
  return (
    <Dialog
      wide
      title={<T k="conduct.confer.ask" />}
      onClose={onClose}
      actions={
        <>
          <No onClose={onClose} />
          <Yes k="conduct.confer.call" busy={busy} missing={chosen === null ? "conduct.confer.ask" : null} onPress={() => chosen !== null && once(() => conduct.confer(chosen, { private: isPrivate }))} />
        </>
      }
    >
      <DeskList session={session} chosen={chosen} onChoose={(desk) => choose(desk)} />
      <div className="grid grid-cols-2 gap-3">
        {([true, false] as const).map((one) => (
          <Button key={String(one)} place="desk" className="min-h-14" chosen={isPrivate === one} onPress={() => setPrivate(one)}>
            <T k={one ? "conduct.confer.private" : "conduct.confer.open"} />
          </Button>
        ))}
      </div>
      <Means k={isPrivate ? "conduct.confer.private.means" : "conduct.confer.open.means"} />
      {told}
    </Dialog>
  );
}

/** The desks of the area by pool, those of this visit first. */
function DeskList({
  session,
  chosen,
  onChoose,
  chosenPool = null,
  onPool,
}: {
  readonly session: Session;
  readonly chosen: string | null;
  readonly onChoose: (desk: string) => void;
  readonly chosenPool?: string | null;
  /** Whoever of a pool is free first can be chosen too. */
  readonly onPool?: (pool: string) => void;
}) {
  const { data, isError } = useColleagues();
  const called = useCalled();
  const list = colleaguesOf(data ?? [], session);
  const pools = [...new Map(list.map((one) => [one.pool, one])).values()];
  if (isError) return <Means k="conduct.failed" />;
  return (
    <ul className="flex max-h-[46vh] flex-col gap-3 overflow-y-auto p-1">
      {pools.map((first) => (
        <li key={first.pool}>
          <p className="text-ink-soft">
            {literal(first.poolName)}
            {first.tie !== "none" && (
              <span className="ml-3 font-bold text-primary-pressed">
                <T k={first.tie === "next" ? "conduct.confer.next" : "conduct.confer.before"} />
              </span>
            )}
          </p>
          <div className="mt-1 flex flex-wrap gap-2">
            {onPool !== undefined && (
              <Button place="desk" className="min-h-13" chosen={chosenPool === first.pool} onPress={() => onPool(first.pool)}>
                <T k="conduct.pass.pool" />
              </Button>
            )}
            {list
              .filter((one) => one.pool === first.pool)
              .map((one) => (
                <Button key={one.id} place="desk" className="min-h-13" chosen={chosen === one.id} onPress={() => onChoose(one.id)}>
                  <Furigana>{called(one)}</Furigana>
                </Button>
              ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function PassDialog({ session, onClose }: AskProps) {
  const { conduct } = useClient();
  const [chosen, choose] = useState<{ desk: string } | { pool: string } | null>(null);
  const { once, busy, told } = useOnce(onClose);
  return (
    <Dialog
      wide
      title={<T k="conduct.pass.ask" />}
      onClose={onClose}
      actions={
        <>
          <No onClose={onClose} />
          <Yes k="conduct.pass.yes" busy={busy} missing={chosen === null ? "conduct.pass.ask" : null} onPress={() => chosen !== null && once(() => conduct.transfer(chosen))} />
        </>
      }
    >
      <Means k="conduct.pass.means" />
      <DeskList
        session={session}
        chosen={chosen !== null && "desk" in chosen ? chosen.desk : null}
        onChoose={(desk) => choose({ desk })}
        chosenPool={chosen !== null && "pool" in chosen ? chosen.pool : null}
        onPool={(pool) => choose({ pool })}
      />
      {told}
    </Dialog>
  );
}

/** Other booths that wait for this desk, and those in the room already. */
function GroupDialog({ session, onClose }: AskProps) {
  const { conduct } = useClient();
  const { sessions, identity } = useSeat();
  const words = useWords();
  const { act, busy, trouble } = useAct();
  const inRoom = session.gathered ?? [];
  const waiting = (sessions ?? []).filter(
    (one) => one.state === "waiting" && one.id !== session.id && (one.desk === identity?.desk || (one.desk ?? "") === "") && one.pool === identity?.pool,
  );
  const name = (one: { number: number; boothName: string }) => words.marked("conduct.group.one", { number: one.number, booth: literal(one.boothName) });
  return (
    <Dialog
      title={<T k="conduct.group.ask" />}
      onClose={onClose}
      actions={<Yes k="work.close" onPress={onClose} />}
    >
      <Means k="conduct.group.means" />
      {waiting.length + inRoom.length === 0 && <Means k="conduct.group.none" />}
      <ul className="flex flex-col gap-2 text-[18px]">
        {inRoom.map((one) => (
          <li key={one.session} className="flex items-center gap-4">
            <span className="font-bold">
              <T k="conduct.group.one" values={{ number: one.number, booth: literal(one.boothName) }} />
            </span>
            <Button
              place="desk"
              className="ml-auto"
              busy={busy}
              label={words.written("conduct.group.release.label", { booth: name(one) })}
              onPress={() => void act(() => conduct.release(one.session))}
            >
              <T k="conduct.group.release" />
            </Button>
          </li>
        ))}
        {waiting.map((one) => (
          <li key={one.id} className="flex items-center gap-4">
            <span className="font-bold">
              <T k="conduct.group.one" values={{ number: one.number, booth: literal(one.boothName) }} />
            </span>
            <Button
              place="desk"
              className="ml-auto"
              busy={busy}
              label={words.written("conduct.group.take.label", { booth: name(one) })}
              onPress={() => void act(() => conduct.gather(one.id))}
            >
              <T k="conduct.group.take" />
            </Button>
          </li>
        ))}
      </ul>
      {trouble !== null && <Refused k={trouble.key} />}
    </Dialog>
  );
}
