import { describe, expect, it } from "vitest";
import { Devices, type DevicePurpose } from "./devices";
import { fakeCamera, fakeMicrophone, fakePaperCamera, FakeBrowser, settled, type FakeDevice } from "./fakebrowser";
import type { DeviceState } from "./types";

interface Opened {
  browser: FakeBrowser;
  devices: Devices;
  states: Partial<Record<DevicePurpose, DeviceState>>;
  /** What is sent for each purpose, as the owner was told. */
  sending: Partial<Record<DevicePurpose, MediaStreamTrack | null>>;
}

function at(browser: FakeBrowser): Opened {
  const states: Opened["states"] = {};
  const sending: Opened["sending"] = {};
  const devices = new Devices(browser, {
    onTrack: (purpose, track) => {
      sending[purpose] = track;
    },
    onState: (purpose, state) => {
      states[purpose] = state;
    },
    log: () => {},
  });
  return { browser, devices, states, sending };
}

async function open(prepare: (browser: FakeBrowser) => void = () => {}): Promise<Opened> {
  const browser = new FakeBrowser();
  prepare(browser);
  const opened = at(browser);
  await opened.devices.open(["voice", "face", "document"]);
  return opened;
}

describe("the devices of a seat", () => {
  it("are opened together, so that permission is asked for once", async () => {
    const { browser, states } = await open();
    expect(states).toMatchObject({ voice: { state: "on", label: "Microphone" }, face: { state: "on", deviceId: "camera-1" } });
    expect(browser.live).toHaveLength(2);
  });

  it("do not miss a document camera they never had", async () => {
    const { states } = await open();
    expect(states.document).toBeUndefined();
  });

  it("show paper by the second camera", async () => {
    const { states } = await open((browser) => browser.plug(fakePaperCamera));
    expect(states.document).toMatchObject({ state: "on", deviceId: "camera-2" });
  });

  it("do not take an infrared sensor for a camera", async () => {
    const { states } = await open((browser) => browser.plug({ ...fakePaperCamera, label: "Integrated IR Camera" }));
    expect(states.document).toBeUndefined();
  });

  it("give sound alone when there is no camera", async () => {
    const { states, sending } = await open((browser) => {
      browser.devices = [fakeMicrophone];
    });
    expect(states).toMatchObject({ voice: { state: "on" }, face: { state: "failed", fault: "missing" } });
    expect(sending.face).toBeUndefined();
  });

  it("give a picture alone when there is no microphone", async () => {
    const { states } = await open((browser) => {
      browser.devices = [fakeCamera];
    });
    expect(states).toMatchObject({ voice: { state: "failed", fault: "missing" }, face: { state: "on" } });
  });

  it.each([
    ["NotAllowedError", "denied"],
    ["SecurityError", "denied"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
    ["AbortError", "busy"],
    ["TypeError", "failed"],
  ])("say of %s: %s", async (name, fault) => {
    const { states } = await open((browser) => {
      browser.refuses.video = name;
    });
    expect(states).toMatchObject({ voice: { state: "on" }, face: { state: "failed", fault } });
  });

  it("that are busy are tried again until they are free", async () => {
    const { browser, states } = await open((one) => {
      one.refuses.video = "NotReadableError";
    });
    delete browser.refuses.video;
    await browser.pass(5_000);
    expect(states.face).toMatchObject({ state: "on" });
  });

  it("that were refused are not asked for again before somebody acts", async () => {
    const { browser, devices, states } = await open((one) => {
      one.refuses.video = "NotAllowedError";
    });
    delete browser.refuses.video;
    browser.tell("devicechange");
    await browser.pass(60_000);
    expect(states.face).toEqual({ state: "failed", fault: "denied" });
    await devices.open(["face"]);
    expect(states.face).toMatchObject({ state: "on" });
  });

  it("that are unplugged are missed, and taken back when they are plugged in again", async () => {
    const { browser, states, sending } = await open();
    browser.unplug(fakeMicrophone);
    await settled();
    expect([states.voice, sending.voice]).toEqual([{ state: "failed", fault: "unplugged" }, null]);
    await browser.pass(20_000);
    expect(states.voice).toEqual({ state: "failed", fault: "unplugged" });
    browser.plug({ ...fakeMicrophone, deviceId: "microphone-2", label: "Headset" });
    await browser.pass(400);
    expect(states.voice).toMatchObject({ state: "on", label: "Headset" });
    expect(sending.voice?.readyState).toBe("live");
  });

  it("fall back to the other camera when the first is unplugged", async () => {
    const { browser, states } = await open((one) => one.plug(fakePaperCamera));
    browser.unplug(fakeCamera);
    await browser.pass(400);
    expect(states.face).toMatchObject({ state: "on", deviceId: "camera-2" });
  });

  it("close with their lights out, and nothing opens them again", async () => {
    const { browser, devices, states } = await open((one) => one.plug(fakePaperCamera));
    devices.close();
    browser.plug({ ...fakeMicrophone, deviceId: "microphone-2" });
    await browser.pass(60_000);
    expect(browser.live).toEqual([]);
    expect([states.voice, states.face, states.document]).toEqual([{ state: "off" }, { state: "off" }, { state: "off" }]);
    expect(browser.waiting).toBe(0);
  });

  it("that answer after they were closed are closed at once", async () => {
    const browser = new FakeBrowser();
    const { devices } = at(browser);
    const opening = devices.open(["voice", "face"]);
    devices.close();
    await opening;
    expect(browser.opened).toHaveLength(2);
    expect(browser.live).toEqual([]);
  });

  it("are opened once though two ask at the same time", async () => {
    const browser = new FakeBrowser();
    const { devices } = at(browser);
    await Promise.all([devices.open(["voice"]), devices.open(["voice", "face"])]);
    expect(browser.live.map((track) => track.kind).toSorted()).toEqual(["audio", "video"]);
  });
});

describe("a screen", () => {
  it("is shown once it has been chosen, beside the camera", async () => {
    const { devices, states, sending } = await open(() => {});
    await devices.openScreen();
    expect(states).toMatchObject({ screen: { state: "on", label: "a window" }, face: { state: "on" } });
    expect(sending.screen).not.toBe(sending.face);
    devices.stop("screen");
    expect([states.screen, sending.screen]).toEqual([{ state: "off" }, null]);
  });

  it("is not asked for again when the person ends it in the browser, or chooses nothing", async () => {
    const { browser, devices, states, sending } = await open(() => {});
    await devices.openScreen();
    browser.opened.at(-1)?.end();
    expect([states.screen, sending.screen]).toEqual([{ state: "off" }, null]);
    browser.screenRefused = true;
    await devices.openScreen();
    const opened = browser.opened.length;
    expect(states.screen).toEqual({ state: "failed", fault: "denied" });
    await browser.pass(60_000);
    expect(browser.opened.length).toBe(opened);
  });

  it("that is chosen after the session has ended is let go at once", async () => {
    const { browser, devices, states } = await open(() => {});
    const choosing = devices.openScreen();
    devices.close();
    await choosing;
    expect(states.screen).toEqual({ state: "off" });
    expect(browser.opened.at(-1)?.readyState).toBe("ended");
  });
});

describe("a stethoscope", () => {
  const stethoscope: FakeDevice = { kind: "audioinput", deviceId: "usb-1", label: "USB stethoscope" };

  it("is one of the inputs that nobody speaks into", async () => {
    const { devices } = await open((browser) => {
      browser.plug(stethoscope);
      browser.plug({ kind: "audioinput", deviceId: "default", label: "Default - Microphone" });
    });
    expect(await devices.soundInputs()).toEqual([{ deviceId: "usb-1", label: "USB stethoscope" }]);
  });

  it("is opened only when somebody says so, from the input they chose, beside the voice", async () => {
    const { browser, devices, states, sending } = await open((one) => one.plug(stethoscope));
    expect(states.stethoscope).toBeUndefined();
    await devices.openSound("usb-1");
    expect(states).toMatchObject({ stethoscope: { state: "on", deviceId: "usb-1" }, voice: { state: "on", deviceId: "microphone-1" } });
    expect(sending.stethoscope).not.toBe(sending.voice);
    devices.stop("stethoscope");
    expect([states.stethoscope, sending.stethoscope]).toEqual([{ state: "off" }, null]);
    expect(browser.live).toHaveLength(2);
  });

  it("is heard as it is", async () => {
    const { browser, devices } = await open((one) => one.plug(stethoscope));
    await devices.openSound("usb-1");
    expect(browser.asked.at(-1)?.audio).toMatchObject({
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
      deviceId: { exact: "usb-1" },
    });
  });

  it("is opened again when its cable comes back", async () => {
    const { browser, devices, states } = await open((one) => one.plug(stethoscope));
    await devices.openSound("usb-1");
    browser.unplug(stethoscope);
    expect(states.stethoscope).toEqual({ state: "failed", fault: "unplugged" });
    browser.plug(stethoscope);
    await browser.pass(10_000);
    expect(states.stethoscope).toMatchObject({ state: "on", deviceId: "usb-1" });
  });
});
