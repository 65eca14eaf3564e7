import { Button } from "./Button";
import { CommonT, useCommonWords } from "./words";

/** Steps of loudness; the lowest is still heard, so that nobody silences the other side by mistake. */
export const volumeSteps = 6;

/** How loud a step is, 0 < gain ≤ 1, each step about as much louder to the ear as the one before. */
export function gainOf(step: number): number {
  const held = Math.min(volumeSteps, Math.max(1, Math.round(step)));
  return 10 ** ((held - volumeSteps) / 6);
}

/** Softer, louder, and where it stands; the value is a step from 1 to volumeSteps. */
export function VolumeControl({ step, onChange }: { readonly step: number; readonly onChange: (step: number) => void }) {
  const words = useCommonWords();
  return (
    <div role="group" aria-label={words.written("volume.name")} className="flex items-center gap-3 tight:gap-1">
      <Button
        icon="minus"
        className="w-20 px-0 tight:w-16"
        label={words.written("volume.down")}
        onPress={() => onChange(Math.max(1, step - 1))}
      />
      <div className="w-[86px] text-center">
        <div aria-hidden="true" className="flex h-10 items-end justify-between">
          {Array.from({ length: volumeSteps }, (_, i) => (
            <span key={i} className={`w-2.5 rounded-[3px] ${bars[i]} ${i < step ? "bg-primary" : "bg-off"}`} />
          ))}
        </div>
        <p className="text-[24px] leading-tight">
          <CommonT k="volume.name" />
        </p>
        <p role="status" className="sr-only">
          {words.written("volume.now", { level: step, of: volumeSteps })}
        </p>
      </div>
      <Button
        icon="plus"
        className="w-20 px-0 tight:w-16"
        label={words.written("volume.up")}
        onPress={() => onChange(Math.min(volumeSteps, step + 1))}
      />
    </div>
  );
}

const bars = ["h-2.5", "h-4", "h-[22px]", "h-7", "h-[34px]", "h-10"];
