import { dayOf, wallClock } from "../ui/office-time";
import { DayName } from "./DayName";
import { T } from "./words";

/** A start that has changed: the old one struck out, the new one after it, and both in words for those who listen. */
export function ChangedTime({ was, start, dated = false }: { readonly was: string; readonly start: string; readonly dated?: boolean }) {
  return (
    <span>
      <s className={`font-normal text-ink-soft ${dated ? "block" : ""}`}>
        <span className="sr-only">
          <T k="counter.changed.was" />
        </span>
        <Time at={was} dated={dated} />
      </s>{" "}
      <span className="sr-only">
        <T k="counter.changed.now" />
      </span>
      <Time at={start} dated={dated} />
    </span>
  );
}

function Time({ at, dated }: { readonly at: string; readonly dated: boolean }) {
  return (
    <span className="tabular-nums">
      {dated && (
        <>
          <DayName day={dayOf(at)} />{" "}
        </>
      )}
      {wallClock(at)}
    </span>
  );
}
