import { useEffect, useRef } from "react";
import { useCommonWords } from "./words";

const bars = 16;

/**
 * How loud the own voice is, as a row of blocks. The level is read per animation frame and written to the blocks
 * directly: sixty renders a second of the whole screen would be paid for by a slow tablet.
 */
export function LevelMeter({ level }: { readonly level: () => number }) {
  const row = useRef<HTMLDivElement>(null);
  const words = useCommonWords();
  useEffect(() => {
    let frame = 0;
    let lit = -1;
    const draw = () => {
      const now = Math.min(bars, Math.round(level() * bars));
      if (now !== lit) {
        lit = now;
        Array.from(row.current?.children ?? []).forEach((block, i) => block.classList.toggle("bg-good-tick", i < now));
      }
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [level]);
  return (
    <div ref={row} role="img" aria-label={words.written("level.name")} className="flex gap-1.5">
      {Array.from({ length: bars }, (_, i) => (
        <span key={i} className="h-6 w-[22px] rounded-[3px] bg-solid-gray-200" />
      ))}
    </div>
  );
}
