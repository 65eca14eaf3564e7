import { useQuery } from "@tanstack/react-query";
import { useBooth } from "./context";

/** The public facts of this booth's office: its name, its notices. Nothing here concerns a resident. */
export function useOffice() {
  const { client, snapshot } = useBooth();
  const office = snapshot.identity?.office;
  return useQuery({
    queryKey: ["office", office],
    queryFn: ({ signal }) => client.api.office(office ?? "", signal),
    enabled: office !== undefined,
    // Notices change a few times a day.
    refetchInterval: (query) => (query.state.status === "error" ? 30_000 : 5 * 60_000),
    retry: 1,
  });
}
