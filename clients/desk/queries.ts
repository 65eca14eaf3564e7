import { type QueryClient, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Appointment, Office } from "../session";
import type { Day } from "../ui/office-time";
import { useClient, useSeat } from "../ui/work/seat";
import { upToDate } from "../ui/work/upToDate";

/** Appointments of one day of this desk. They are fetched again whenever the server says that a day has changed. */
export function useDay(day: Day, desk: string) {
  const client = useClient();
  return useQuery({
    queryKey: ["day", desk, day],
    queryFn: async ({ signal }) => {
      const read = () => client.api.appointments({ from: day, desk }, signal);
      return (await upToDate(read, () => client.getSnapshot().dayRev)).appointments;
    },
    enabled: desk !== "",
    placeholderData: (previous, query) => (query?.queryKey[2] === day ? previous : undefined),
  });
}

/** The appointment of a visit, for its name: from the day's list if it is there, else fetched. */
export function useAppointment(id: string | undefined, known: Appointment[] | undefined): Appointment | undefined {
  const { api } = useClient();
  const listed = known?.find((a) => a.id === id);
  const fetched = useQuery({
    queryKey: ["appointment", id],
    queryFn: ({ signal }) => api.appointment(id ?? "", signal),
    enabled: id !== undefined && listed === undefined,
  });
  return listed ?? fetched.data;
}

/** Public facts of an office: where help comes from in an emergency. */
export function useOffice(office: string | undefined): Office | undefined {
  const { api } = useClient();
  return useQuery({
    queryKey: ["office", office],
    queryFn: ({ signal }) => api.office(office ?? "", signal),
    enabled: office !== undefined && office !== "",
    staleTime: 10 * 60_000,
  }).data;
}

/** Fetches days and appointments again when the server says that they may have changed. */
export function useRefetchOnChange(queries: QueryClient) {
  const { dayRev } = useSeat();
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ["day"] });
    void queries.invalidateQueries({ queryKey: ["appointment"] });
  }, [queries, dayRev]);
}
