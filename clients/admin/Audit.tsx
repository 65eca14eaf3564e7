import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { Office } from "../session/booking";
import { Problem } from "../session/problem";
import { Button } from "../ui/Button";
import { literal } from "../ui/ruby";
import { Pill, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { AuditState } from "./AuditState";
import { save } from "./Papers";
import { type Entry, everything, facts, headNumber, kinds, outcomes, parameters, readPage, readState, type Wish } from "./audit";
import { askAgain } from "./queries";
import { T, useWords } from "./words";

const field = "rounded-8 min-h-11 border border-solid-gray-500 bg-white px-3 text-[16px]";

/** Who did what, for those who may read it. It asks for nothing until it is opened, since every reading is noted. */
export function Audit({ offices }: { readonly offices: readonly Office[] }) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  return (
    <Sheet className="p-5" label={words.written("admin.audit")}>
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="admin.audit" />
      </h2>
      {open ? (
        <Trail offices={offices} />
      ) : (
        <>
          <p className="mb-3 text-ink-soft">
            <T k="admin.audit.openHint" />
          </p>
          <Button place="desk" onPress={() => setOpen(true)}>
            <T k="admin.audit.open" />
          </Button>
        </>
      )}
    </Sheet>
  );
}

function Trail({ offices }: { readonly offices: readonly Office[] }) {
  const { api } = useClient();
  const state = useQuery({
    queryKey: ["audit-state"],
    queryFn: async ({ signal }) => readState(await api.auditState(signal)),
    refetchInterval: 15_000,
    retry: false,
  });
  const [wish, setWish] = useState<Wish>(everything);
  if (state.isError) return <Refused error={state.error} />;
  if (state.data === undefined) return null;
  return (
    <div className="flex flex-col gap-6">
      <AuditState state={state.data} />
      <Filter offices={offices} ask={setWish} />
      <Entries key={JSON.stringify(wish)} wish={wish} offices={offices} newest={headNumber(state.data)} />
      <Export wish={wish} />
    </div>
  );
}

function Refused({ error }: { readonly error: unknown }) {
  const status = error instanceof Problem ? error.status : 0;
  return (
    <TroubleLine>
      <T k={status === 401 || status === 403 ? "admin.audit.refused" : status === 503 ? "admin.audit.elsewhere" : "admin.audit.failed"} />
    </TroubleLine>
  );
}

function Filter({ offices, ask }: { readonly offices: readonly Office[]; readonly ask: (wish: Wish) => void }) {
  const words = useWords();
  const id = useId();
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    ask({ from: text("from"), until: text("until"), who: text("who"), visit: text("visit"), office: text("office"), kind: text("kind"), outcome: text("outcome") });
  };
  return (
    <form onSubmit={search} className="flex flex-wrap items-end gap-4" data-audit="filter">
      {(["from", "until"] as const).map((name) => (
        <label key={name} htmlFor={`${id}-${name}`} className="flex flex-col">
          <T k={`admin.audit.${name}`} />
          <input id={`${id}-${name}`} name={name} type="datetime-local" className={field} />
        </label>
      ))}
      {(["who", "visit"] as const).map((name) => (
        <label key={name} htmlFor={`${id}-${name}`} className="flex flex-col">
          <T k={`admin.audit.${name}`} />
          <input id={`${id}-${name}`} name={name} maxLength={80} autoComplete="off" className={`${field} w-56`} />
        </label>
      ))}
      <label htmlFor={`${id}-office`} className="flex flex-col">
        <T k="admin.column.office" />
        <select id={`${id}-office`} name="office" className={field}>
          <option value="">{words.written("admin.audit.all")}</option>
          {offices.map((office) => (
            <option key={office.id} value={office.id}>
              {office.name}
            </option>
          ))}
        </select>
      </label>
      <label htmlFor={`${id}-kind`} className="flex flex-col">
        <T k="admin.audit.kind" />
        <select id={`${id}-kind`} name="kind" className={field}>
          <option value="">{words.written("admin.audit.all")}</option>
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words.written(`admin.audit.kind.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label htmlFor={`${id}-outcome`} className="flex flex-col">
        <T k="admin.audit.result" />
        <select id={`${id}-outcome`} name="outcome" className={field}>
          <option value="">{words.written("admin.audit.all")}</option>
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {words.written(`admin.audit.outcome.${outcome}`)}
            </option>
          ))}
        </select>
      </label>
      <Button place="desk" kind="primary" type="submit">
        <T k="admin.audit.search" />
      </Button>
    </form>
  );
}

const columns = ["seq", "at", "what", "who", "office", "visit", "outcome"] as const;

function Entries({ wish, offices, newest }: { readonly wish: Wish; readonly offices: readonly Office[]; readonly newest: number }) {
  const { api } = useClient();
  const words = useWords();
  const [shown, setShown] = useState<number | null>(null);
  // What was read stays as it is until it is asked for again: each page that is read is noted.
  const pages = useInfiniteQuery({
    queryKey: ["audit", wish],
    initialPageParam: newest + 1_000_000,
    queryFn: async ({ pageParam, signal }) => readPage(await api.audit(parameters(wish), pageParam, signal)),
    getNextPageParam: (last) => (last.more ? last.entries.at(-1)?.seq : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  if (pages.isError) return <Refused error={pages.error} />;
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <div>
      <div role="status">{pages.data !== undefined && entries.length === 0 && <T k="admin.audit.none" />}</div>
      {entries.length > 0 && (
        <table aria-label={words.written("admin.audit.list")} className="w-full border-collapse text-left">
          <thead className="text-ink-soft">
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" className="px-2 py-1.5 font-normal">
                  <T k={`admin.audit.column.${column}`} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Row key={entry.seq} entry={entry} offices={offices} open={shown === entry.seq} toggle={() => setShown(shown === entry.seq ? null : entry.seq)} />
            ))}
          </tbody>
        </table>
      )}
      {pages.hasNextPage && (
        <Button place="desk" className="mt-3" busy={pages.isFetchingNextPage} onPress={() => void pages.fetchNextPage()}>
          <T k="admin.audit.more" />
        </Button>
      )}
    </div>
  );
}

const tones = { success: "good", refused: "heed", failed: "heed" } as const;

function Row({ entry, offices, open, toggle }: { readonly entry: Entry; readonly offices: readonly Office[]; readonly open: boolean; readonly toggle: () => void }) {
  const words = useWords();
  const cell = "px-2 py-1.5 align-top";
  const office = offices.find((one) => one.id === entry.office)?.name ?? entry.office;
  return (
    <>
      <tr className="border-t border-solid-gray-200" data-seq={entry.seq}>
        <td className={`${cell} tabular-nums`}>
          <button
            type="button"
            aria-expanded={open}
            aria-label={words.written("admin.audit.show", { seq: entry.seq })}
            onClick={toggle}
            className="min-h-11 min-w-14 cursor-pointer rounded-8 border border-solid-gray-500 px-2 text-primary underline"
          >
            {entry.seq}
          </button>
        </td>
        <td className={`${cell} whitespace-nowrap tabular-nums`}>{moment(entry.at)}</td>
        <td className={cell}>
          <T k={`admin.audit.kind.${entry.kind}`} />
          <span className="block text-ink-soft">{entry.action}</span>
        </td>
        <td className={`${cell} [overflow-wrap:anywhere]`}>{entry.who}</td>
        <td className={cell}>{literal(office)}</td>
        <td className={`${cell} max-w-40 [overflow-wrap:anywhere]`}>{entry.visit === "" ? entry.session : entry.visit}</td>
        <td className={cell}>
          <Pill tone={tones[entry.outcome]}>
            <T k={`admin.audit.outcome.${entry.outcome}`} />
          </Pill>
        </td>
      </tr>
      {open && (
        <tr data-details={entry.seq}>
          <td colSpan={columns.length} className="bg-ground-desk px-4 py-3">
            <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-5 gap-y-1">
              {facts(entry).map(([name, value]) => (
                <div key={name} className="contents">
                  <dt className="text-ink-soft">
                    <T k={`admin.audit.fact.${name}`} />
                  </dt>
                  <dd className="[overflow-wrap:anywhere]">{value}</dd>
                </div>
              ))}
            </dl>
            {entry.erased && (
              <p className="mt-2">
                <T k="admin.audit.erased" />
              </p>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

/** Day and time in the office's zone, as the server wrote them: "11-25 10:00:00". */
export function moment(at: string): string {
  return at === "" ? "" : `${at.slice(5, 10)} ${at.slice(11, 19)}`;
}

function Export({ wish }: { readonly wish: Wish }) {
  const { api } = useClient();
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const take = useMutation({
    mutationFn: async (format: "fhir" | "csv") => {
      save(await api.auditExport(format, parameters(wish)), format === "fhir" ? "audit.json" : "audit.csv");
    },
    onSuccess: () => setAsked(false),
    onSettled: () => askAgain(queries),
  });
  if (!asked) {
    return (
      <div>
        <Button place="desk" onPress={() => setAsked(true)}>
          <T k="admin.audit.export" />
        </Button>
      </div>
    );
  }
  return (
    <Sheet tone="heed" className="p-4">
      <p className="mb-3 text-[18px]">
        <T k="admin.audit.exportWarn" />
      </p>
      {take.isError && <Refused error={take.error} />}
      <div className="flex flex-wrap gap-3">
        {(["fhir", "csv"] as const).map((format) => (
          <Button key={format} place="desk" busy={take.isPending} onPress={() => take.mutate(format)}>
            <T k={format === "fhir" ? "admin.audit.exportFhir" : "admin.audit.exportCsv"} />
          </Button>
        ))}
        <Button place="desk" kind="quiet" onPress={() => setAsked(false)}>
          <T k="admin.audit.exportCancel" />
        </Button>
      </div>
    </Sheet>
  );
}
