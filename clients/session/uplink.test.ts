import { describe, expect, it } from "vitest";
import { pictureEncoding, withEncoding } from "./uplink";

describe("the uplink of a picture", () => {
  it.each([
    ["a large camera is small while waiting", 720, 4],
    ["so is a plain one", 480, 480 / 180],
    ["a tiny one stays as it is", 120, 1],
    ["one not known yet is taken for a large one", 0, 4],
  ])("%s", (_, height, scale) => {
    expect(pictureEncoding(1_200_000, "waiting", height, "face")).toEqual({
      active: true,
      maxBitrate: 150_000,
      maxFramerate: 15,
      scaleResolutionDownBy: scale,
    });
  });

  it("is whole once somebody sees it", () => {
    expect(pictureEncoding(1_200_000, "talking", 720, "face")).toEqual({ active: true, maxBitrate: 1_200_000, scaleResolutionDownBy: 1 });
  });

  it("is one of many among several people, and paper stays whole", () => {
    expect(pictureEncoding(1_200_000, "group", 720, "face")).toEqual({ active: true, maxBitrate: 500_000, maxFramerate: 20, scaleResolutionDownBy: 1.5 });
    expect(pictureEncoding(1_200_000, "group", 360, "face").scaleResolutionDownBy).toBe(1);
    expect(pictureEncoding(1_500_000, "group", 1080, "document")).toEqual({ active: true, maxBitrate: 1_500_000, scaleResolutionDownBy: 1 });
  });

  it("rises without touching what else was agreed", () => {
    const before = {
      transactionId: "7",
      codecs: [],
      headerExtensions: [],
      rtcp: {},
      encodings: [{ active: true, priority: "high" as const, maxFramerate: 15, maxBitrate: 150_000, scaleResolutionDownBy: 4 }],
    };
    expect(withEncoding(before, pictureEncoding(1_200_000, "talking", 720, "face"))).toEqual({
      ...before,
      encodings: [{ active: true, priority: "high", maxBitrate: 1_200_000, scaleResolutionDownBy: 1 }],
    });
  });

  it("pauses pictures while a line carries sound only", () => {
    expect(pictureEncoding(1_200_000, "sound", 720, "face").active).toBe(false);
    expect(pictureEncoding(1_200_000, "talking", 720, "face").active).toBe(true);
  });

  it("leaves a key frame small enough for a rural line", () => {
    const { maxBitrate } = pictureEncoding(1_200_000, "waiting", 720, "face");
    const bitsInFiftyMilliseconds = 1_000_000 * 0.05;
    expect((maxBitrate ?? 0) * 0.3).toBeLessThanOrEqual(bitsInFiftyMilliseconds);
  });
});
