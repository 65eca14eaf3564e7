import { afterEach, describe, expect, it, vi } from "vitest";
import { Sound } from "./sound";

class FakeContext extends EventTarget {
  state = "running";
  close = () => {
    this.state = "closed";
    return Promise.resolve();
  };
}

describe("the sound of a page", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("outlives a cover that has a switch of its own", () => {
    vi.stubGlobal("AudioContext", FakeContext);
    vi.stubGlobal("document", new EventTarget());
    const sound = new Sound();
    const endOfPage = sound.begin();
    const endOfCover = sound.begin();
    expect(sound.state()).toBe("on");
    endOfCover();
    expect(sound.state()).toBe("on");
    endOfPage();
    expect(sound.state()).toBe("blocked");
  });
});
