import type { Appointment } from "../../session";
import { Icon } from "../Icon";
import { literal } from "../ruby";
import { useNow } from "../work/seat";
import { warnings } from "./plan";
import { useOfficesOf } from "./queries";
import { PlanT } from "./words";

/** Ten minutes before a post office at the other end shuts, for noon or for the day, while somebody is to be served there. */
export function Warnings({ appointments }: { readonly appointments: readonly Appointment[] }) {
  const now = useNow(10_000);
  const list = warnings(appointments, useOfficesOf(appointments), now);
  return (
    <div role="status">
      {list.map(({ office, shutting }) => (
        <p key={office.id} className="flex items-center gap-3 rounded-8 border-2 border-heed-edge bg-heed-soft px-4 py-2 font-bold text-heed-ink">
          <Icon name="clock" className="size-6" />
          <span>
            <PlanT k={`plan.shuts.${shutting.why}`} values={{ office: literal(office.name), minutes: shutting.minutes }} />
          </span>
        </p>
      ))}
    </div>
  );
}
