import { useState } from "react";
import { Slider, SliderThumb, SliderTrack, ToggleButton } from "react-aria-components";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { SoundOut } from "../ui/SoundOut";
import { Sheet } from "../ui/work/parts";
import { useSeat } from "../ui/work/seat";
import { residentName } from "./names";
import type { Appointment, Session } from "../session";
import { T, useWords } from "./words";

/** What stethoscopes hear: each with its name, its loudness and its switch, and never mixed into the voices. */
export function DeviceSounds({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const words = useWords();
  const { media } = useSeat();
  return Object.entries(media.remote).map(([id, { stethoscope }]) => {
    if (stethoscope === null) return null;
    const other = session?.participants.find((p) => p.id === id && p.kind !== "booth");
    const name = residentName(appointment);
    const from =
      other !== undefined
        ? literal(other.name)
        : name === undefined
          ? words.marked("desk.who.resident")
          : words.marked("desk.sama", { name });
    return <DeviceSound key={id} from={from} stream={stethoscope} />;
  });
}

const loudest = 100;

function DeviceSound({ from, stream }: { readonly from: string; readonly stream: MediaStream }) {
  const words = useWords();
  const [loudness, setLoudness] = useState(loudest);
  const [on, setOn] = useState(true);
  return (
    <Sheet label={words.written("desk.sound")} tone="now" className="flex-none px-5 py-3">
      <SoundOut stream={stream} gain={on ? loudness / loudest : 0} />
      <div className="flex items-center gap-3" role="status" data-device-sound="">
        <Icon name="wave" className="size-7 text-primary" />
        <h2 className="text-[19px] font-bold">
          <T k="desk.sound" />
        </h2>
        <p className="text-[16px]">
          <T k="desk.sound.from" values={{ from }} />
        </p>
      </div>
      <div className="mt-2 flex items-center gap-4">
        <ToggleButton
          isSelected={on}
          onChange={setOn}
          className={`flex min-h-11 cursor-pointer items-center gap-2 rounded-8 border-2 px-4 font-bold ${on ? "border-primary bg-white text-primary-pressed" : "border-heed-edge bg-heed text-heed-ink"}`}
        >
          <Icon name={on ? "speaker" : "speakerOff"} className="size-5" />
          <T k={on ? "desk.sound.on" : "desk.sound.off"} />
        </ToggleButton>
        <Slider
          aria-label={words.written("desk.sound.loudness")}
          minValue={0}
          maxValue={loudest}
          step={5}
          value={loudness}
          onChange={setLoudness}
          isDisabled={!on}
          className="mx-3.5 flex-1 data-[disabled]:opacity-60"
        >
          <SliderTrack className="relative h-11 w-full cursor-pointer">
            {({ state }) => (
              <>
                <span className="absolute inset-x-0 top-1/2 h-1.5 -translate-y-1/2 rounded-full bg-solid-gray-420" />
                <span
                  className="absolute left-0 top-1/2 h-1.5 -translate-y-1/2 rounded-full bg-primary"
                  style={{ width: `${state.getThumbPercent(0) * 100}%` }}
                />
                <SliderThumb className="top-1/2 size-7 rounded-full border-3 border-primary bg-white" />
              </>
            )}
          </SliderTrack>
        </Slider>
      </div>
    </Sheet>
  );
}
