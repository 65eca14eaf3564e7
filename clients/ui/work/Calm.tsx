import { useState } from "react";
import { Button, type Place } from "../Button";
import { Dialog } from "../Dialog";
import alarm from "../words/ja/alarm";
import { wordsOf } from "../words";
import { TroubleLine } from "./parts";
import { useClient } from "./seat";
import { useAct } from "./useAct";
import { WorkT } from "./words";

const { T } = wordsOf(alarm);

/** An emergency is over: asked once more, so that no slip of the hand takes the notice from everybody's screen. */
export function CalmButton({ session, place }: { readonly session: string; readonly place: Place }) {
  const { conduct } = useClient();
  const { act, busy, trouble } = useAct();
  const [asking, setAsking] = useState(false);
  const over = () => void act(() => conduct.calm(session).then(() => true)).then((done) => done === true && setAsking(false));
  return (
    <>
      <Button place={place} onPress={() => setAsking(true)}>
        <T k="alarm.calm" />
      </Button>
      {asking && (
        <Dialog
          urgent
          title={<T k="alarm.calm.sure" />}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button place={place} className="min-h-13" onPress={() => setAsking(false)}>
                <T k="alarm.no" />
              </Button>
              <Button place={place} kind="primary" className="min-h-13" busy={busy} onPress={over}>
                <T k="alarm.calm" />
              </Button>
            </>
          }
        >
          <p>
            <T k="alarm.calm.means" />
          </p>
          {trouble !== null && (
            <TroubleLine>
              <WorkT k={trouble.key} />
            </TroubleLine>
          )}
        </Dialog>
      )}
    </>
  );
}
