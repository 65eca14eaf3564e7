import { describe, expect, it } from "vitest";
import type { RemoteMedia } from "../session";
import { voicesOf } from "./voices";

const [first, second, third] = ["1", "2", "3"].map((id) => ({ id }) as MediaStream) as [MediaStream, MediaStream, MediaStream];
const incoming = { voices: [first, second, third], pictures: [] };
const nothing: RemoteMedia = { voice: null, face: null, document: null, screen: null, stethoscope: null };

describe("what plays as voices", () => {
  it("is there before anybody is let in", () => {
    expect(voicesOf({ incoming, remote: {} })).toEqual([first, second, third]);
  });

  it("is everybody's voice, but not what a stethoscope hears", () => {
    const remote = { "booth:shiomachihama-1": { ...nothing, voice: first, stethoscope: second } };
    expect(voicesOf({ incoming, remote })).toEqual([first, third]);
  });
});
