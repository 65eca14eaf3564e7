import { describe, expect, it } from "vitest";
import type { PresenceItem } from "./protocol";
import { sense, Senses, type Look } from "./senses";
import type { DeviceState, MediaStats, SelfMedia, TrackStats } from "./types";

const on: DeviceState = { state: "on", label: "", deviceId: "d" };
const off: DeviceState = { state: "off" };
const self = (fields: Partial<SelfMedia> = {}): SelfMedia => ({
  voice: on, face: on, document: off, stethoscope: off, screen: off, preview: null, documentPreview: null, audioMuted: false, videoMuted: false, ...fields,
});
const desk: PresenceItem = { participant: "desk:morita", online: true, connected: true, audioMuted: false, videoMuted: false, name: "" } as PresenceItem;
const track = (purpose: "voice" | "face", fields: Partial<TrackStats> = {}): TrackStats => ({
  mid: purpose, participant: desk.participant, purpose, packetsReceived: 0, packetsLost: 0, framesDecoded: 0, frameWidth: 0, frameHeight: 0, samples: 0, concealed: 0, ...fields,
});
const stats = (...tracks: TrackStats[]): MediaStats => ({
  packetsReceived: 0, packetsLost: 0, bytesReceived: 0, bytesSent: 0, framesDecoded: 0, roundTripMs: null, tracks,
});
const look = (fields: Partial<Look> = {}): Look => ({
  self: self(), muted: { voice: false, face: false }, silent: false, last: null, now: null, presence: [desk], own: "booth:b", output: "ok", ...fields,
});
const before = stats(track("voice"), track("face"));
const speaks = track("voice", { packetsReceived: 100, samples: 96_000 });
const moves = track("face", { packetsReceived: 200, framesDecoded: 60 });

describe("what a page sees of its media", () => {
  const rows: [string, Partial<Look>, object][] = [
    ["all is well", { last: before, now: stats(speaks, moves) }, { microphone: "ok", camera: "ok", sound: "ok", picture: "ok", output: "ok" }],
    ["the microphone was unplugged", { self: self({ voice: { state: "failed", fault: "unplugged" } }) }, { microphone: "ended" }],
    ["it is not allowed", { self: self({ voice: { state: "failed", fault: "denied" } }) }, { microphone: "denied" }],
    ["the machine has muted it", { muted: { voice: true, face: false } }, { microphone: "muted", camera: "ok" }],
    ["the person has muted it: nothing to say", { self: self({ audioMuted: true }), muted: { voice: true, face: false } }, { camera: "ok" }],
    ["packets of a voice come, and nothing can be heard", { last: before, now: stats(track("voice", { packetsReceived: 100, samples: 96_000, concealed: 95_000 }), moves) }, { sound: "stuck", picture: "ok" }],
    ["nothing comes of a voice", { last: before, now: stats(track("voice"), moves) }, { sound: "nothing" }],
    ["somebody is silent: few packets, nothing made up that matters", { last: before, now: stats(track("voice", { packetsReceived: 5, samples: 96_000, concealed: 95_000 }), moves) }, { sound: "ok" }],
    ["the other has muted the microphone", { presence: [{ ...desk, audioMuted: true }], last: before, now: stats(track("voice"), moves) }, { picture: "ok" }],
    ["the picture stands still", { last: before, now: stats(speaks, track("face", { packetsReceived: 200 })) }, { picture: "stuck" }],
    ["the volume is at nothing", { output: "muted" }, { output: "muted" }],
  ];
  it.each(rows)("%s", (_, fields, expected) => {
    expect(sense(look(fields), 0)).toMatchObject(expected);
  });

  it("says nothing of a microphone that the person has muted, nor of sound that nobody sends", () => {
    const found = sense(look({ self: self({ audioMuted: true }), presence: [{ ...desk, audioMuted: true }], last: before, now: stats(track("voice"), moves) }), 0);
    expect(found).not.toHaveProperty("microphone");
    expect(found).not.toHaveProperty("sound");
  });
});

describe("what is told of it", () => {
  const stuck = look({ last: before, now: stats(track("voice", { packetsReceived: 100, samples: 96_000, concealed: 96_000 }), moves) });
  const well = look({ last: before, now: stats(speaks, moves) });

  it("is nothing while all is well, then what is not, once, and that it is well again", () => {
    const senses = new Senses();
    expect(senses.look(well)).toBeNull();
    expect(senses.look(look({ ...well, output: "muted" }))).toEqual({ output: "muted" });
    expect(senses.look(look({ ...well, output: "muted" }))).toBeNull();
    expect(senses.look(well)).toEqual({ output: "ok" });
    expect(senses.look(well)).toBeNull();
  });

  it("waits for a second look before it says that sound does not come", () => {
    const senses = new Senses();
    expect(senses.look(stuck)).toBeNull();
    expect(senses.look(stuck)).toEqual({ sound: "stuck" });
    expect(senses.look(well)).toBeNull();
    expect(senses.look(well)).toEqual({ sound: "ok" });
  });

  it("calls a microphone quiet after twenty seconds without even noise", () => {
    const senses = new Senses();
    for (let i = 0; i < 9; i++) expect(senses.look(look({ silent: true }))).toBeNull();
    expect(senses.look(look({ silent: true }))).toEqual({ microphone: "quiet" });
    expect(senses.look(look())).toEqual({ microphone: "ok" });
  });

  it("says again what is not well after the line was away", () => {
    const senses = new Senses();
    expect(senses.look(look({ output: "blocked" }))).toEqual({ output: "blocked" });
    senses.tellAgain();
    expect(senses.look(look({ output: "blocked" }))).toEqual({ output: "blocked" });
  });
});
