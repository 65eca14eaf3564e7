import { Icon, useNow } from "../../ui";
import { type Shutting, shutsSoon } from "../../ui/plan/plan";
import { useBooth } from "../context";
import { useOffice } from "../office";
import { T } from "../words";

/** Whether the office shuts within ten minutes, for noon or for the day. */
export function useShutting(): Shutting | undefined {
  const { client } = useBooth();
  const office = useOffice();
  const now = useNow(client.now, 5_000);
  return shutsSoon(office.data?.hours ?? [], now);
}

/** Ten minutes before noon or closing: that it comes, and that nobody has to hurry. */
export function Shuts() {
  const shutting = useShutting();
  if (shutting === undefined) return null;
  return (
    <div role="status" data-shuts={shutting.why} className="flex items-center gap-4 border-b-2 border-hairline bg-white px-10 py-1.5 leading-relaxed max-[1100px]:px-6">
      <Icon name="clock" className="size-8 text-primary" />
      <p>
        <span className="font-bold">
          <T k={`shuts.${shutting.why}`} values={{ minutes: shutting.minutes }} />
        </span>{" "}
        <T k="shuts.calm" />
      </p>
    </div>
  );
}
