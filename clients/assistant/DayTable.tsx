import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { wholeMinutes } from "../ui/office-time";
import { type DayRow } from "../ui/plan/day";
import { Content, Marks, PlannedTime, Prepared } from "../ui/plan/parts";
import { literal } from "../ui/ruby";
import { Pill } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import { T, useWords } from "./words";

/** The day of the pool's desks, in the order of their own legs. */
export function DayTable({
  rows,
  pool,
  loading,
  onOpen,
}: {
  readonly rows: readonly DayRow[];
  readonly pool: string;
  readonly loading: boolean;
  readonly onOpen: (appointment: Appointment) => void;
}) {
  const words = useWords();
  return (
    // The list scrolls by keyboard too, also when no row has a button.
    <div role="region" aria-label={words.written("assistant.list")} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto rounded-12 border border-solid-gray-420 bg-white">
      <table className="w-full border-collapse text-left">
        <thead className="sticky top-0 bg-ground-desk text-[16px] text-ink-soft">
          <tr className="border-b border-solid-gray-420">
            {(["time", "number", "name", "desk", "place", "content", "state"] as const).map((column) => (
              <th key={column} scope="col" className="px-2.5 py-2.5 font-normal first:pl-5">
                <T k={`assistant.column.${column}`} />
              </th>
            ))}
            <th scope="col" className="px-2.5">
              <span className="sr-only">
                <T k="assistant.column.act" />
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.appointment.id} row={row} pool={pool} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p className="px-5 py-8 text-ink-soft">
          <T k={loading ? "work.loading" : "assistant.empty"} />
        </p>
      )}
    </div>
  );
}

function Line({ row, pool, onOpen }: { readonly row: DayRow; readonly pool: string; readonly onOpen: (appointment: Appointment) => void }) {
  const words = useWords();
  const { appointment } = row;
  const kana = appointment.resident?.kana;
  const over = ["done", "handed", "cancelled", "noshow"].includes(row.state);
  const cell = "px-2.5 py-3";
  return (
    <tr className={`border-b border-solid-gray-200 ${over ? "text-ink-soft" : ""}`}>
      <td className={`${cell} pl-5! text-[20px] font-bold tabular-nums`}>
        <PlannedTime leg={row.own} />
      </td>
      <td className={`${cell} text-[19px] tabular-nums`}>{appointment.number}</td>
      <th scope="row" className={`${cell} text-[19px] ${over ? "font-normal" : "font-bold"}`}>
        {kana === undefined || kana === "" ? <T k="plan.anonymous" /> : literal(kana)}
        <Marks appointment={appointment} />
        <Prepared appointment={appointment} pool={pool} />
      </th>
      <td className={cell}>{literal(row.own.deskName)}</td>
      <td className={cell}>
        {literal(appointment.officeName)} {literal(appointment.boothName)}
      </td>
      <td className={cell}>
        <Content appointment={appointment} />
      </td>
      <td className={cell}>
        <Stands row={row} />
      </td>
      <td className={`${cell} pr-5 text-right`}>
        {row.state !== "cancelled" && (
          <Button place="desk" className="px-3! whitespace-nowrap" label={words.written("plan.open.label", { number: appointment.number })} onPress={() => onOpen(appointment)}>
            <T k="plan.open" />
          </Button>
        )}
      </td>
    </tr>
  );
}

/** How a visit stands, in words: who has come, who waits and how long. Nothing of what is said. */
function Stands({ row }: { readonly row: DayRow }) {
  const now = useNow();
  switch (row.state) {
    case "waiting":
      return (
        <Pill tone="heed" icon="clock" className="whitespace-nowrap">
          <T k="assistant.state.waiting" values={{ minutes: wholeMinutes(row.since ?? row.own.start, now) }} />
        </Pill>
      );
    case "here":
    case "earlier-leg":
      return (
        <Pill tone="own" icon="people">
          <T k={`assistant.state.${row.state}`} />
        </Pill>
      );
    case "arrived":
      return (
        <Pill tone="good" icon="person">
          <T k="assistant.state.arrived" />
        </Pill>
      );
    default:
      return (
        <Pill>
          <T k={`assistant.state.${row.state}`} />
        </Pill>
      );
  }
}
