import { type QueryClient, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { LegRequest, Offer } from "../session/booking";
import type { Day } from "../ui/office-time";
import { useClient, useSeat } from "../ui/work/seat";
import { upToDate } from "../ui/work/upToDate";

/** Days asked for at once. */
export const daysAhead = 14;

/** Public facts of the counter's office: booths, hours, offers. */
export function useOffice(office: string) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["office", office],
    queryFn: ({ signal }) => api.office(office, signal),
    enabled: office !== "",
    staleTime: 10 * 60_000,
  });
}

/** Appointments of one day of the office. */
export function useOfficeDay(office: string, day: Day) {
  const client = useClient();
  return useQuery({
    queryKey: ["day", office, day],
    queryFn: async ({ signal }) => {
      const read = () => client.api.appointments({ from: day, office }, signal);
      return (await upToDate(read, () => client.getSnapshot().dayRev)).appointments;
    },
    enabled: office !== "",
  });
}

/** How many free times each day has for the legs chosen, or why it has none. */
export function useFreeDays(office: string, legs: readonly Offer[], from: Day) {
  const { api } = useClient();
  const asked = legRequests(legs);
  return useQuery({
    queryKey: ["free", "days", office, asked, from],
    queryFn: ({ signal }) => api.days(office, { legs: asked, from, days: daysAhead }, signal),
    enabled: office !== "" && asked.length > 0,
  });
}

/** The times of a day for the legs chosen, free and refused. */
export function useTimes(office: string, legs: readonly Offer[], day: Day | null) {
  const { api } = useClient();
  const asked = legRequests(legs);
  return useQuery({
    queryKey: ["free", "times", office, asked, day],
    queryFn: ({ signal }) => api.times(office, { legs: asked, date: day ?? "" }, signal),
    enabled: office !== "" && asked.length > 0 && day !== null,
  });
}

/** The QR code of a reception number as the address of a picture. */
export function useQr(appointment: string | undefined) {
  const { api } = useClient();
  const query = useQuery({
    queryKey: ["qr", appointment],
    queryFn: ({ signal }) => api.qr(appointment ?? "", signal),
    enabled: appointment !== undefined,
    staleTime: Infinity,
  });
  return { svg: query.data, failed: query.isError };
}

/** Legs as the API asks for them. */
export function legRequests(legs: readonly Offer[]): LegRequest[] {
  return legs.map(({ service, pool }) => ({ service, pool }));
}

/** Fetches the day and what is free again when the server says that they may have changed. */
export function useRefetchOnChange(queries: QueryClient) {
  const { dayRev } = useSeat();
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["day"] });
    void queries.invalidateQueries({ queryKey: ["free"] });
  }, [queries, dayRev]);
}
