import { createContext, useContext, type ReactNode } from "react";
import type { Action } from "./local";
import type { SeatClient, Snapshot } from "../session";
import type { AlarmView } from "./course";
import type { CallView } from "./state";

/** What every screen of the booth can reach. */
export interface Booth {
  readonly client: SeatClient;
  readonly snapshot: Snapshot;
  readonly act: (action: Action) => void;
  /** Step of the loudness of everything this booth plays. */
  readonly volume: number;
  readonly setVolume: (step: number) => void;
  readonly gain: number;
  readonly call: CallView | null;
  /** 係を呼ぶ was touched. */
  readonly callStaff: () => void;
  readonly closeCall: () => void;
  readonly alarm: AlarmView | null;
  /** The emergency button was touched: its cover is lifted. */
  readonly armAlarm: () => void;
  /** And pressed. */
  readonly pressAlarm: () => void;
  /** Asks the server for the visit with this reception number. */
  readonly checkIn: (reception: string) => void;
  /** Forgets the visit, everywhere in this page. */
  readonly forget: () => void;
  /** Reads the present screen aloud; null where this machine has no voice. */
  readonly readAloud: (() => void) | null;
}

const BoothContext = createContext<Booth | null>(null);

export function BoothProvider({ booth, children }: { readonly booth: Booth; readonly children: ReactNode }) {
  return <BoothContext value={booth}>{children}</BoothContext>;
}

/** The booth around a screen. */
export function useBooth(): Booth {
  const booth = useContext(BoothContext);
  if (booth === null) throw new Error("useBooth: there is no BoothProvider above this screen");
  return booth;
}
