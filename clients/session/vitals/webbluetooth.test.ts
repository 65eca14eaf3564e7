import { describe, expect, it } from "vitest";
import { webBluetooth } from "./webbluetooth";

/** A browser's Bluetooth with one device, as far as a page can see it. */
class FakeBluetooth {
  readonly characteristic = Object.assign(new EventTarget(), { value: undefined as DataView | undefined, startNotifications: () => Promise.resolve() });
  disconnects = 0;
  forgotten = 0;
  asked: unknown = null;
  chosen: "device" | "nothing" = "device";
  watching: AbortSignal | null = null;
  readonly device = Object.assign(new EventTarget(), {
    id: "a",
    name: "Cuff",
    gatt: {
      connected: true,
      connect: () => Promise.resolve({ getPrimaryService: (service: number) => this.service(service) }),
      disconnect: () => void this.disconnects++,
    },
    forget: () => Promise.resolve(void this.forgotten++),
    watchAdvertisements: ({ signal }: { signal: AbortSignal }) => {
      this.watching = signal;
      return Promise.resolve();
    },
  });

  get radio() {
    const radio = webBluetooth({ bluetooth: this } as unknown as Navigator);
    if (radio === null) throw new Error("there is no radio");
    return radio;
  }

  getAvailability = () => Promise.resolve(true);
  getDevices = () => Promise.resolve([this.device]);
  requestDevice = (options: unknown) => {
    this.asked = options;
    return this.chosen === "device" ? Promise.resolve(this.device) : Promise.reject(new DOMException("closed", "NotFoundError"));
  };

  say(...bytes: number[]): void {
    // Some browsers hand out a part of a larger buffer.
    this.characteristic.value = new DataView(new Uint8Array([9, ...bytes, 9]).buffer, 1, bytes.length);
    this.characteristic.dispatchEvent(new Event("characteristicvaluechanged"));
  }

  private service(service: number) {
    if (service !== 0x1822) return Promise.reject(new DOMException("no such service", "NotFoundError"));
    const getCharacteristic = (number: number) => (number === 0x2a5f ? Promise.resolve(this.characteristic) : Promise.reject(new Error("none")));
    return Promise.resolve({ getCharacteristic });
  }
}

async function listening(bluetooth: FakeBluetooth) {
  const [device] = await bluetooth.radio.remembered();
  const heard: string[] = [];
  const controller = new AbortController();
  const hearing = { value: (n: number, bytes: Uint8Array) => heard.push(`${n.toString(16)} ${bytes.join(",")}`), lost: () => heard.push("lost") };
  await device?.listen(0x1822, [0x2a5e, 0x2a5f], hearing, controller.signal);
  return { heard, controller, device };
}

describe("the browser's Bluetooth", () => {
  it("is none where the browser has none", () => {
    expect(webBluetooth({} as Navigator)).toBeNull();
  });

  it("lets staff choose among devices that have the service; closing the dialog is an answer", async () => {
    const bluetooth = new FakeBluetooth();
    expect((await bluetooth.radio.choose(0x1822))?.name).toBe("Cuff");
    expect(bluetooth.asked).toEqual({ filters: [{ services: [0x1822] }] });
    bluetooth.chosen = "nothing";
    expect(await bluetooth.radio.choose(0x1822)).toBeNull();
  });

  it("hears whichever of the characteristics the device has, byte for byte", async () => {
    const bluetooth = new FakeBluetooth();
    const { heard } = await listening(bluetooth);
    bluetooth.say(0, 97, 0, 68, 0);
    expect(heard).toEqual(["2a5f 0,97,0,68,0"]);
  });

  it("says when the connection is lost, once", async () => {
    const bluetooth = new FakeBluetooth();
    const { heard } = await listening(bluetooth);
    bluetooth.device.dispatchEvent(new Event("gattserverdisconnected"));
    bluetooth.device.dispatchEvent(new Event("gattserverdisconnected"));
    expect(heard).toEqual(["lost"]);
  });

  it("tells nothing any more once it was ended, and lets the device go", async () => {
    const bluetooth = new FakeBluetooth();
    const { heard, controller } = await listening(bluetooth);
    controller.abort();
    bluetooth.say(0, 97, 0, 68, 0);
    bluetooth.device.dispatchEvent(new Event("gattserverdisconnected"));
    expect([heard, bluetooth.disconnects]).toEqual([[], 1]);
  });

  it("refuses a device that has none of the measurements", async () => {
    const bluetooth = new FakeBluetooth();
    const [device] = await bluetooth.radio.remembered();
    const hearing = { value: () => {}, lost: () => {} };
    await expect(device?.listen(0x1822, [0x2a5e], hearing, new AbortController().signal)).rejects.toThrow("none of its measurements");
    await expect(device?.listen(0x1810, [0x2a35], hearing, new AbortController().signal)).rejects.toThrow("no such service");
  });

  it("notices a device that shows itself, until told otherwise", async () => {
    const bluetooth = new FakeBluetooth();
    const [device] = await bluetooth.radio.remembered();
    let seen = 0;
    const stop = device?.watch(() => seen++);
    bluetooth.device.dispatchEvent(new Event("advertisementreceived"));
    stop?.();
    bluetooth.device.dispatchEvent(new Event("advertisementreceived"));
    expect([seen, bluetooth.watching?.aborted]).toEqual([1, true]);
  });

  it("has the browser forget it", async () => {
    const bluetooth = new FakeBluetooth();
    const [device] = await bluetooth.radio.remembered();
    await device?.forget();
    expect([bluetooth.forgotten, bluetooth.disconnects]).toEqual([1, 1]);
  });
});
