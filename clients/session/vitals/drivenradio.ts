import type { Stop } from "../browser";
import type { Hearing, Radio, RadioDevice } from "./radio";

/** A device a test drives: switched on and off, chosen, and made to say something. */
export class DrivenDevice implements RadioDevice {
  readonly id: string;
  readonly name: string;
  readonly service: number;
  /** In reach and awake. */
  on = true;
  forgotten = false;
  /** How often a connection has been tried. */
  tries = 0;
  private hearing: Hearing | null = null;
  private readonly watching = new Set<() => void>();

  constructor(id: string, service: number) {
    this.id = id;
    this.name = `Meter ${id}`;
    this.service = service;
  }

  get connected(): boolean {
    return this.hearing !== null;
  }

  async listen(service: number, _characteristics: readonly number[], hearing: Hearing, signal: AbortSignal): Promise<void> {
    this.tries++;
    if (!this.on) throw new Error("out of reach");
    if (service !== this.service) throw new Error("no such service");
    this.hearing = hearing;
    signal.addEventListener("abort", () => {
      if (this.hearing === hearing) this.hearing = null;
    });
  }

  watch(heard: () => void): Stop {
    this.watching.add(heard);
    return () => this.watching.delete(heard);
  }

  async forget(): Promise<void> {
    this.forgotten = true;
  }

  /** It has measured. */
  say(characteristic: number, hex: string): void {
    this.hearing?.value(characteristic, Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));
  }

  /** It falls asleep, or is carried away. */
  switchOff(): void {
    this.on = false;
    const { hearing } = this;
    this.hearing = null;
    hearing?.lost();
  }

  /** Somebody presses its button. */
  switchOn(): void {
    this.on = true;
    for (const heard of this.watching) heard();
  }
}

/** A radio a test drives. */
export class DrivenRadio implements Radio {
  readonly devices: DrivenDevice[] = [];
  /** What staff will choose in the dialog; null: they close it. */
  choice: DrivenDevice | null = null;
  there = true;

  ready(): Promise<boolean> {
    return Promise.resolve(this.there);
  }

  remembered(): Promise<readonly RadioDevice[]> {
    return Promise.resolve(this.devices.filter((one) => !one.forgotten));
  }

  choose(): Promise<RadioDevice | null> {
    if (this.choice !== null) this.devices.push(this.choice);
    return Promise.resolve(this.choice);
  }
}
