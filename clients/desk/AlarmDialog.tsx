import { useEffect } from "react";
import type { Session } from "../session";
import { AlarmSheet } from "../ui/AlarmSheet";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { useAct } from "../ui/work/useAct";
import { TroubleLine } from "../ui/work/parts";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { T } from "./words";

/** The second step of the emergency button, at the top of the screen for ten seconds; then the sheet. */
export function AlarmDialog({ session, onClose }: { readonly session: Session; readonly onClose: () => void }) {
  const { emergency } = session;
  if (emergency === undefined) return <Sure onClose={onClose} />;
  return (
    <Dialog
      wide
      urgent
      title={<T k="alarm.title" />}
      onClose={onClose}
      actions={
        <Button place="desk" kind="primary" className="min-h-13" onPress={onClose}>
          <T k="alarm.close" />
        </Button>
      }
    >
      <AlarmSheet emergency={emergency} className="text-[21px]" />
    </Dialog>
  );
}

function Sure({ onClose }: { readonly onClose: () => void }) {
  const { conduct } = useClient();
  const { armed } = useSeat();
  const now = useNow(250);
  const { act, busy, trouble } = useAct();
  // Opening the question lifts the cover.
  useEffect(() => {
    void act(() => conduct.armEmergency());
  }, [act, conduct]);
  const seconds = armed === null ? null : Math.min(10, Math.ceil((Date.parse(armed.until) - now) / 1000));
  const late = seconds !== null && seconds <= 0;
  useEffect(() => {
    if (late) onClose();
  }, [late, onClose]);
  return (
    <Dialog
      urgent
      title={<T k="alarm.sure" />}
      onClose={onClose}
      actions={
        <Button place="desk" className="min-h-13" onPress={onClose}>
          <T k="alarm.no" />
        </Button>
      }
    >
      <Button
        place="desk"
        kind="emergency"
        icon="warn"
        className="min-h-24 w-full text-[28px]!"
        busy={armed === null || busy}
        onPress={() => void act(() => conduct.emergency())}
      >
        <T k={armed === null ? "alarm.arming" : "alarm.press"} />
      </Button>
      <p className="text-[18px]">
        <T k="alarm.means" />
      </p>
      {seconds !== null && seconds > 0 && (
        <p className="tabular-nums">
          <T k="alarm.left" values={{ seconds }} />
        </p>
      )}
      {trouble !== null && (
        <TroubleLine>
          <T k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}
