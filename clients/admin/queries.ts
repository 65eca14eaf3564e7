import { type QueryClient, useQueries, useQuery } from "@tanstack/react-query";
import type { Office } from "../session/booking";
import { useClient } from "../ui/work/seat";
import { readReadiness, readSessions } from "./status";

/** How often the page asks again (ms). */
const every = 5000;

/** How long the trail may take to have on disk what somebody has just done (ms). */
const written = [1500, 4000];

/** Asks how the audit trail stands, now and once what has just been done is in it. */
export function askAgain(queries: QueryClient) {
  const ask = () => queries.invalidateQueries({ queryKey: ["audit-state"] });
  for (const rest of written) setTimeout(() => void ask(), rest);
  return ask();
}

/** The server's readiness. A server that is not ready answers 503 with the same body, which is an answer, not a fault. */
export function useReadiness() {
  return useQuery({
    queryKey: ["readyz"],
    queryFn: async ({ signal }) => readReadiness(await (await fetch("/readyz", { signal, cache: "no-store" })).json()),
    refetchInterval: every,
    retry: false,
  });
}

/** The server's version. */
export function useVersion() {
  return useQuery({
    queryKey: ["healthz"],
    queryFn: async ({ signal }) => {
      const body = (await (await fetch("/healthz", { signal, cache: "no-store" })).json()) as { version?: unknown };
      return typeof body.version === "string" ? body.version : "";
    },
    refetchInterval: 60_000,
    retry: false,
  }).data;
}

/** Live sessions, without names. */
export function useSessions() {
  const { api } = useClient();
  return useQuery({
    queryKey: ["sessions"],
    queryFn: async ({ signal }) => readSessions(await api.sessions(signal)),
    refetchInterval: every,
  });
}

/** Every office with its booths and offers. */
export function useOffices(): { offices: Office[]; failed: boolean } {
  const { api } = useClient();
  const names = useQuery({ queryKey: ["offices"], queryFn: ({ signal }) => api.offices(signal), staleTime: 60_000 });
  const each = useQueries({
    queries: (names.data ?? []).map(({ id }) => ({
      queryKey: ["office", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.office(id, signal),
      staleTime: 60_000,
    })),
  });
  return {
    offices: each.flatMap((query) => (query.data === undefined ? [] : [query.data])),
    failed: names.isError || each.some((query) => query.isError),
  };
}
