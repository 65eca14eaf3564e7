import { Button } from "../ui/Button";
import { wholeMinutes } from "../ui/office-time";
import { Content, Marks, PlannedTime, Prepared } from "../ui/plan/parts";
import { literal } from "../ui/ruby";
import { Pill } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import { type DayRow, firstToAdmit } from "../ui/plan/day";
import { residentName } from "./names";
import { T, useWords } from "./words";

interface Acts {
  readonly onWelcome: (session: string) => void;
  readonly onRejoin: (session: string) => void;
  readonly onOpen: (row: DayRow) => void;
}

/** The day as a table; the one who has waited longest has the primary button. */
export function DayTable({
  rows,
  loading,
  today,
  ...acts
}: { readonly rows: DayRow[]; readonly loading: boolean; readonly today: boolean } & Acts) {
  const words = useWords();
  const first = firstToAdmit(rows);
  return (
    // The list scrolls by keyboard too, also when no row has a button.
    <div role="region" aria-label={words.written("desk.day.list")} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto rounded-12 border border-solid-gray-420 bg-white">
      <table className="w-full border-collapse text-left">
        <thead className="sticky top-0 bg-ground-desk text-[16px] text-ink-soft">
          <tr className="border-b border-solid-gray-420">
            {(["time", "number", "name", "place", "content", "state"] as const).map((column) => (
              <th key={column} scope="col" className="px-2.5 py-2.5 font-normal first:pl-5">
                <T k={`desk.column.${column}`} />
              </th>
            ))}
            <th scope="col" className="px-2.5">
              <span className="sr-only">
                <T k="desk.column.act" />
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.appointment.id} row={row} first={row.session !== undefined && row.session.id === first} {...acts} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <p className="px-5 py-8 text-ink-soft">
          <T k={loading ? "work.loading" : today ? "desk.day.empty" : "desk.day.emptyOther"} />
        </p>
      )}
    </div>
  );
}

function Line({ row, first, onOpen, ...acts }: { readonly row: DayRow; readonly first: boolean } & Acts) {
  const words = useWords();
  const over = ["done", "handed", "cancelled", "noshow"].includes(row.state);
  const { appointment } = row;
  const cell = "px-2.5 py-3";
  return (
    <tr
      className={`border-b border-solid-gray-200 ${first ? "bg-ground-booth shadow-[inset_6px_0_0_var(--color-primary)]" : ""} ${over ? "text-ink-soft" : ""}`}
    >
      <td className={`${cell} pl-5! text-[20px] font-bold tabular-nums`}>
        <PlannedTime leg={row.own} />
      </td>
      <td className={`${cell} text-[19px] tabular-nums`}>{appointment.number}</td>
      <th scope="row" className={`${cell} text-[20px] ${over ? "font-normal" : "font-bold"} ${first ? "text-[23px]" : ""}`}>
        <span className="[word-break:keep-all]">
          <Name row={row} />
        </span>
        <Marks appointment={appointment} />
        <Prepared appointment={appointment} pool={row.own.pool} />
      </th>
      <td className={cell}>
        {literal(appointment.officeName)} {literal(appointment.boothName)}
      </td>
      <td className={cell}>
        <Content appointment={appointment} />
      </td>
      <td className={cell}>
        <RowStateWords row={row} />
      </td>
      <td className={`${cell} pr-5 text-right`}>
        <span className="flex flex-wrap items-center justify-end gap-2">
          <Act row={row} first={first} {...acts} />
          {row.state !== "cancelled" && (
            <Button place="desk" className="px-3! whitespace-nowrap" label={words.written("plan.open.label", { number: appointment.number })} onPress={() => onOpen(row)}>
              <T k="plan.open" />
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}

function Name({ row }: { readonly row: DayRow }) {
  const name = residentName(row.appointment);
  if (name !== undefined) return <>{name}</>;
  return <T k={row.appointment.anonymous ? "desk.anonymous" : "desk.unnamed"} />;
}

function RowStateWords({ row }: { readonly row: DayRow }) {
  const now = useNow();
  switch (row.state) {
    case "waiting":
      return (
        <Pill tone="heed" icon="clock" className="whitespace-nowrap">
          <T k="desk.state.waiting" values={{ minutes: wholeMinutes(row.since ?? row.own.start, now) }} />
        </Pill>
      );
    case "here":
      return (
        <Pill tone="own" icon="people">
          <T k="desk.state.here" />
        </Pill>
      );
    case "arrived":
      return (
        <Pill tone="good" icon="person">
          <T k="desk.state.arrived" />
        </Pill>
      );
    case "handed":
      return (
        <Pill icon="check">
          <T k={row.next === undefined ? "desk.state.done" : nextKey(row.next.role, "handed")} />
        </Pill>
      );
    case "done":
      return (
        <Pill icon="check">
          <T k="desk.state.done" />
        </Pill>
      );
    default:
      return (
        <Pill>
          <T k={`desk.state.${row.state}`} />
        </Pill>
      );
  }
}

/** What a row is called in the name of a button. */
function calledName(row: DayRow, words: ReturnType<typeof useWords>): string {
  return residentName(row.appointment) ?? words.written("desk.number", { number: row.appointment.number });
}

/** Wording that names the next professional, by role. */
export function nextKey<Form extends "handed" | "to" | "ask" | "say" | "unneeded">(role: string, form: Form) {
  const known = (["doctor", "pharmacist", "officer", "counselor"] as const).find((r) => r === role) ?? "other";
  return `desk.next.${known}.${form}` as const;
}

function Act({ row, first, onWelcome, onRejoin }: { readonly row: DayRow; readonly first: boolean } & Omit<Acts, "onOpen">) {
  const words = useWords();
  const session = row.session?.id;
  if (session === undefined) return null;
  const name = calledName(row, words);
  if (row.state === "here") {
    return (
      <Button place="desk" kind="primary" icon="people" onPress={() => onRejoin(session)} label={words.written("desk.rejoin.label", { name })}>
        <T k="desk.rejoin" />
      </Button>
    );
  }
  if (row.state !== "waiting" && row.state !== "arrived") return null;
  if (row.state === "arrived") return null;
  return (
    <Button
      place="desk"
      kind={first ? "primary" : "plain"}
      {...(first ? { icon: "door" as const } : {})}
      onPress={() => onWelcome(session)}
      label={words.written(first ? "desk.welcome.label" : "desk.welcomeBefore.label", { name })}
      className="whitespace-nowrap"
    >
      <T k={first ? "desk.welcome" : "desk.welcomeBefore"} />
    </Button>
  );
}
