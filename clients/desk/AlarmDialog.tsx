import { useEffect } from "react";
import type { Session } from "../session";
import { AlarmSheet } from "../ui/AlarmSheet";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { useAct } from "../ui/work/useAct";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { useUncovered } from "../ui/uncovered";
import { Means, No, Refused, Yes } from "./Question";
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
      actions={<Yes k="alarm.close" onPress={onClose} />}
    >
      <AlarmSheet emergency={emergency} className="text-[21px]" />
    </Dialog>
  );
}

function Sure({ onClose }: { readonly onClose: () => void }) {
  const { conduct } = useClient();
  const { armed } = useSeat();
  const { act, busy, trouble } = useAct();
  // Opening the question lifts the cover.
  useEffect(() => {
    void act(() => conduct.armEmergency());
  }, [act, conduct]);
  const seconds = useUncovered(useNow(250), armed?.until ?? null, onClose);
  return (
    <Dialog
      urgent
      title={<T k="alarm.sure" />}
      onClose={onClose}
      actions={<No k="alarm.no" onClose={onClose} />}
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
      <Means k="alarm.means" />
      {seconds !== null && (
        <p className="tabular-nums">
          <T k="alarm.left" values={{ seconds }} />
        </p>
      )}
      {trouble !== null && <Refused k={trouble.key} />}
    </Dialog>
  );
}
