import type { Browser, Stop } from "../browser";
import { backOff } from "../retry";
import { Store } from "../store";
import { hear, services, type Characteristic, type Heard } from "./hear";
import type { Radio, RadioDevice } from "./radio";
import { isKind, kinds, type Kind } from "./reading";
import { settle, type Steadiness } from "./settle";

/** Where a bound instrument is. */
export type InstrumentState =
  /** Nobody needs it just now. */
  | "resting"
  /** Being looked for: it may be asleep until somebody presses its button. */
  | "seeking"
  /** Connected; what it measures is heard. */
  | "ready";

/** A device that staff have bound to this booth. */
export interface Instrument {
  readonly kind: Kind;
  readonly name: string;
  readonly state: InstrumentState;
}

/** What there is to show of them. */
export interface InstrumentsState {
  /** Null until it is known; false where this browser has no Bluetooth, or it is off. */
  readonly radio: boolean | null;
  readonly bound: readonly Instrument[];
}

/** Told of each value of a device that means something. */
export type OnHeard = (kind: Kind, name: string, heard: Heard) => void;

/** What is kept of a binding: which device is the booth's meter. Nothing of anybody who was measured. */
interface Binding {
  readonly kind: Kind;
  readonly id: string;
  readonly name: string;
}

/** Where bindings are kept over a restart of the browser. */
export interface Shelf {
  load(): string | null;
  store(text: string): void;
}

/** How long one try to connect may last, milliseconds: some browsers never give up on a device that is off. */
const tryFor = 15_000;

/** One device that is wanted. */
interface Wanted {
  readonly binding: Binding;
  readonly controller: AbortController;
  state: InstrumentState;
  attempt: number;
  steady: Steadiness | null;
  /** Ends the present try, or the wait for the next. */
  stop: Stop;
}

/**
 * The instruments of a booth. Staff bind one of each kind beforehand, by the browser's dialog; from then on they are connected
 * to without one, whenever a reading is wanted, and let go of afterwards, so that their batteries last and nobody else's
 * measurement is heard. A device that sleeps or goes is tried again with growing waits, and at once when it shows itself.
 */
export class Instruments {
  readonly subscribe: Store<InstrumentsState>["subscribe"];
  readonly getSnapshot: Store<InstrumentsState>["get"];
  private readonly store = new Store<InstrumentsState>({ radio: null, bound: [] });
  private readonly wanted = new Map<Kind, Wanted>();
  private readonly radio: Radio | null;
  private readonly shelf: Shelf;
  private readonly browser: Pick<Browser, "after" | "now" | "random">;
  private readonly log: (line: string) => void;
  private bindings: readonly Binding[];
  private onHeard: OnHeard = () => {};

  /** `log` is told of kinds and faults, never of a value. */
  constructor(radio: Radio | null, shelf: Shelf, browser: Pick<Browser, "after" | "now" | "random">, log: (line: string) => void) {
    this.radio = radio;
    this.shelf = shelf;
    this.browser = browser;
    this.log = log;
    this.subscribe = this.store.subscribe;
    this.getSnapshot = this.store.get;
    this.bindings = readBindings(shelf.load());
    this.show();
  }

  /** Finds out whether there is a radio. */
  async look(): Promise<void> {
    const there = (await this.radio?.ready()) ?? false;
    this.store.patch({ radio: there });
  }

  /** Has staff choose a device of a kind; it takes the place of the one before. False where none was chosen. Needs a press. */
  async bind(kind: Kind): Promise<boolean> {
    const device = (await this.radio?.choose(services[kind].service)) ?? null;
    if (device === null) return false;
    const before = this.bindings.find((one) => one.kind === kind);
    if (before !== undefined && before.id !== device.id) await this.forget(kind);
    this.keep([...this.bindings.filter((one) => one.kind !== kind), { kind, id: device.id, name: device.name }]);
    return true;
  }

  /** Lets go of a device for good. */
  async forget(kind: Kind): Promise<void> {
    const binding = this.bindings.find((one) => one.kind === kind);
    if (binding === undefined) return;
    this.release(kind);
    this.keep(this.bindings.filter((one) => one.kind !== kind));
    const device = await this.find(binding);
    await device?.forget().catch(() => this.log(`instruments: ${kind}: not forgotten by the browser`));
  }

  /** Listens to the instruments of these kinds, as far as they are bound, until the returned function is called. */
  open(wanted: readonly Kind[], onHeard: OnHeard): Stop {
    this.close();
    this.onHeard = onHeard;
    for (const binding of this.bindings.filter(({ kind }) => wanted.includes(kind))) {
      const controller = new AbortController();
      this.wanted.set(binding.kind, { binding, controller, state: "seeking", attempt: 0, steady: null, stop: () => {} });
      void this.seek(binding.kind);
    }
    this.show();
    return () => this.close();
  }

  private close(): void {
    for (const kind of this.wanted.keys()) this.release(kind);
    this.onHeard = () => {};
  }

  private release(kind: Kind): void {
    const one = this.wanted.get(kind);
    if (one === undefined) return;
    this.wanted.delete(kind);
    one.stop();
    one.controller.abort();
    this.show();
  }

  /** One try to connect. */
  private async seek(kind: Kind): Promise<void> {
    const one = this.wanted.get(kind);
    if (one === undefined) return;
    one.attempt++;
    const controller = new AbortController();
    const stopTime = this.browser.after(tryFor, () => controller.abort(new Error(`no answer within ${tryFor} ms`)));
    const follow = (): void => controller.abort();
    one.controller.signal.addEventListener("abort", follow, { once: true });
    one.stop = stopTime;
    const device = await this.find(one.binding);
    let ready = false;
    try {
      if (device === null) throw new Error("this browser has not kept it");
      const { service, characteristics } = services[kind];
      // What was heard on this connection must not be heard twice on the next.
      const lost = (): void => {
        controller.abort(new Error("lost"));
        if (ready) this.again(one, device, "lost");
      };
      const value = (characteristic: number, bytes: Uint8Array): void => this.value(one, characteristic as Characteristic, bytes);
      await Promise.race([device.listen(service, characteristics, { value, lost }, controller.signal), aborted(controller.signal)]);
      stopTime();
      if (this.wanted.get(kind) !== one) return;
      ready = true;
      one.attempt = 0;
      one.state = "ready";
      this.show();
    } catch (error) {
      stopTime();
      one.controller.signal.removeEventListener("abort", follow);
      controller.abort();
      this.again(one, device, error instanceof Error ? error.message : "failed");
    }
  }

  /** Tries again after a while, or as soon as the device is heard. */
  private again(one: Wanted, device: RadioDevice | null, why: string): void {
    const { kind } = one.binding;
    if (this.wanted.get(kind) !== one) return;
    this.log(`instruments: ${kind}: ${why}`);
    one.state = "seeking";
    one.steady = null;
    let over = false;
    const stops: Stop[] = [];
    one.stop = () => {
      over = true;
      for (const stop of stops.splice(0)) stop();
    };
    const go = (): void => {
      if (over) return;
      one.stop();
      void this.seek(kind);
    };
    stops.push(this.browser.after(backOff(Math.max(1, one.attempt), this.browser.random()), go));
    const watching = device?.watch(go) ?? null;
    if (watching !== null) stops.push(watching);
    this.show();
  }

  private value(one: Wanted, characteristic: Characteristic, bytes: Uint8Array): void {
    const { kind, name } = one.binding;
    if (this.wanted.get(kind) !== one) return;
    const now = this.browser.now();
    const said = hear(characteristic, bytes, now);
    if (said.is === "refused") this.log(`instruments: ${kind}: ${said.why}: ${said.detail}`);
    if (characteristic !== 0x2a5f) {
      this.onHeard(kind, name, said);
      return;
    }
    const settled = settle(one.steady, said, now);
    one.steady = settled.steady;
    this.onHeard(kind, name, settled.heard);
  }

  private async find(binding: Binding): Promise<RadioDevice | null> {
    const remembered = (await this.radio?.remembered()) ?? [];
    return remembered.find((one) => one.id === binding.id) ?? null;
  }

  private keep(bindings: readonly Binding[]): void {
    this.bindings = bindings;
    this.shelf.store(JSON.stringify(bindings));
    this.show();
  }

  private show(): void {
    const bound = kinds.flatMap((kind): Instrument[] => {
      const binding = this.bindings.find((one) => one.kind === kind);
      return binding === undefined ? [] : [{ kind, name: binding.name, state: this.wanted.get(kind)?.state ?? "resting" }];
    });
    this.store.patch({ bound });
  }
}

/** Rejects when the signal is given. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const why = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("ended"));
    if (signal.aborted) why();
    else signal.addEventListener("abort", why, { once: true });
  });
}

/** Bindings as they were kept; none where the shelf holds something else. */
function readBindings(text: string | null): readonly Binding[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.filter((one): one is Binding => {
      if (typeof one !== "object" || one === null) return false;
      const { kind, id, name } = one as Record<string, unknown>;
      return isKind(kind) && typeof id === "string" && typeof name === "string";
    });
  } catch {
    return [];
  }
}
