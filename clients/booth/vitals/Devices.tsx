import { useEffect, useState } from "react";
import { isKind, kinds, type Kind } from "../../session/vitals/reading";
import { Button, Icon, literal } from "../../ui";
import { useBooth } from "../context";
import { Frame } from "../Frame";
import { useStillness } from "../kiosk";
import { useOffice } from "../office";
import type { Screen } from "../state";
import { T, useWords } from "../words";
import { useVitals } from "./context";

/** The page goes back by itself: a resident may sit down next. Milliseconds. */
const stillFor = 120_000;

/** Whether this booth has anything that measures, by its office's records. */
export function useHasDevices(): boolean {
  const { snapshot } = useBooth();
  const booth = useOffice().data?.booths.find(({ id }) => id === snapshot.identity?.booth);
  return booth?.equipment.some(isKind) === true;
}

/** For the staff, before anybody comes: binds each device, tries it, lets go of it. */
export function Devices({ screen, onClose }: { readonly screen: Screen; readonly onClose: () => void }) {
  const { devices, instruments } = useVitals();
  // Bluetooth may have been switched on for this.
  useEffect(() => void instruments.look(), [instruments]);
  useStillness(true, stillFor, onClose);
  return (
    <Frame
      screen={screen}
      again={false}
      actions={
        <Button icon="back" onPress={onClose}>
          <T k="back" />
        </Button>
      }
    >
      <div data-devices="" className="flex flex-col gap-2">
        <h1 className="text-[40px] leading-relaxed font-bold max-[1100px]:text-[34px]">
          <T k="devices.title" />
        </h1>
        <p className="leading-relaxed">
          <T k={devices.radio === false ? "devices.noradio" : "devices.lead"} />
        </p>
        {devices.radio !== false && (
          <ul className="flex flex-col gap-2">
            {kinds.map((kind) => (
              <Device key={kind} kind={kind} />
            ))}
          </ul>
        )}
      </div>
    </Frame>
  );
}

function Device({ kind }: { readonly kind: Kind }) {
  const { instruments, devices } = useVitals();
  const words = useWords();
  const bound = devices.bound.find((one) => one.kind === kind);
  const [failed, setFailed] = useState(false);
  const [asking, setAsking] = useState(false);
  const [trying, setTrying] = useState(false);
  const [said, setSaid] = useState<"heard" | "heard.not" | null>(null);
  useEffect(() => {
    if (!trying) return;
    const stop = instruments.open([kind], (_, __, heard) => heard.is !== "measuring" && setSaid(heard.is === "reading" ? "heard" : "heard.not"));
    return () => {
      setSaid(null);
      stop();
    };
  }, [instruments, kind, trying]);
  const bind = () => {
    setFailed(false);
    setTrying(false);
    instruments.bind(kind).catch(() => setFailed(true));
  };
  const label = (k: Parameters<typeof words.written>[0]) => `${words.written(`vitals.kind.${kind}`)} ${words.written(k)}`;
  return (
    <li className="flex min-h-22 flex-wrap items-center gap-x-5 gap-y-2 rounded-12 border-2 border-hairline bg-white px-6 py-0.5">
      <Icon name={bound === undefined ? "plus" : "check"} className="size-9 text-primary" />
      <p className="w-36 text-[30px] font-bold">
        <T k={`vitals.kind.${kind}`} />
      </p>
      <p role="status" className="min-w-0 flex-1 text-[26px] leading-relaxed">
        {bound !== undefined && <span lang="">{literal(bound.name)} </span>}
        <T k={failed ? "devices.failed" : bound === undefined ? "devices.none" : said === null ? `devices.${bound.state}` : `devices.${said}`} />
      </p>
      {asking ? (
        <>
          <span className="font-bold">
            <T k="devices.forget.sure" />
          </span>
          <Button onPress={() => setAsking(false)}>
            <T k="back" />
          </Button>
          <Button
            label={label("devices.forget.yes")}
            onPress={() => {
              setAsking(false);
              setTrying(false);
              void instruments.forget(kind);
            }}
          >
            <T k="devices.forget.yes" />
          </Button>
        </>
      ) : (
        <>
          {bound !== undefined && (
            <>
              <Button label={label(trying ? "devices.trying" : "devices.try")} onPress={() => setTrying(!trying)}>
                <T k={trying ? "devices.trying" : "devices.try"} />
              </Button>
              <Button label={label("devices.forget")} onPress={() => setAsking(true)}>
                <T k="devices.forget" />
              </Button>
            </>
          )}
          {bound === undefined && (
            <Button label={label("devices.bind")} onPress={bind}>
              <T k="devices.bind" />
            </Button>
          )}
        </>
      )}
    </li>
  );
}
