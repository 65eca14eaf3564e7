import { describe, expect, it } from "vitest";
import { findings, readTimelines, type Finding, type Moment } from "./timeline";

const at = (time: string) => `2026-11-25T${time}+09:00`;
const booth = "booth:shiomachihama-1";
const desk = "desk:morita";
const moment = (time: string, kind: string, who: string, more: Record<string, string> = {}): Moment => ({ at: at(time), kind, who, node: "n_1", more });
const closed = (time: string) => moment(time, "event", desk, { event: "end", state: "closed" });

describe("what most likely was the matter", () => {
  const rows: [string, Moment[], string | undefined, Partial<Finding>[]][] = [
    ["nothing was", [moment("14:00:00", "opened", booth), moment("14:01:00", "online", booth), closed("14:20:00")], undefined, [{ what: "fine" }]],
    [
      "the booth's microphone was muted from 14:03 to 14:07",
      [moment("14:03:00", "mute", booth, { audio: "off", video: "on" }), moment("14:07:00", "mute", booth, { audio: "on", video: "on" }), closed("14:20:00")],
      "14:05:00",
      [{ what: "sound-off", who: "booth", from: at("14:03:00"), to: at("14:07:00") }],
    ],
    [
      "it was over before the time asked about",
      [moment("14:01:00", "mute", booth, { audio: "off" }), moment("14:02:00", "mute", booth, { audio: "on" }), closed("14:20:00")],
      "14:05:00",
      [{ what: "fine" }],
    ],
    [
      "the desk's page was away, which is graver than a weak line",
      [
        moment("14:03:00", "quality", booth, { up: "poor", down: "good" }),
        moment("14:04:00", "offline", desk, { reason: "network", code: "0" }),
        moment("14:04:30", "online", desk, { reason: "network" }),
        closed("14:20:00"),
      ],
      undefined,
      [{ what: "away", who: "desk", to: at("14:04:30") }, { what: "weak", who: "booth", to: at("14:20:00") }],
    ],
    [
      "nothing came through, and the line grew weak first",
      [moment("14:03:00", "quality", desk, { up: "good", down: "poor" }), moment("14:03:10", "quality", desk, { up: "good", down: "lost" }), moment("14:03:40", "quality", desk, { up: "good", down: "good" })],
      undefined,
      [{ what: "lost", from: at("14:03:10"), to: at("14:03:40") }, { what: "weak", from: at("14:03:00"), to: at("14:03:10") }],
    ],
    [
      "media had no connection, over a relay",
      [moment("14:00:10", "path", booth, { path: "relay", local: "relay" }), moment("14:03:00", "media", booth, { connected: "no" }), moment("14:03:09", "media", booth, { connected: "yes" })],
      undefined,
      [{ what: "no-media", to: at("14:03:09") }, { what: "relay" }],
    ],
    ["the check had heard nothing", [moment("14:00:10", "test", booth, { voice: "missing", face: "ok", hearing: "nothing" })], undefined, [{ what: "test-voice" }, { what: "test-hearing" }]],
    [
      "the booth's microphone was unplugged, and another came",
      [moment("14:04:50", "seen", booth, { microphone: "ended" }), moment("14:06:00", "seen", booth, { microphone: "ok" }), closed("14:20:00")],
      "14:05:00",
      [{ what: "mic-ended", who: "booth", from: at("14:04:50"), to: at("14:06:00") }],
    ],
    [
      "sound arrived at the desk and was not to be heard, for the booth's page played none",
      [moment("14:05:00", "seen", booth, { output: "muted" }), moment("14:05:10", "seen", desk, { sound: "stuck", picture: "stuck" })],
      undefined,
      [{ what: "output-muted", who: "booth" }, { what: "sound-stuck", who: "desk" }, { what: "picture-stuck", who: "desk" }],
    ],
    ["nobody answered the booth's call", [moment("14:05:00", "call", booth, { step: "called" }), moment("14:05:15", "call", booth, { step: "phoned" })], undefined, [{ what: "unanswered", from: at("14:05:00") }]],
    ["an answered call is no trouble after it", [moment("14:05:00", "call", booth, { step: "called" }), moment("14:05:15", "call", booth, { step: "answered" })], "14:09:00", [{ what: "fine" }]],
    [
      "staff was in the booth, and nothing was heard until both sides agreed",
      [moment("14:05:00", "event", "counter:o", { event: "staff_came", state: "consultation" }), moment("14:06:00", "event", "counter:o", { event: "staff_left", state: "consultation" })],
      "14:05:00",
      [{ what: "staff", who: "booth", from: at("14:05:00"), to: at("14:06:00") }],
    ],
    ["going when it is over is not being lost", [moment("14:00:00", "online", booth), closed("14:20:00"), moment("14:20:01", "offline", booth), moment("14:20:01", "media", booth, { connected: "no" })], undefined, [{ what: "fine" }]],
  ];
  it.each(rows)("%s", (_, moments, about, expected) => {
    expect(findings(moments, about === undefined ? undefined : at(about))).toMatchObject(expected);
  });

  it("is not known of no moments at all", () => {
    expect(findings([])).toEqual([]);
  });
});

it("leaves out what it does not understand", () => {
  expect(readTimelines(null)).toEqual([]);
  const body = { visits: [{ session: "s_1", booth: "b", number: 3, openedAt: at("14:00:00"), moments: [{ at: 5 }, { at: at("14:00:00"), kind: "opened", node: "n", more: { by: "counter", x: 1 } }] }, {}] };
  expect(readTimelines(body)).toMatchObject([{ session: "s_1", moments: [{ kind: "opened", more: { by: "counter" } }] }]);
});
