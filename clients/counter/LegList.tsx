import { useEffect, useRef } from "react";
import type { Appointment } from "../session";
import type { AppointmentLeg } from "../session/booking";
import { Button } from "../ui/Button";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ChangedTime } from "./ChangedTime";
import { T, useWords } from "./words";

/** The legs of a visit with their times; a later one that is not needed is given back in one touch. */
export function LegList({
  appointment,
  busy,
  onFree,
}: {
  readonly appointment: Appointment;
  readonly busy: boolean;
  readonly onFree: (leg: number) => void;
}) {
  const words = useWords();
  const list = useRef<HTMLOListElement>(null);
  // The button that was pressed goes; without it the keyboard would be nowhere, and Escape would close nothing.
  useEffect(() => {
    if (!busy && document.activeElement === document.body) list.current?.focus();
  }, [busy, appointment]);
  const open = appointment.state === "booked" || appointment.state === "arrived";
  return (
    <ol ref={list} tabIndex={-1} className="flex flex-col gap-1.5 text-[20px]">
      {appointment.legs.map((leg, n) => {
        const name = literal(leg.publicName);
        return (
          <li key={`${leg.pool} ${leg.planned}`} className="flex min-h-12 flex-wrap items-center gap-x-5 gap-y-1 rounded-8 border border-solid-gray-420 px-4 py-1">
            <span className={`font-bold ${leg.freed === true ? "text-ink-soft line-through" : ""}`}>{name}</span>
            <LegTime leg={leg} />
            {leg.freed === true && (
              <span className="text-ink-soft">
                <T k="counter.leg.freed" />
              </span>
            )}
            {open && n > 0 && leg.freed !== true && !leg.started && !leg.done && (
              <Button
                place="desk"
                className="ml-auto"
                busy={busy}
                label={words.written("counter.leg.free.label", { name })}
                onPress={() => onFree(n)}
              >
                <T k="counter.leg.free" />
              </Button>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function LegTime({ leg }: { readonly leg: AppointmentLeg }) {
  if (Date.parse(leg.planned) < Date.parse(leg.start)) return <ChangedTime was={leg.planned} start={leg.start} />;
  return (
    <span className="tabular-nums">
      <T k="counter.fromTo" values={{ from: wallClock(leg.start), to: wallClock(leg.end) }} />
    </span>
  );
}
