import type { Hearing, Radio, RadioDevice } from "./radio";

// Web Bluetooth as far as we use it; TypeScript's library does not know it (https://webbluetoothcg.github.io/web-bluetooth/).

interface BluetoothPart {
  getAvailability(): Promise<boolean>;
  getDevices?(): Promise<Device[]>;
  requestDevice(options: { filters: { services: number[] }[] }): Promise<Device>;
}

interface Device extends EventTarget {
  readonly id: string;
  readonly name?: string;
  readonly gatt?: { readonly connected: boolean; connect(): Promise<Server>; disconnect(): void };
  watchAdvertisements?(options: { signal: AbortSignal }): Promise<void>;
  forget?(): Promise<void>;
}

interface Server {
  getPrimaryService(service: number): Promise<{ getCharacteristic(characteristic: number): Promise<CharacteristicPart> }>;
}

interface CharacteristicPart extends EventTarget {
  readonly value?: DataView;
  startNotifications(): Promise<unknown>;
}

/** The browser's own Bluetooth; null where it has none, or this page may not use it. */
export function webBluetooth(from: Navigator = navigator): Radio | null {
  const { bluetooth } = from as Navigator & { bluetooth?: BluetoothPart };
  if (bluetooth === undefined) return null;
  return {
    ready: () => bluetooth.getAvailability().catch(() => false),
    remembered: async () => ((await bluetooth.getDevices?.().catch(() => [])) ?? []).map(deviceOf),
    choose: async (service) => {
      try {
        return deviceOf(await bluetooth.requestDevice({ filters: [{ services: [service] }] }));
      } catch (error) {
        // Closing the dialog is an answer.
        if (error instanceof DOMException && error.name === "NotFoundError") return null;
        throw error;
      }
    },
  };
}

function deviceOf(device: Device): RadioDevice {
  return {
    id: device.id,
    name: device.name ?? "",
    listen: (service, characteristics, hearing, signal) => listen(device, service, characteristics, hearing, signal),
    watch: (heard) => watch(device, heard),
    forget: async () => {
      device.gatt?.disconnect();
      await device.forget?.();
    },
  };
}

async function listen(device: Device, service: number, characteristics: readonly number[], hearing: Hearing, signal: AbortSignal): Promise<void> {
  const { gatt } = device;
  if (gatt === undefined) throw new Error("bluetooth: the device has no values to give (no GATT)");
  signal.throwIfAborted();
  signal.addEventListener("abort", () => gatt.disconnect(), { once: true });
  const server = await gatt.connect();
  if (signal.aborted) {
    gatt.disconnect();
    signal.throwIfAborted();
  }
  device.addEventListener("gattserverdisconnected", () => signal.aborted || hearing.lost(), { once: true, signal });
  const found = await server.getPrimaryService(service);
  let listening = 0;
  for (const number of characteristics) {
    // An oximeter has one of two, or both.
    const characteristic = await found.getCharacteristic(number).catch(() => null);
    if (characteristic === null) continue;
    // Before notifications are asked for: a device may send what it has kept at once.
    characteristic.addEventListener(
      "characteristicvaluechanged",
      () => {
        const { value } = characteristic;
        if (value !== undefined) hearing.value(number, new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
      },
      { signal },
    );
    await characteristic.startNotifications();
    listening++;
  }
  if (listening === 0) throw new Error("bluetooth: the device has the service but none of its measurements");
}

function watch(device: Device, heard: () => void): (() => void) | null {
  if (device.watchAdvertisements === undefined) return null;
  const controller = new AbortController();
  device.addEventListener("advertisementreceived", heard, { signal: controller.signal });
  // Where it may not watch, the tries at growing intervals have to do.
  device.watchAdvertisements({ signal: controller.signal }).catch(() => undefined);
  return () => controller.abort();
}
