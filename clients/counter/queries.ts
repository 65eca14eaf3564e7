import { type QueryClient, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Appointment, LegRequest } from "../session/booking";
import type { Day } from "../ui/office-time";
import { useClient, useSeat } from "../ui/work/seat";
import { upToDate } from "../ui/work/upToDate";
import type { DraftLeg } from "./booking";

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

/** What a time is searched for: a new visit, or an appointment that is to be moved. */
export interface Search {
  readonly office: string;
  readonly legs: readonly LegRequest[];
  readonly moving?: string;
}

/** How many free times each day has for the legs chosen, or why it has none. */
export function useFreeDays(search: Search, from: Day) {
  const { api } = useClient();
  const { office, legs, moving } = search;
  return useQuery({
    queryKey: ["free", "days", search, from],
    queryFn: ({ signal }) => api.days(office, { legs: [...legs], from, days: daysAhead, ...(moving === undefined ? {} : { moving }) }, signal),
    enabled: office !== "" && legs.length > 0,
  });
}

/** The times of a day for the legs chosen, free and refused. */
export function useTimes(search: Search, day: Day | null) {
  const { api } = useClient();
  const { office, legs, moving } = search;
  return useQuery({
    queryKey: ["free", "times", search, day],
    queryFn: ({ signal }) => api.times(office, { legs: [...legs], date: day ?? "", ...(moving === undefined ? {} : { moving }) }, signal),
    enabled: office !== "" && legs.length > 0 && day !== null,
  });
}

/** Why a visit cannot start at a time, and what could be instead. */
export function useWhy(search: Search, start: string) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["free", "why", search, start],
    queryFn: ({ signal }) => api.why(search.office, { start, legs: [...search.legs] }, signal),
  });
}

/** Who waits at the office, in the order of turns. */
export function useWaitlist(office: string) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["waitlist", office],
    queryFn: ({ signal }) => api.waitlist(office, signal),
    enabled: office !== "",
  });
}

/** What is kept from being booked, of this office. */
export function useBlocks(area: string | undefined) {
  const { api } = useClient();
  return useQuery({
    queryKey: ["blocks", area],
    queryFn: ({ signal }) => api.blocks(area ?? "", signal),
    enabled: area !== undefined,
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
export function legRequests(legs: readonly DraftLeg[]): LegRequest[] {
  return legs.map(({ service, pool, first }) => ({ service, pool, ...(first === true ? { first } : {}) }));
}

/** Legs of an appointment as a search for another time names them; a leg that was given back is none. */
export function legsToMove(appointment: Appointment): LegRequest[] {
  return appointment.legs
    .filter((leg) => leg.freed !== true)
    .map(({ service, pool, first }) => ({ service, pool, ...(first === true ? { first } : {}) }));
}

/** Fetches everything again that the server says may have changed. */
export function useRefetchOnChange(queries: QueryClient) {
  const { dayRev } = useSeat();
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["day"] });
    void queries.invalidateQueries({ queryKey: ["free"] });
    void queries.invalidateQueries({ queryKey: ["waitlist"] });
    void queries.invalidateQueries({ queryKey: ["blocks"] });
  }, [queries, dayRev]);
}
