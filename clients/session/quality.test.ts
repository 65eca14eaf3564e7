import { describe, expect, it } from "vitest";
import type { Level, PresenceItem } from "./protocol";
import { lineNews, weakLine, type LineNews } from "./quality";

function person(participant: string, up?: Level, down?: Level, connected = true): PresenceItem {
  return {
    participant,
    online: true,
    connected,
    audioMuted: false,
    videoMuted: false,
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
  };
}

describe("whose line is weak", () => {
  it.each([
    ["nobody's before a consultation", [person("booth"), person("desk")], null],
    ["nobody's when both are good", [person("booth", "good", "good"), person("desk", "fair", "good")], null],
    ["one's own: we are heard in pieces", [person("booth", "poor", "good"), person("desk", "good", "good")], { whose: "own", suffers: "ours" }],
    ["one's own: we hear in pieces", [person("booth", "good", "poor"), person("desk")], { whose: "own", suffers: "theirs" }],
    ["the other's: we hear them in pieces", [person("booth", "good"), person("desk", "lost", "good")], { whose: "other", suffers: "theirs" }],
    ["the other's: they hear us in pieces", [person("booth", "good"), person("desk", "good", "poor")], { whose: "other", suffers: "ours" }],
    ["the other's, both ways", [person("booth"), person("desk", "poor", "poor")], { whose: "other", suffers: "both" }],
    ["everybody's", [person("booth", "poor"), person("desk", "poor")], { whose: "both", suffers: "both" }],
    ["nobody's who has gone: that is told otherwise", [person("booth", "good"), person("desk", "lost", "lost", false)], null],
  ])("is %s", (_what, presence, want) => {
    expect(weakLine(presence, "booth")).toEqual(want);
  });
});

describe("what is told of the line", () => {
  const own = { whose: "own", suffers: "ours" } as const;

  it("is its weakness, then its recovery, each once", () => {
    const told: LineNews[] = [];
    let news: LineNews = null;
    for (const line of [null, own, { ...own }, null, null]) {
      news = lineNews(news, line);
      told.push(news);
    }
    expect(told).toEqual([null, { kind: "weak", line: own }, { kind: "weak", line: own }, { kind: "recovered" }, { kind: "recovered" }]);
    expect(told[1]).toBe(told[2]);
    expect(told[3]).toBe(told[4]);
  });

  it("changes when something else suffers", () => {
    const weak = lineNews(null, own);
    expect(lineNews(weak, { whose: "own", suffers: "both" })).not.toBe(weak);
  });
});
