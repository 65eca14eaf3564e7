import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { SeatClient, Snapshot } from "../../session";
import { pictureFirst, type PictureFirst } from "../pictureFirst";

const SeatContext = createContext<{ client: SeatClient; first: PictureFirst } | null>(null);

/** Gives everything below it the seat's client, which is made once per page and outside React. */
export function SeatProvider({ client, children }: { readonly client: SeatClient; readonly children: ReactNode }) {
  useEffect(() => client.start(), [client]);
  const seat = useMemo(() => ({ client, first: pictureFirst(client) }), [client]);
  return <SeatContext value={seat}>{children}</SeatContext>;
}

function useSeatContext(): { client: SeatClient; first: PictureFirst } {
  const seat = useContext(SeatContext);
  if (seat === null) throw new Error("useClient: there is no SeatProvider above this component");
  return seat;
}

/** The seat's client: what can be done. */
export function useClient(): SeatClient {
  return useSeatContext().client;
}

/** The seat's present state: what is to be shown. At admission it waits a moment for the first picture. */
export function useSeat(): Snapshot {
  const { first } = useSeatContext();
  return useSyncExternalStore(first.subscribe, first.getSnapshot);
}

/** What comes before the rest of a screen at admission. */
export function useFirst(): PictureFirst {
  return useSeatContext().first;
}

/** The server's clock in milliseconds, ticking; for waits and running times. */
export function useNow(everyMs = 1000): number {
  const client = useClient();
  const [now, setNow] = useState(() => client.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(client.now()), everyMs);
    // This machine's clock may be wrong by hours until the server has told its own.
    const stop = client.subscribe(() =>
      setNow((was) => (Math.abs(client.now() - was) > everyMs + 1000 ? client.now() : was)),
    );
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [client, everyMs]);
  return now;
}
