import { type HTMLInputAutoCompleteAttribute, type ReactNode, useId } from "react";
import type { BookingEvent, Draft } from "./booking";
import { maxKana, maxPhone, type PersonFaults } from "./person";
import { T } from "./words";

/** Step 3: name in kana and telephone, or nobody's name where every leg allows it. */
export function PersonFields({
  draft,
  faults,
  anonymousAllowed,
  dispatch,
  onEnter,
}: {
  readonly draft: Draft;
  readonly faults: PersonFaults;
  readonly anonymousAllowed: boolean;
  readonly dispatch: (event: BookingEvent) => void;
  readonly onEnter: () => void;
}) {
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onEnter();
      }}
    >
      {anonymousAllowed && (
        <label className="flex min-h-12 items-center gap-3">
          <input
            type="checkbox"
            checked={draft.anonymous}
            onChange={(event) => dispatch({ type: "anonymous", on: event.target.checked })}
            className="size-6 accent-[var(--color-primary)]"
          />
          <span>
            <T k="counter.who.anonymous" />
          </span>
        </label>
      )}
      {draft.anonymous ? (
        <p className="text-ink-soft">
          <T k="counter.who.anonymousMeans" />
        </p>
      ) : (
        <>
          <Field
            label={<T k="counter.who.kana" />}
            value={draft.kana}
            fault={faults.kana === undefined ? null : <T k={faults.kana} />}
            maxLength={maxKana}
            onChange={(text) => dispatch({ type: "kana", text })}
            onLeave={() => dispatch({ type: "tidy" })}
          />
          <Field
            label={<T k="counter.who.phone" />}
            value={draft.phone}
            fault={faults.phone === undefined ? null : <T k={faults.phone} />}
            maxLength={maxPhone}
            inputMode="tel"
            onChange={(text) => dispatch({ type: "phone", text })}
            onLeave={() => dispatch({ type: "tidy" })}
          />
        </>
      )}
      {/* Enter in a field confirms; the button for it stands below. */}
      <input type="submit" hidden />
    </form>
  );
}

function Field(props: {
  readonly label: ReactNode;
  readonly value: string;
  readonly fault: ReactNode;
  readonly maxLength: number;
  readonly inputMode?: "tel";
  readonly onChange: (text: string) => void;
  readonly onLeave: () => void;
}) {
  const id = useId();
  const wrong = props.fault !== null;
  // The browser must not offer the names of earlier residents.
  const never: HTMLInputAutoCompleteAttribute = "off";
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        value={props.value}
        autoComplete={never}
        maxLength={props.maxLength}
        inputMode={props.inputMode}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-fault` : undefined}
        onChange={(event) => props.onChange(event.target.value)}
        onBlur={props.onLeave}
        className={`min-h-13 rounded-8 px-3.5 text-[22px] ${wrong ? "border-3 border-heed-edge bg-heed-soft" : "border border-edge"}`}
      />
      {wrong && (
        <p id={`${id}-fault`} role="alert" className="text-[16px] font-bold text-heed-ink">
          {props.fault}
        </p>
      )}
    </div>
  );
}
