import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Sheet, TroubleLine } from "../ui/work/parts";
import { RemoteButtons } from "../ui/work/Remote";
import { useClient } from "../ui/work/seat";
import { findings, readTimelines, type Finding, type Moment, type Timeline } from "./timeline";
import { T, useWords } from "./words";

/** What is asked: a number of an office's day, and the time something was wrong, if it is known. */
interface Question {
  readonly office: string;
  readonly day: string;
  readonly number: string;
  readonly time: string;
}

const field = "rounded-8 min-h-11 border border-solid-gray-500 bg-white px-3 text-[16px]";

/** Why was there no sound at 14:05? A number of the slip answers it, first in a sentence, then in every moment. */
export function Timelines({ offices }: { readonly offices: readonly Office[] }) {
  const { api, now } = useClient();
  const words = useWords();
  const id = useId();
  const [asked, setAsked] = useState<Question | null>(null);
  const found = useQuery({
    queryKey: ["timelines", asked],
    enabled: asked !== null,
    queryFn: async ({ signal }) => (asked === null ? [] : readTimelines(await api.timelines(asked.office, asked.day, asked.number, signal))),
  });
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    setAsked({ office: text("office"), day: text("day"), number: text("number"), time: text("time") });
  };
  const today = new Date(now() + 9 * 3_600_000).toISOString().slice(0, 10);
  return (
    <Sheet className="p-5" label={words.written("admin.timeline")}>
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="admin.timeline" />
      </h2>
      <form onSubmit={ask} className="flex flex-wrap items-end gap-4">
        <label htmlFor={`${id}-office`} className="flex flex-col">
          <T k="admin.column.office" />
          <select id={`${id}-office`} name="office" className={field}>
            {offices.map((office) => (
              <option key={office.id} value={office.id}>
                {office.name}
              </option>
            ))}
          </select>
        </label>
        <label htmlFor={`${id}-day`} className="flex flex-col">
          <T k="admin.timeline.day" />
          <input id={`${id}-day`} name="day" type="date" required defaultValue={today} className={field} />
        </label>
        <label htmlFor={`${id}-number`} className="flex flex-col">
          <T k="admin.timeline.number" />
          <input id={`${id}-number`} name="number" required inputMode="numeric" pattern="[0-9]{1,8}" className={`${field} w-36`} />
        </label>
        <label htmlFor={`${id}-time`} className="flex flex-col">
          <T k="admin.timeline.time" />
          <input id={`${id}-time`} name="time" type="time" className={field} />
        </label>
        <Button place="desk" kind="primary" type="submit" busy={found.isFetching}>
          <T k="admin.timeline.ask" />
        </Button>
      </form>
      <div role="status" className="mt-4">
        {found.isError && (
          <TroubleLine>
            <T k="admin.timeline.failed" />
          </TroubleLine>
        )}
        {found.data?.length === 0 && asked !== null && <T k="admin.timeline.none" />}
      </div>
      {asked !== null && found.data?.map((visit) => <Visit key={visit.session} visit={visit} asked={asked} offices={offices} />)}
    </Sheet>
  );
}

function Visit({ visit, asked, offices }: { readonly visit: Timeline; readonly asked: Question; readonly offices: readonly Office[] }) {
  const words = useWords();
  const about = asked.time === "" ? undefined : `${asked.day}T${asked.time}:00+09:00`;
  const booth = offices.flatMap((o) => o.booths).find((b) => b.id === visit.booth)?.name ?? visit.booth;
  return (
    <section className="mt-4 border-t border-solid-gray-200 pt-4">
      <h3 className="text-[18px] font-bold">
        <T k="admin.timeline.visit" values={{ number: visit.number, booth: literal(booth), at: wallClock(visit.openedAt) }} />
      </h3>
      <ul data-findings className="my-3 flex flex-col gap-1 text-[20px]">
        {findings(visit.moments, about).map((one) => (
          <li key={`${one.what} ${one.who} ${one.from}`}>
            <Sentence one={one} />
          </li>
        ))}
      </ul>
      <RemoteButtons booth={visit.booth} />
      <table aria-label={words.written("admin.timeline.moments")} className="mt-3 w-full border-collapse text-left">
        <thead className="text-ink-soft">
          <tr>
            {(["at", "what", "who", "more", "node"] as const).map((column) => (
              <th key={column} scope="col" className="px-2 py-1.5 font-normal">
                <T k={`admin.timeline.column.${column}`} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(visit.moments).map(([key, moment]) => (
            <Line key={key} moment={moment} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Each moment with a key of its own: the same thing may happen twice at one time. */
function keyed(moments: readonly Moment[]): [string, Moment][] {
  const before = new Map<string, number>();
  return moments.map((moment) => {
    const what = `${moment.at} ${moment.kind} ${moment.who ?? ""}`;
    const n = before.get(what) ?? 0;
    before.set(what, n + 1);
    return [`${what} ${n}`, moment];
  });
}

function Line({ moment }: { readonly moment: Moment }) {
  return (
    <tr className="border-t border-solid-gray-200">
      <td className="px-2 py-1 align-top tabular-nums">{seconds(moment.at)}</td>
      <td className="px-2 py-1 align-top">{moment.kind}</td>
      <td className="px-2 py-1 align-top">{moment.who ?? ""}</td>
      <td className="px-2 py-1 align-top break-words">
        {Object.entries(moment.more ?? {})
          .map(([name, value]) => `${name} ${value}`)
          .join(" · ")}
      </td>
      <td className="px-2 py-1 align-top text-ink-soft">{moment.node.slice(0, 8)}</td>
    </tr>
  );
}

/** One finding as a person would say it. */
function Sentence({ one }: { readonly one: Finding }) {
  const words = useWords();
  const who = words.marked(`admin.finding.who.${one.who}`);
  const what = <T k={`admin.finding.${one.what}`} values={{ who }} />;
  if (one.what === "fine") return what;
  return (
    <>
      <T k={one.to === undefined ? "admin.finding.since" : "admin.finding.span"} values={{ from: seconds(one.from), to: one.to === undefined ? "" : seconds(one.to) }} />
      {what}
    </>
  );
}

/** Time of day with seconds, in the office's zone. */
function seconds(at: string): string {
  return new Date(Date.parse(at) + 9 * 3_600_000).toISOString().slice(11, 19);
}
