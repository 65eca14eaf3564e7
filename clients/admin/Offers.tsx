import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Lack, OfferLine } from "../session/oversight";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { literal } from "../ui/ruby";
import { Pill, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { useLanguage } from "../ui/words";
import { Papers } from "./Papers";
import { T, useWords } from "./words";

/** Longest reason the server takes, in characters. */
const maxReason = 200;

const tones = { given: "good", "not-yet": "rest", ended: "rest", suspended: "heed", unprepared: "heed" } as const;

/** Which office gives which service, on what ground and until when; each can be suspended and resumed. */
export function Offers() {
  const { api } = useClient();
  const words = useWords();
  const offers = useQuery({ queryKey: ["offers"], queryFn: ({ signal }) => api.offers(signal), refetchInterval: 5000 });
  const [asked, setAsked] = useState<OfferLine | null>(null);
  return (
    <Sheet className="p-5" label={words.written("admin.offers")}>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-4">
        <h2 className="text-[20px] font-bold">
          <T k="admin.offers" />
        </h2>
        {offers.data !== undefined && (
          <span className="text-ink-soft tabular-nums">
            <T k="admin.offers.rules" values={{ rules: offers.data.rules }} />
          </span>
        )}
      </div>
      {offers.isError && (
        <TroubleLine>
          <T k="admin.offers.failed" />
        </TroubleLine>
      )}
      <table className="w-full border-collapse text-left">
        <thead className="text-ink-soft">
          <tr>
            {(["office", "service", "basis", "period", "state"] as const).map((column) => (
              <th key={column} scope="col" className="px-2 py-1.5 font-normal">
                <T k={`admin.column.${column}`} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(offers.data?.offers ?? []).map((offer) => (
            <tr key={`${offer.office} ${offer.service} ${offer.pool} ${offer.from}`} className="border-t border-solid-gray-200">
              <Cell>
                <a className="inline-flex min-h-11 min-w-11 items-center text-primary underline underline-offset-4" href={`/offices/${offer.office}`}>
                  {literal(offer.officeName)}
                </a>
              </Cell>
              <Cell>
                {literal(offer.serviceName)}
                <span className="block text-ink-soft">{literal(offer.poolName)}</span>
              </Cell>
              <Cell>
                <T k={`admin.basis.${offer.basis.kind}`} />
                <span className="block text-ink-soft">{literal(offer.basis.reference)}</span>
                {offer.facility === true && <Papers offer={offer} />}
              </Cell>
              <Cell>
                <span className="whitespace-nowrap tabular-nums">{offer.from} –</span>
                <span className="block whitespace-nowrap tabular-nums">{offer.until ?? ""}</span>
              </Cell>
              <Cell>
                <div className="flex flex-col items-start gap-2">
                  <Pill tone={tones[offer.state]}>
                    <T k={`admin.offer.${offer.state}`} />
                  </Pill>
                  {offer.lacks !== undefined && <Lacks list={offer.lacks} />}
                  {offer.suspension !== undefined && <span className="text-ink-soft">{literal(offer.suspension.reason)}</span>}
                  {offer.state !== "ended" && (
                    <Button place="desk" onPress={() => setAsked(offer)} label={labelOf(offer, words.written(actionOf(offer)))}>
                      <T k={actionOf(offer)} />
                    </Button>
                  )}
                </div>
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
      {asked !== null && <Ask offer={asked} onClose={() => setAsked(null)} />}
    </Sheet>
  );
}

/** What has to be written into the catalogue before the service can be booked. */
function Lacks({ list }: { readonly list: readonly Lack[] }) {
  return (
    <div className="text-ink-soft">
      <T k="admin.lacks" />
      <ul className="list-disc pl-6 text-ink">
        {list.map((lack) => (
          <li key={lack}>
            <T k={`admin.lack.${lack}`} />
          </li>
        ))}
      </ul>
    </div>
  );
}

const actionOf = (offer: OfferLine) => (offer.suspension === undefined ? "admin.suspend" : "admin.resume");

/** Several buttons of the table read the same; screen readers are told which service of which office each is for. */
const labelOf = (offer: OfferLine, action: string) => `${action} ${offer.officeName} ${offer.serviceName}`;

function Cell({ children }: { readonly children: ReactNode }) {
  return <td className="px-2 py-2 align-top">{children}</td>;
}

/** Asks why, and does it. */
function Ask({ offer, onClose }: { readonly offer: OfferLine; readonly onClose: () => void }) {
  const { api } = useClient();
  const queries = useQueryClient();
  const { language } = useLanguage();
  const [reason, setReason] = useState("");
  const suspended = offer.suspension;
  const act = useMutation({
    mutationFn: async () => {
      if (suspended !== undefined) await api.resume(suspended.id, reason.trim());
      else await api.suspend({ office: offer.office, service: offer.service, pool: offer.pool, reason: reason.trim() });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["offers"] });
      onClose();
    },
  });
  const ready = reason.trim() !== "";
  return (
    <Dialog
      title={<T k={suspended === undefined ? "admin.suspend.title" : "admin.resume.title"} values={{ office: literal(offer.officeName), service: literal(offer.serviceName) }} />}
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <T k="admin.cancel" />
          </Button>
          <Button
            place="desk"
            kind="primary"
            busy={act.isPending}
            unavailable={ready ? null : <T k="admin.reason.needed" />}
            onPress={() => act.mutate()}
          >
            <T k={actionOf(offer)} />
          </Button>
        </>
      }
    >
      <p>
        <T k={suspended === undefined ? "admin.suspend.means" : "admin.resume.means"} />
      </p>
      {act.isError && (
        <TroubleLine>
          <T k="admin.offers.notDone" />
        </TroubleLine>
      )}
      <label className="flex flex-col gap-1">
        <T k="admin.reason" />
        <input
          lang={language === "en" ? "en" : "ja"}
          value={reason}
          maxLength={maxReason}
          onChange={(event) => setReason(event.target.value)}
          className="min-h-12 rounded-8 border-2 border-edge bg-white px-3 text-[18px]"
        />
      </label>
    </Dialog>
  );
}
