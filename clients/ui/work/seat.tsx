import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { SeatClient, Snapshot } from "../../session";

const SeatContext = createContext<SeatClient | null>(null);

/** Gives everything below it the seat's client, which is made once per page and outside React. */
export function SeatProvider({ client, children }: { readonly client: SeatClient; readonly children: ReactNode }) {
  useEffect(() => client.start(), [client]);
  return <SeatContext value={client}>{children}</SeatContext>;
}

/** The seat's client: what can be done. */
export function useClient(): SeatClient {
  const client = useContext(SeatContext);
  if (client === null) throw new Error("useClient: there is no SeatProvider above this component");
  return client;
}

/** The seat's present state: what is to be shown. */
export function useSeat(): Snapshot {
  const client = useClient();
  return useSyncExternalStore(client.subscribe, client.getSnapshot);
}

/** The server's clock in milliseconds, ticking; for waits and running times. */
export function useNow(everyMs = 1000): number {
  const client = useClient();
  const [now, setNow] = useState(() => client.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), everyMs);
    return () => clearInterval(timer);
  }, [client, everyMs]);
  return now;
}
