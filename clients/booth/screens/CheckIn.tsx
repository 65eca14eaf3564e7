import { useCallback, useState } from "react";
import { Button, NumberPad, Panel, VideoView } from "../../ui";
import { useBooth } from "../context";
import { Frame } from "../Frame";
import { useCanReadQr, useQrReader } from "../qr";
import { receptionLength, type Screen } from "../state";
import { T, useWords } from "../words";

type CheckInScreen = Extract<Screen, { kind: "check-in" }>;

/** Who are you: six digits on large keys, or the paper's QR code in front of the camera. */
export function CheckIn({ screen }: { readonly screen: CheckInScreen }) {
  const { act, callStaff } = useBooth();
  const [showing, setShowing] = useState(false);
  return (
    <Frame
      screen={screen}
      actions={
        <>
          <Button onPress={callStaff}>
            <T k="checkin.nonumber" />
          </Button>
          <Button icon="back" onPress={() => (showing ? setShowing(false) : act({ type: "went-back" }))}>
            <T k="back" />
          </Button>
        </>
      }
    >
      {showing ? <ByPaper onKeys={() => setShowing(false)} /> : <ByKeys screen={screen} onPaper={() => setShowing(true)} />}
    </Frame>
  );
}

function ByKeys({ screen, onPaper }: { readonly screen: CheckInScreen; readonly onPaper: () => void }) {
  const { act, checkIn } = useBooth();
  const words = useWords();
  const canReadQr = useCanReadQr();
  const enter = (entry: string) => {
    act({ type: "entered-digits", entry });
    if (entry.length === receptionLength && !screen.asking) checkIn(entry);
  };
  return (
    <div className="m-auto grid w-full max-w-6xl grid-cols-[minmax(0,1fr)_minmax(0,500px)] items-center gap-9 max-[1100px]:gap-6">
      <div className="flex flex-col gap-6">
        <h1 className="text-[45px] leading-normal font-bold max-[1100px]:text-[38px]">
          <T k="checkin.title" />
        </h1>
        <p className="text-[30px] max-[1100px]:text-[28px]">
          <T k="checkin.where" />
        </p>
        <div role="status">
          {screen.asking && (
            <Panel className="px-6 py-4">
              <T k="checkin.asking" />
            </Panel>
          )}
          {screen.refusal !== null && (
            <Panel tone="heed" className="px-6 py-4">
              <p className="font-bold">
                <T k={`checkin.${screen.refusal}`} />
              </p>
              <p>
                <T k={`checkin.${screen.refusal}.next`} />
              </p>
            </Panel>
          )}
        </div>
        {canReadQr && (
          <Button icon="qr" onPress={onPaper}>
            <T k="checkin.qr" />
          </Button>
        )}
      </div>
      <NumberPad value={screen.entry} length={receptionLength} label={words.written("checkin.label")} onChange={enter} />
    </div>
  );
}

function ByPaper({ onKeys }: { readonly onKeys: () => void }) {
  const { act, checkIn } = useBooth();
  const words = useWords();
  const found = useCallback(
    (reception: string) => {
      act({ type: "entered-digits", entry: reception });
      checkIn(reception);
      onKeys();
    },
    [act, checkIn, onKeys],
  );
  const { stream, failed } = useQrReader(true, found);
  return (
    <div className="m-auto flex flex-col items-center gap-5 text-center">
      <h1 className="text-[40px] leading-normal font-bold">
        <T k="checkin.qr.title" />
      </h1>
      <div className="grid h-[340px] w-[600px] max-w-full place-items-center overflow-hidden border-4 border-primary bg-white">
        <VideoView
          stream={stream}
          mirrored
          label={words.written("checkin.qr.picture")}
          className="size-full"
          instead={<T k={failed ? "checkin.qr.failed" : "check.self.wait"} />}
        />
      </div>
      <p>
        <T k="checkin.qr.lead" />
      </p>
      <Button icon="keypad" onPress={onKeys}>
        <T k="checkin.keys" />
      </Button>
    </div>
  );
}
