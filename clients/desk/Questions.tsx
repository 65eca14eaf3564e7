import { nextLeg, type Session } from "../session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { literal } from "../ui/ruby";
import { TroubleLine } from "../ui/work/parts";
import { nextKey } from "./DayTable";
import { shortcutKeys } from "./shortcuts";
import type { Asking } from "./state";
import { type DeskKey, T } from "./words";

/** What is asked once before it cannot be taken back, and the help. */
export function Questions({
  asking,
  session,
  busy,
  trouble,
  keysOn,
  onKeys,
  onEnd,
  onHandover,
  onClose,
}: {
  readonly asking: Asking;
  readonly session: Session | null;
  readonly busy: boolean;
  readonly trouble: DeskKey | null;
  readonly keysOn: boolean;
  readonly onKeys: (on: boolean) => void;
  readonly onEnd: () => void;
  readonly onHandover: () => void;
  readonly onClose: () => void;
}) {
  const next = nextLeg(session);
  if (asking === null || (asking !== "help" && asking !== "end" && asking !== "handover")) return null;
  if (asking === "help") return <KeyHelp keysOn={keysOn} onKeys={onKeys} onClose={onClose} />;
  if (asking === "handover" && next === undefined) return null;
  const role = next?.role ?? "";
  const here = session?.word?.joined === true && session.word.desk === next?.desk;
  return (
    <Dialog
      title={<T k={asking === "end" ? "desk.end.ask" : nextKey(role, "ask")} />}
      onClose={onClose}
      urgent
      actions={
        <>
          <Button place="desk" className="min-h-13" onPress={onClose}>
            <T k="work.no" />
          </Button>
          <Button
            place="desk"
            kind="primary"
            className="min-h-13"
            busy={busy}
            onPress={asking === "end" ? onEnd : onHandover}
          >
            <T k={asking === "end" ? "desk.end.yes" : "desk.handover.yes"} />
          </Button>
        </>
      }
    >
      <p className="text-[18px]">
        {asking === "end" ? (
          <T k={next === undefined ? "desk.end.means" : "desk.end.meansNext"} values={{ pool: literal(next?.poolName ?? "") }} />
        ) : (
          <T k={here ? "conduct.handover.now" : "desk.handover.means"} values={{ pool: literal(next?.poolName ?? ""), who: literal(session?.word?.name ?? "") }} />
        )}
      </p>
      {trouble !== null && (
        <TroubleLine>
          <T k={trouble} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

const keysShown = ["mute", "camera", "talk", "people", "pause", "confer", "invite", "pass", "help"] as const;

function KeyHelp({ keysOn, onKeys, onClose }: { readonly keysOn: boolean; readonly onKeys: (on: boolean) => void; readonly onClose: () => void }) {
  return (
    <Dialog
      title={<T k="desk.keys.title" />}
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={() => onKeys(!keysOn)}>
            <T k={keysOn ? "desk.keys.turnOff" : "desk.keys.turnOn"} />
          </Button>
          <Button place="desk" kind="primary" onPress={onClose}>
            <T k="work.close" />
          </Button>
        </>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-3 text-[18px]">
        {keysShown.map((name) => (
          <div key={name} className="contents">
            <dt>
              <kbd className="inline-block min-w-10 rounded-6 border-2 border-edge px-3 py-1 text-center font-bold">{shortcutKeys[name]}</kbd>
            </dt>
            <dd>
              <T k={name === "pause" || name === "confer" || name === "invite" || name === "pass" ? `conduct.key.${name}` : `desk.keys.${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-[17px] text-ink-soft">
        <T k={keysOn ? "desk.keys.care" : "desk.keys.off"} />
      </p>
    </Dialog>
  );
}
