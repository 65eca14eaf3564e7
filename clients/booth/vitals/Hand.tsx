import { useEffect, useRef } from "react";
import { Button } from "../../ui";
import { T, useWords } from "../words";
import type { Kind } from "../../session/vitals/reading";
import { useVitals } from "./context";
import { Lit } from "./Drawings";
import { typedFor } from "../../session/vitals/typed";
import { hasDecimal, type Step } from "./measuring";
import { Values } from "./Values";

/** Longest number: 128, 36.8, 102.5. */
const longest = 5;

/** One number at a time: the place it stands in on the device, what has been entered, and large keys. */
export function Hand({ kind, step }: { readonly kind: Kind; readonly step: Extract<Step, { is: "hand" }> }) {
  const { act } = useVitals();
  const field = typedFor[kind][step.at];
  if (field === undefined) return null;
  const text = step.entries[step.at] ?? "";
  const complete = /^\d+(\.\d+)?$/.test(text);
  return (
    <div className="grid min-h-0 grid-cols-[minmax(0,1fr)_26rem] gap-8 max-[1100px]:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="flex min-h-0 flex-col gap-3">
        <h1 className="text-[42px] leading-snug font-bold max-[1100px]:text-[36px]">
          <T k={`measure.hand.${field.of as "systolic"}`} />
        </h1>
        <p className="leading-relaxed">
          <T k="measure.hand.lead" />
        </p>
        {step.refused !== null && (
          <p role="alert" className="rounded-12 border-3 border-heed-edge bg-heed-soft px-5 py-2 leading-relaxed font-bold">
            <T k={`measure.refused.${step.refused}`} />
            <br />
            <T k="measure.hand.empty" />
          </p>
        )}
        <div className="min-h-0 flex-1">
          <Lit kind={kind} of={field.of} />
        </div>
      </div>
      <div className="flex min-h-0 flex-col gap-3">
        <Entered text={text} unit={field.unit} />
        <Keys text={text} point={hasDecimal(field.of)} onChange={(next) => act({ type: "digits", text: next })} />
        <Button
          kind="primary"
          iconAfter="arrow"
          unavailable={complete ? undefined : <T k="measure.hand.empty" />}
          onPress={() => act({ type: "next-digits" })}
        >
          <T k="measure.hand.next" />
        </Button>
      </div>
    </div>
  );
}

function Entered({ text, unit }: { readonly text: string; readonly unit: "mmHg" | "/min" | "%" | "degC" | "kg" | "kPa" | "degF" | "lb" }) {
  const words = useWords();
  return (
    <p
      role="status"
      aria-label={`${words.written("measure.hand.entered")} ${text}`}
      className="flex min-h-20 items-center justify-end gap-3 rounded-8 border-4 border-primary bg-white px-6 text-[52px] leading-none font-bold tabular-nums"
    >
      {text}
      <span className="text-[26px] font-normal">
        <T k={`vitals.unit.${unit}`} />
      </span>
    </p>
  );
}

/** Large number keys; those of a keyboard work too. What is entered lives in memory, never in an input a browser remembers. */
function Keys({ text, point, onChange }: { readonly text: string; readonly point: boolean; readonly onChange: (text: string) => void }) {
  const words = useWords();
  const latest = useRef({ text, point, onChange });
  useEffect(() => {
    latest.current = { text, point, onChange };
  });
  useEffect(() => {
    const typed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const now = latest.current;
      if (/^[\d.]$/.test(event.key)) now.onChange(added(now.text, event.key, now.point));
      else if (event.key === "Backspace") now.onChange(now.text.slice(0, -1));
    };
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  }, []);
  const key = (sign: string) => (
    <Button key={sign} className="min-h-18! text-[36px]! tabular-nums" label={sign === "." ? `. ${words.written("measure.hand.point")}` : sign} onPress={() => onChange(added(text, sign, point))}>
      {sign}
    </Button>
  );
  return (
    <div role="group" aria-label={words.written("keypad.name")} className="grid grid-cols-3 gap-2.5">
      {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(key)}
      {point ? key(".") : <span />}
      {key("0")}
      <Button className="min-h-18! px-2!" icon="erase" onPress={() => onChange(text.slice(0, -1))}>
        <T k="keypad.back" />
      </Button>
    </div>
  );
}

/** One sign more, as far as it still is a number: one point, one digit behind it. */
export function added(text: string, sign: string, point: boolean): string {
  const next = text + sign;
  if (next.length > longest) return text;
  return (point ? /^\d{1,3}(\.\d?)?$/ : /^\d{1,3}$/).test(next) ? next : text;
}

/** Everything typed, once more, before it goes. */
export function Check({ step }: { readonly step: Extract<Step, { is: "check" }> }) {
  const { act, send } = useVitals();
  return (
    <div className="m-auto flex max-w-5xl flex-col items-center gap-5 text-center">
      <h1 className="text-[45px] font-bold">
        <T k="measure.check.title" />
      </h1>
      <Values values={step.values} />
      {step.flags.length > 0 && (
        <p role="alert" className="rounded-12 border-3 border-heed-edge bg-heed-soft px-6 py-2 text-[30px] leading-relaxed font-bold">
          <T k="measure.check.unusual" />
        </p>
      )}
      <div className="flex flex-wrap justify-center gap-5">
        <Button icon="erase" onPress={() => act({ type: "fix" })}>
          <T k="measure.check.fix" />
        </Button>
        <Button kind="primary" icon="check" onPress={() => send(step.values)}>
          <T k="measure.check.send" />
        </Button>
      </div>
    </div>
  );
}
