import { describe, expect, it } from "vitest";
import { CheckRun, showsSomething } from "./checks";
import { FakeBrowser } from "./fakebrowser";
import { FakeTrack } from "./fakemedia";
import type { PresenceItem, Track } from "./protocol";
import { judge, noJudgement, summarise, type Judgement } from "./stats";
import type { Checks, MediaStats } from "./types";

const covered = new Uint8Array(64).fill(3);
const room = Uint8Array.from({ length: 64 }, (_, at) => 40 + at);

describe("a picture", () => {
  it.each([
    ["of a lit room shows something", room, true],
    ["of a covered lens does not", covered, false],
    ["of a dark room with one bright thing shows something", covered.with(9, 120), true],
    ["that is not there does not", new Uint8Array(0), false],
  ])("%s", (_what, brightness, shows) => {
    expect(showsSomething(brightness)).toBe(shows);
  });
});

async function check(prepare: (browser: FakeBrowser) => void, camera = true): Promise<{ browser: FakeBrowser; checks: () => Checks }> {
  const browser = new FakeBrowser();
  prepare(browser);
  let found: Checks = { voice: "off", face: "off" };
  const run = new CheckRun(browser, () => browser.loudness, (checks) => {
    found = checks;
  });
  run.watch(camera ? (new FakeTrack("video") as unknown as MediaStreamTrack) : null);
  await browser.pass(1_000);
  return { browser, checks: () => found };
}

describe("the device check", () => {
  it("sees a face and hears a voice by itself", async () => {
    const { checks } = await check((browser) => {
      browser.loudness = 0.5;
    });
    expect(checks()).toEqual({ voice: "heard", face: "seen" });
  });

  it("does not take silence for a voice", async () => {
    const { browser, checks } = await check((one) => {
      one.loudness = 0.1;
    });
    await browser.pass(60_000);
    expect(checks().voice).toBe("listening");
  });

  it("does not take a knock on the table for a voice", async () => {
    const { browser, checks } = await check(() => {});
    for (let knock = 0; knock < 10; knock++) {
      browser.loudness = 0.9;
      await browser.pass(100);
      browser.loudness = 0;
      await browser.pass(2_000);
    }
    expect(checks().voice).toBe("listening");
  });

  it("hears a voice that pauses between syllables", async () => {
    const { browser, checks } = await check(() => {});
    for (let syllable = 0; syllable < 4; syllable++) {
      browser.loudness = 0.6;
      await browser.pass(100);
      browser.loudness = 0;
      await browser.pass(100);
    }
    expect(checks().voice).toBe("heard");
  });

  it("says after three seconds that the picture is black, and takes it back", async () => {
    const { browser, checks } = await check((one) => {
      one.brightness = covered;
    });
    expect(checks().face).toBe("looking");
    await browser.pass(3_000);
    expect(checks().face).toBe("black");
    browser.brightness = room;
    await browser.pass(300);
    expect(checks().face).toBe("seen");
  });

  it("does not call a missing camera black", async () => {
    const { browser, checks } = await check(() => {}, false);
    await browser.pass(60_000);
    expect(checks().face).toBe("looking");
  });
});

const tracks: Track[] = [
  { mid: "2", participant: "desk:morita", purpose: "voice" },
  { mid: "5", participant: "desk:morita", purpose: "face" },
];
const seen: PresenceItem[] = [{ participant: "desk:morita", online: true, connected: true, audioMuted: false, videoMuted: false }];

function report(entries: object[]): RTCStatsReport {
  return new Map(entries.map((entry, at) => [String(at), entry])) as unknown as RTCStatsReport;
}

function stats(received: number, lost: number, frames: number, roundTrip = 0.02): MediaStats {
  return summarise(
    report([
      { type: "inbound-rtp", mid: "2", packetsReceived: received, packetsLost: lost, bytesReceived: received * 100 },
      { type: "inbound-rtp", mid: "5", packetsReceived: frames, framesDecoded: frames, frameWidth: 640, frameHeight: 360 },
      { type: "outbound-rtp", bytesSent: 900 },
      { type: "candidate-pair", nominated: true, state: "succeeded", currentRoundTripTime: roundTrip },
      { type: "candidate-pair", nominated: false, state: "succeeded", currentRoundTripTime: 9 },
    ]),
    tracks,
  );
}

describe("sound and pictures in numbers", () => {
  it("are summed up, and told per m-line with its occupant", () => {
    expect(stats(100, 2, 50)).toMatchObject({
      packetsReceived: 150,
      packetsLost: 2,
      framesDecoded: 50,
      bytesSent: 900,
      roundTripMs: 20,
      tracks: [
        { participant: "desk:morita", purpose: "voice", packetsReceived: 100, framesDecoded: 0 },
        { participant: "desk:morita", purpose: "face", framesDecoded: 50, frameWidth: 640 },
      ],
    });
  });

  it("are all zero before admission", () => {
    expect(summarise(report([]), [])).toMatchObject({ packetsReceived: 0, framesDecoded: 0, roundTripMs: null, tracks: [] });
  });
});

function after(presence: PresenceItem[], ...numbers: MediaStats[]): string {
  return numbers.reduce<Judgement>((so, one) => judge(so, "connected", one, presence), noJudgement).quality;
}

describe("the line in one word", () => {
  it.each([
    ["is good while everything arrives", seen, [stats(0, 0, 0), stats(100, 0, 50), stats(200, 0, 100)], "good"],
    ["is weak when one packet in ten is lost", seen, [stats(0, 0, 0), stats(90, 10, 50), stats(180, 20, 100)], "weak"],
    ["is weak when the way is long", seen, [stats(0, 0, 0), stats(100, 0, 50, 0.6), stats(200, 0, 100, 0.6)], "weak"],
    ["does not change for one bad moment", seen, [stats(0, 0, 0), stats(90, 10, 50), stats(190, 10, 100)], "good"],
    ["is sound only when pictures stand and the voice goes on", seen, [stats(0, 0, 9), stats(100, 0, 9), stats(200, 0, 9)], "sound-only"],
    [
      "is not sound only when the other side has closed its camera",
      seen.map((one) => ({ ...one, videoMuted: true })),
      [stats(0, 0, 9), stats(100, 0, 9), stats(200, 0, 9)],
      "good",
    ],
  ])("%s", (_situation, presence, numbers, word) => {
    expect(after(presence, ...numbers)).toBe(word);
  });

  it("is lost while the connection is mended, and good again after", () => {
    const lost = judge({ quality: "weak", last: stats(1, 0, 1), doubts: 0 }, "interrupted", null, seen);
    expect(lost.quality).toBe("lost");
    expect(judge(lost, "connected", null, seen).quality).toBe("good");
  });
});
