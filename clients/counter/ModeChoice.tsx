import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Icon } from "../ui/Icon";
import type { BookingEvent, Draft, Mode, WishSpan } from "./booking";
import { T, useWords } from "./words";

const modes: readonly Mode[] = ["once", "now", "wait", "series"];
const wishes: readonly WishSpan[] = ["morning", "afternoon", "day", "week", "month"];
const most = 12;

/** How the visit is wanted: at a chosen time, at once, when something becomes free, or again and again. */
export function ModeChoice({ draft, dispatch }: { readonly draft: Draft; readonly dispatch: (event: BookingEvent) => void }) {
  const words = useWords();
  return (
    <ToggleButtonGroup
      aria-label={words.written("counter.mode")}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[draft.mode]}
      onSelectionChange={(keys) => {
        const mode = modes.find((m) => keys.has(m));
        if (mode !== undefined) dispatch({ type: "mode", mode });
      }}
      className="mb-3 grid grid-cols-[repeat(auto-fit,minmax(6.6rem,1fr))] gap-2"
    >
      {modes.map((mode) => (
        <Choice key={mode} id={mode} chosen={draft.mode === mode}>
          <T k={`counter.mode.${mode}`} />
        </Choice>
      ))}
    </ToggleButtonGroup>
  );
}

function Choice({ id, chosen, children }: { readonly id: string; readonly chosen: boolean; readonly children: React.ReactNode }) {
  return (
    <ToggleButton
      id={id}
      className={`flex min-h-12 cursor-pointer items-center justify-center gap-1.5 rounded-8 px-2 py-1 text-center text-[17px] leading-tight ${chosen ? "border-3 border-primary bg-ground-booth font-bold" : "border-2 border-edge bg-white data-[hovered]:bg-rest"}`}
    >
      {chosen && <Icon name="check" className="size-5 flex-none text-primary" />}
      <span>{children}</span>
    </ToggleButton>
  );
}

/** Which starts would do, from the day chosen on. */
export function WishFields({ draft, dispatch }: { readonly draft: Draft; readonly dispatch: (event: BookingEvent) => void }) {
  const words = useWords();
  return (
    <div className="flex flex-col gap-3">
      <p>
        <T k="counter.wish.means" />
      </p>
      <ToggleButtonGroup
        aria-label={words.written("counter.wish")}
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[draft.wish]}
        onSelectionChange={(keys) => {
          const wish = wishes.find((w) => keys.has(w));
          if (wish !== undefined) dispatch({ type: "wish", wish });
        }}
        className="grid grid-cols-[repeat(auto-fit,minmax(10rem,1fr))] gap-2"
      >
        {wishes.map((wish) => (
          <Choice key={wish} id={wish} chosen={draft.wish === wish}>
            <T k={`counter.wish.${wish}`} />
          </Choice>
        ))}
      </ToggleButtonGroup>
      <label className="flex min-h-12 items-center gap-3">
        <input
          type="checkbox"
          checked={draft.urgent}
          onChange={(event) => dispatch({ type: "urgent", on: event.target.checked })}
          className="size-6 accent-[var(--color-primary)]"
        />
        <span>
          <T k="counter.wish.urgent" />
        </span>
      </label>
    </div>
  );
}

/** How often a row is held. */
export function RhythmFields({ draft, dispatch }: { readonly draft: Draft; readonly dispatch: (event: BookingEvent) => void }) {
  const { rhythm } = draft;
  const numbers = (least: number) => Array.from({ length: most - least + 1 }, (_, i) => least + i);
  const words = useWords();
  const select = "min-h-12 rounded-8 border border-edge bg-white px-3 text-[18px]";
  return (
    <div className="mb-2 flex flex-wrap gap-x-6 gap-y-2">
      <label className="flex items-center gap-2">
        <T k="counter.rhythm.weeks" />
        <select className={select} value={rhythm.weeks} onChange={(event) => dispatch({ type: "rhythm", rhythm: { ...rhythm, weeks: Number(event.target.value) } })}>
          {numbers(1).map((n) => (
            <option key={n} value={n}>
              {words.written("counter.rhythm.everyWeeks", { count: n })}
            </option>
          ))}
        </select>
      </label>
      <label className="flex items-center gap-2">
        <T k="counter.rhythm.count" />
        <select className={select} value={rhythm.count} onChange={(event) => dispatch({ type: "rhythm", rhythm: { ...rhythm, count: Number(event.target.value) } })}>
          {numbers(2).map((n) => (
            <option key={n} value={n}>
              {words.written("counter.rhythm.times", { count: n })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
