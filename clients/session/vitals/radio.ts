// What the keeper of a booth's instruments (instruments.ts) needs of the radio they speak by. The browser's is in
// webbluetooth.ts; tests drive one of their own.

import type { Stop } from "../browser";

/** What a device says while it is connected. */
export interface Hearing {
  /** One value of a characteristic, named by its 16-bit number. */
  value(characteristic: number, bytes: Uint8Array): void;
  /** The connection is over, whoever ended it but we. */
  lost(): void;
}

/** A device this page may connect to. */
export interface RadioDevice {
  readonly id: string;
  /** As it calls itself; may be empty. */
  readonly name: string;
  /**
   * Connects and asks for every new value of whichever of the characteristics it has. Resolves when it listens, rejects where the
   * device is out of reach or has none of them. Aborting ends attempt and connection alike, and nothing more is told.
   */
  listen(service: number, characteristics: readonly number[], hearing: Hearing, signal: AbortSignal): Promise<void>;
  /** Calls `heard` when the device shows that it is awake; null where this browser cannot notice. */
  watch(heard: () => void): Stop | null;
  /** Gives the permission back: it can be connected to only after it has been chosen again. */
  forget(): Promise<void>;
}

/** The radio. */
export interface Radio {
  /** Whether there is one and it is on. */
  ready(): Promise<boolean>;
  /** Devices that were chosen here before: they need no dialog. */
  remembered(): Promise<readonly RadioDevice[]>;
  /** Shows the browser's dialog with the devices that have this service; null where nothing was chosen. Needs a press. */
  choose(service: number): Promise<RadioDevice | null>;
}
