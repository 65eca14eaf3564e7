import { type QueryClient, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Appointment, LegRequest, Office } from "../../session";
import type { Day } from "../office-time";
import { useClient, useSeat } from "../work/seat";

/** Days looked at for another time. */
export const daysAhead = 28;

/** How many free times each day has, or why none. `moving` is no hindrance to itself. */
export function useFreeDays(office: string, legs: readonly LegRequest[], from: Day, moving?: string) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["free", "days", office, legs, from, moving],
    queryFn: ({ signal }) => api.days(office, { legs: [...legs], from, days: daysAhead, ...(moving === undefined ? {} : { moving }) }, signal),
    enabled: office !== "" && legs.length > 0,
  });
}

/** The times of a day, free and refused. */
export function useTimes(office: string, legs: readonly LegRequest[], day: Day | null, moving?: string) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["free", "times", office, legs, day, moving],
    queryFn: ({ signal }) => api.times(office, { legs: [...legs], date: day ?? "", ...(moving === undefined ? {} : { moving }) }, signal),
    enabled: office !== "" && legs.length > 0 && day !== null,
  });
}

/** What a delay would do, before it is announced. */
export function useDelayPreview(desk: string, minutes: number | null) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["delay", desk, minutes],
    queryFn: ({ signal }) => api.delayPreview(desk, minutes ?? 0, signal),
    enabled: minutes !== null,
    staleTime: 5_000,
  });
}

/** Blocks and lends of this seat's desks. */
export function useBlocks(area: string) {
  const { api } = useClient();
  return useQuery({ queryKey: ["blocks", area], queryFn: ({ signal }) => api.blocks(area, signal), enabled: area !== "" }).data ?? [];
}

/** The services of the catalogue, for what is to be prepared. */
export function useServices() {
  const { api } = useClient();
  return useQuery({ queryKey: ["services"], queryFn: ({ signal }) => api.services(signal), staleTime: 10 * 60_000 }).data?.services ?? [];
}

/** Public facts of the offices a day's appointments are at. */
export function useOfficesOf(appointments: readonly Appointment[]): Office[] {
  return useOffices([...new Set(appointments.map((a) => a.office))].toSorted());
}

/** Public facts of some offices, as far as they have come. */
export function useOffices(ids: readonly string[]): Office[] {
  const { api } = useClient();
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["office", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.office(id, signal),
      staleTime: 10 * 60_000,
    })),
    combine: (results) => results.flatMap((r) => (r.data === undefined ? [] : [r.data])),
  });
}

/** Fetches everything that hangs on bookings again when the server says that they may have changed. */
export function useFreshPlans(queries: QueryClient) {
  const { dayRev } = useSeat();
  useEffect(() => {
    for (const key of ["free", "blocks", "delay", "waitlist"]) void queries.invalidateQueries({ queryKey: [key] });
  }, [queries, dayRev]);
}
