import { useEffect, useRef } from "react";
import { Button, type Place } from "./Button";
import { CommonT, useCommonWords } from "./words";

/**
 * Large number keys with what has been entered above them. The keys of a keyboard work too, wherever the focus is.
 * What is entered lives in the caller's memory, never in an input that a browser might remember.
 */
export function NumberPad({
  value,
  length,
  onChange,
  label,
  place = "booth",
}: {
  readonly value: string;
  /** How many digits are wanted. */
  readonly length: number;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly place?: Place;
}) {
  const words = useCommonWords();
  const latest = useRef({ value, onChange });
  useEffect(() => {
    latest.current = { value, onChange };
  });

  useEffect(() => {
    const typed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const { value: now, onChange: change } = latest.current;
      if (/^\d$/.test(event.key)) change((now + event.key).slice(0, length));
      else if (event.key === "Backspace") change(now.slice(0, -1));
    };
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  }, [length]);

  const press = (digit: string) => onChange((value + digit).slice(0, length));
  const key = (digit: string) => (
    <Button key={digit} place={place} className="min-h-18 text-[36px]! tabular-nums" onPress={() => press(digit)}>
      {digit}
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex justify-center gap-3" role="img" aria-label={`${label} ${value.split("").join(" ")}`}>
        {Array.from({ length }, (_, i) => (
          <span
            key={i}
            className={`grid h-18 w-16 place-items-center rounded-8 bg-white text-[40px] font-bold tabular-nums ${
              i === value.length ? "border-4 border-primary" : "border-2 border-edge"
            }`}
          >
            {value[i] ?? ""}
          </span>
        ))}
      </div>
      <p role="status" className="sr-only">
        {words.written("keypad.entered", { count: value.length })}
      </p>
      <div role="group" aria-label={words.written("keypad.name")} className="grid grid-cols-3 gap-3">
        {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key)}
        <span />
        {key("0")}
        <Button place={place} className="min-h-18 px-2!" icon="erase" onPress={() => onChange(value.slice(0, -1))}>
          <CommonT k="keypad.back" />
        </Button>
      </div>
    </div>
  );
}
