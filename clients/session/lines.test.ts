import { describe, expect, it } from "vitest";
import { fakePlan } from "./fakeplan";
import { askingAgain, encodingOf, hintOf, kindOf, preferred, traitsOf } from "./lines";
import type { Purpose } from "./protocol";

const codecs = (...names: string[]): RTCRtpCodec[] => names.map((mimeType) => ({ mimeType, clockRate: 48_000 }));
const names = (list: RTCRtpCodec[]): string[] => list.map((codec) => codec.mimeType);
const hint = (purpose: Purpose): string => hintOf(traitsOf(fakePlan, purpose));

describe("a track's purpose", () => {
  it("decides what the encoder favours", () => {
    expect(fakePlan.up.map((purpose) => [purpose, kindOf(purpose), hint(purpose)])).toEqual([
      ["voice", "audio", "speech"],
      ["stethoscope", "audio", "music"],
      ["face", "video", "motion"],
      ["document", "video", "detail"],
      ["screen", "video", "detail"],
    ]);
  });

  it("decides what gives way first", () => {
    const priority = (purpose: Purpose): unknown => encodingOf(traitsOf(fakePlan, purpose)).priority;
    expect(["voice", "stethoscope", "document", "screen", "face"].map((one) => priority(one as Purpose))).toEqual([
      "high",
      "high",
      "medium",
      "low",
      "very-low",
    ]);
  });

  it("leaves to the browser what the server does not say", () => {
    expect(encodingOf(traitsOf({ ...fakePlan, traits: [] }, "face"))).toMatchObject({ priority: "low" });
  });
});

describe("codecs of sound", () => {
  it("are Opus with redundancy before it where it is wanted and the browser can", () => {
    const all = codecs("audio/opus", "audio/G722", "audio/red");
    expect(names(preferred(all, "audio", true))).toEqual(["audio/red", "audio/opus"]);
    expect(names(preferred(all, "audio", false))).toEqual(["audio/opus"]);
    expect(names(preferred(codecs("audio/opus"), "audio", true))).toEqual(["audio/opus"]);
  });
});

describe("an offer", () => {
  const sdp = "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:63 red/48000/2\r\n";

  it("says that lost sound is asked for again", () => {
    expect(askingAgain(sdp, codecs("audio/red"))).toBe(
      "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=rtcp-fb:111 transport-cc\r\na=rtpmap:63 red/48000/2\r\n",
    );
  });

  it("says it once", () => {
    const once = askingAgain(sdp, codecs("audio/red"));
    expect(askingAgain(once, codecs("audio/red"))).toBe(once);
  });

  it("claims nothing for a browser that cannot", () => {
    expect(askingAgain(sdp, codecs("audio/opus"))).toBe(sdp);
  });
});
