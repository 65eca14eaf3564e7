import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { DeliveryLine } from "../session/oversight";
import { Button } from "../ui/Button";
import { dayOf, dayParts, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Pill, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { T, useWords } from "./words";

/** Who is told of appointments and whether it reaches them: what waits, what was given up, and what nobody was ever told. */
export function Deliveries() {
  const { api } = useClient();
  const words = useWords();
  const lines = useQuery({ queryKey: ["deliveries"], queryFn: ({ signal }) => api.deliveries(signal), refetchInterval: 5000 });
  return (
    <Sheet className="p-5" label={words.written("admin.deliveries")}>
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="admin.deliveries" />
      </h2>
      {lines.isError && (
        <TroubleLine>
          <T k="admin.deliveries.failed" />
        </TroubleLine>
      )}
      {lines.data?.length === 0 && (
        <p className="text-ink-soft">
          <T k="admin.deliveries.none" />
        </p>
      )}
      <ul className="flex flex-col gap-4">
        {(lines.data ?? []).map((line) => (
          <Receiver key={`${line.area} ${line.channel}`} line={line} />
        ))}
      </ul>
    </Sheet>
  );
}

function Receiver({ line }: { readonly line: DeliveryLine }) {
  const well = line.givenUp.length === 0 && line.missed.length === 0;
  return (
    <li data-channel={line.channel}>
      <h3 className="flex flex-wrap items-center gap-3">
        <span className="font-bold">{literal(line.channel)}</span>
        <span className="text-ink-soft">{literal(line.area)}</span>
        <Pill tone={well ? "good" : "heed"}>
          <T k={well ? "admin.well" : "admin.deliveries.unwell"} />
        </Pill>
        <span className="text-ink-soft tabular-nums">
          <T k="admin.deliveries.waiting" values={{ count: line.waiting }} />
        </span>
      </h3>
      {line.missed.length > 0 && (
        <TroubleLine className="mt-2">
          <T k="admin.deliveries.missed" />
          {line.missed.map((gap) => (
            <span key={gap.after} className="block tabular-nums">
              <When at={gap.after} /> – <When at={gap.before} />
            </span>
          ))}
        </TroubleLine>
      )}
      {line.givenUp.length > 0 && (
        <ul className="mt-2 flex flex-col gap-2">
          {line.givenUp.map((one) => (
            <GivenUp key={one.id} channel={line.channel} one={one} />
          ))}
        </ul>
      )}
    </li>
  );
}

function GivenUp({ channel, one }: { readonly channel: string; readonly one: DeliveryLine["givenUp"][number] }) {
  const { api } = useClient();
  const queries = useQueryClient();
  const words = useWords();
  const again = useMutation({
    mutationFn: () => api.deliverAgain(channel, one.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ["deliveries"] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-3 border-t border-solid-gray-200 pt-2">
      <span className="min-w-0 flex-1">
        <When at={one.at} /> {literal(one.type)} <T k="admin.deliveries.tries" values={{ tries: one.tries }} />
        <span className="block text-ink-soft [overflow-wrap:anywhere]">{literal(one.failed)}</span>
      </span>
      <Button place="desk" busy={again.isPending} label={`${words.written("admin.deliveries.again")} ${channel} ${one.id}`} onPress={() => again.mutate()}>
        <T k="admin.deliveries.again" />
      </Button>
    </li>
  );
}

/** Day and time of an instant. */
function When({ at }: { readonly at: string }): ReactNode {
  const { month, day } = dayParts(dayOf(at));
  return (
    <span className="whitespace-nowrap tabular-nums">
      {month}/{day} {wallClock(at)}
    </span>
  );
}
