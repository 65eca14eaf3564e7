import { useCallback, useEffect, useState } from "react";
import type { SoundInput } from "../../session";
import { Button, ConnectionBar } from "../../ui";
import { useBooth } from "../context";
import { narrow } from "../Frame";
import { T } from "../words";
import { useProfessional, type TalkScreen } from "./Talk";

/** Who listens to a heart. To everybody else the button would only be one more. */
const listeners: ReadonlySet<string> = new Set(["doctor", "nurse"]);

/** The sound of a stethoscope, as far as this booth has one: sent only from one touch to the next. */
export interface DeviceSound {
  readonly phase: "none" | "off" | "choosing" | "opening" | "on" | "failed";
  readonly inputs: readonly SoundInput[];
  readonly begin: () => void;
  readonly choose: (deviceId: string) => void;
  readonly end: () => void;
}

/** Watches which inputs there are, and ends the sound with the leg it was begun in. */
export function useDeviceSound(screen: TalkScreen): DeviceSound {
  const { client, snapshot } = useBooth();
  const [choosing, setChoosing] = useState(false);
  const inputs = useSoundInputs(listeners.has(screen.leg.role));
  const { state } = snapshot.media.self.stethoscope;

  const end = useCallback(() => {
    setChoosing(false);
    client.deviceSound.stop();
  }, [client]);
  // The next professional, or nobody, must not go on hearing what was meant for this one.
  const { id, leg } = screen.session;
  useEffect(() => end, [end, id, leg]);

  const choose = useCallback(
    (deviceId: string) => {
      setChoosing(false);
      void client.deviceSound.start(deviceId);
    },
    [client],
  );
  const begin = useCallback(() => {
    const [only, ...others] = inputs;
    if (only !== undefined && others.length === 0) choose(only.deviceId);
    else setChoosing(true);
  }, [choose, inputs]);

  const phase = state !== "off" ? state : inputs.length === 0 ? "none" : choosing ? "choosing" : "off";
  return { phase, inputs, begin, choose, end };
}

function useSoundInputs(wanted: boolean): readonly SoundInput[] {
  const { client, snapshot } = useBooth();
  const [inputs, setInputs] = useState<readonly SoundInput[]>([]);
  const voice = snapshot.media.self.voice.state;
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    const look = () => {
      void client.deviceSound.inputs().then((found) => gone || setInputs(found));
    };
    look();
    navigator.mediaDevices?.addEventListener("devicechange", look);
    return () => {
      gone = true;
      setInputs([]);
      navigator.mediaDevices?.removeEventListener("devicechange", look);
    };
  }, [client, wanted, voice]);
  return inputs;
}

/** Begins it, at the foot of the consultation. */
export function DeviceSoundButton({ sound }: { readonly sound: DeviceSound }) {
  if (sound.phase !== "off") return null;
  return (
    <Button icon="wave" className={narrow} onPress={sound.begin}>
      <T k="sound.begin" />
    </Button>
  );
}

/** Says, as long as it is so, that the sound is being sent, or asks which one. */
export function DeviceSoundBar({ screen, sound }: { readonly screen: TalkScreen; readonly sound: DeviceSound }) {
  const who = useProfessional(screen);
  switch (sound.phase) {
    case "none":
    case "off":
      return null;
    case "choosing":
      return (
        <ConnectionBar
          icon="wave"
          what={<T k="sound.which" />}
          next={null}
          action={
            <div className="flex flex-wrap gap-4">
              {sound.inputs.map(({ deviceId, label }) => (
                <Button key={deviceId} onPress={() => sound.choose(deviceId)}>
                  <span lang="">{label}</span>
                </Button>
              ))}
              <Button onPress={sound.end}>
                <T k="sound.cancel" />
              </Button>
            </div>
          }
        />
      );
    case "failed":
      return <ConnectionBar icon="wave" what={<T k="sound.failed" />} next={<T k="sound.failed.next" />} action={<End sound={sound} />} />;
    default:
      return (
        <ConnectionBar
          icon="wave"
          what={<T k={sound.phase === "on" ? "sound.on" : "sound.opening"} values={{ who }} />}
          next={<T k="sound.on.next" />}
          action={<End sound={sound} />}
        />
      );
  }
}

function End({ sound }: { readonly sound: DeviceSound }) {
  return (
    <Button icon="speakerOff" onPress={sound.end}>
      <T k="sound.end" />
    </Button>
  );
}
