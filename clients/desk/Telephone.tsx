import type { Session } from "../session";
import { ConnectionBar } from "../ui/ConnectionBar";
import { telephoneAfter, useLasting } from "../ui/lasting";
import { literal } from "../ui/ruby";
import { useSeat } from "../ui/work/seat";
import { useOffice } from "./queries";
import { T } from "./words";

/** The post office's number, when the resident or our own line has been lost for a while. */
export function Telephone({ session }: { readonly session: Session | null }) {
  const { media, connection, presence } = useSeat();
  const office = useOffice(session?.office);
  const booth = presence.find((one) => one.participant === `booth:${session?.booth ?? ""}`);
  const lost = media.phase === "interrupted" || connection.state === "failed" || (booth !== undefined && !booth.connected);
  const long = useLasting(session !== null && lost, telephoneAfter);
  if (!long || office === undefined) return null;
  return (
    <div data-telephone="">
      <ConnectionBar
        icon="phone"
        what={<T k="desk.telephone" />}
        next={<T k="desk.emergency.office" values={{ phone: literal(office.phone) }} />}
      />
    </div>
  );
}
