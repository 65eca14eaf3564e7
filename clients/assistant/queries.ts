import { type QueryClient, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Office, Waiter } from "../session";
import type { Day } from "../ui/office-time";
import { useOffices } from "../ui/plan/queries";
import { useClient, useSeat } from "../ui/work/seat";
import { upToDate } from "../ui/work/upToDate";

/** Appointments of one day of all desks of the pool. */
export function usePoolDay(day: Day, pool: string) {
  const client = useClient();
  return useQuery({
    queryKey: ["day", pool, day],
    queryFn: async ({ signal }) => {
      const read = () => client.api.appointments({ from: day, pool }, signal);
      return (await upToDate(read, () => client.getSnapshot().dayRev)).appointments;
    },
    enabled: pool !== "",
    placeholderData: (previous, query) => (query?.queryKey[2] === day ? previous : undefined),
  });
}

/** The offices of the area that offer something by this pool. */
export function useOfficesWith(area: string, pool: string): Office[] {
  const { api } = useClient();
  const names = useQuery({ queryKey: ["offices"], queryFn: ({ signal }) => api.offices(signal), staleTime: 10 * 60_000 }).data ?? [];
  const offices = useOffices(names.filter((o) => o.area === area).map((o) => o.id));
  return offices.filter((office) => office.offers.some((offer) => offer.pool === pool));
}

/** Somebody on the waiting list of an office, as the reception answers for. */
export interface Waits {
  readonly office: Office;
  readonly waiter: Waiter;
}

/** Everybody who waits for this pool, at any office, offers first. */
export function useWaiting(offices: readonly Office[], pool: string): Waits[] {
  const { api } = useClient();
  return useQueries({
    queries: offices.map((office) => ({
      queryKey: ["waitlist", office.id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.waitlist(office.id, signal),
    })),
    combine: (results) =>
      results
        .flatMap((result, i) => (result.data ?? []).map((waiter) => ({ office: offices[i], waiter })))
        .filter((w): w is Waits => w.office !== undefined && w.waiter.legs.some((leg) => leg.pool === pool))
        .toSorted((a, b) => Number(b.waiter.offer !== undefined) - Number(a.waiter.offer !== undefined) || a.waiter.joined.localeCompare(b.waiter.joined, "en")),
  });
}

/** Fetches the days again when the server says that they may have changed. */
export function useFreshDays(queries: QueryClient) {
  const { dayRev } = useSeat();
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["day"] });
  }, [queries, dayRev]);
}
