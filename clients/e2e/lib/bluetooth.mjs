// Health devices that are not there, spoken to by the browser's own Web Bluetooth: Chromium's emulation (BluetoothEmulation and
// DeviceAccess of the DevTools protocol) stands for radio, device and the browser's dialog.
//
// What the emulation cannot do is to have a device speak first. So a value is read once, by the page, from the very characteristic it
// has subscribed to: the browser announces it by the same event as a notification, and everything behind that event is real.

import { until } from './wait.mjs';

/** What a browser has to be started with: Web Bluetooth is behind a switch on Linux. */
export const BLUETOOTH_FLAGS = ['--enable-experimental-web-platform-features', '--enable-features=WebBluetoothNewPermissionsBackend'];

const uuid = (number) => `0000${number.toString(16).padStart(4, '0')}-0000-1000-8000-00805f9b34fb`;

/** In the page: remembers which characteristics have been subscribed to. */
function rememberSubscriptions() {
  const part = globalThis.BluetoothRemoteGATTCharacteristic;
  if (part === undefined) return;
  const start = part.prototype.startNotifications;
  const subscribed = new Map();
  part.prototype.startNotifications = async function startNotifications() {
    const started = await start.call(this);
    subscribed.set(this.uuid, this);
    return started;
  };
  Object.defineProperty(window, 'subscribed', { value: subscribed });
}

/**
 * A radio in somebody's browser, for as long as the page is not loaded again: the emulation ends with it.
 *
 * @param {{browser: import('playwright-core').Browser, context: import('playwright-core').BrowserContext, page: import('playwright-core').Page}} person
 */
export async function openRadio({ browser, context, page }) {
  const radio = await browser.newBrowserCDPSession();
  const chooser = await context.newCDPSession(page);
  await radio.send('BluetoothEmulation.enable', { state: 'powered-on', leSupported: true });
  await page.evaluate(rememberSubscriptions);
  const values = new Map();
  let wanted = null;
  const answer = (command, parameters) => radio.send(command, parameters).catch(() => {});
  radio.on('BluetoothEmulation.gattOperationReceived', ({ address, type }) =>
    void answer('BluetoothEmulation.simulateGATTOperationResponse', { address, type, code: 0 }));
  radio.on('BluetoothEmulation.characteristicOperationReceived', ({ characteristicId, type }) =>
    void answer('BluetoothEmulation.simulateCharacteristicOperationResponse', {
      characteristicId, type, code: 0, ...(type === 'read' && { data: values.get(characteristicId) ?? '' }),
    }));
  await chooser.send('DeviceAccess.enable');
  chooser.on('DeviceAccess.deviceRequestPrompted', ({ id, devices }) => {
    const there = devices.some((one) => one.id === wanted);
    if (!there) return;
    const chosen = wanted;
    wanted = null;
    chooser.send('DeviceAccess.selectPrompt', { id, deviceId: chosen }).catch(() => {});
  });

  /** Puts a device into reach. */
  async function device({ address, name, service, characteristic }) {
    await radio.send('BluetoothEmulation.simulatePreconnectedPeripheral', { address, name, manufacturerData: [], knownServiceUuids: [uuid(service)] });
    const { serviceId } = await radio.send('BluetoothEmulation.addService', { address, serviceUuid: uuid(service) });
    const { characteristicId } = await radio.send('BluetoothEmulation.addCharacteristic', {
      serviceId, characteristicUuid: uuid(characteristic), properties: { read: true, notify: true, indicate: true },
    });
    await radio.send('BluetoothEmulation.addDescriptor', { characteristicId, descriptorUuid: uuid(0x2902) });
    return {
      /** The next dialog of the browser is answered with this device. */
      choose: () => {
        wanted = address;
      },
      /** It has measured. */
      says: async (hex) => {
        values.set(characteristicId, Buffer.from(hex, 'hex').toString('base64'));
        await until(`${name} is listened to`, () => page.evaluate((id) => window.subscribed.has(id), uuid(characteristic)), { within: 10_000 });
        await page.evaluate((id) => window.subscribed.get(id).readValue().then(() => undefined), uuid(characteristic));
      },
      goes: () => radio.send('BluetoothEmulation.simulateGATTDisconnection', { address }),
    };
  }
  return { device };
}
