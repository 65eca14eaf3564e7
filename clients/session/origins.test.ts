import { describe, expect, it } from "vitest";
import { FakeBrowser } from "./fakebrowser";
import { Origins } from "./origins";

const others = ["https://b.example", "https://c.example"];

describe("the servers of a page", () => {
  it("are the one it came from, as long as nothing has been told", () => {
    const origins = new Origins(new FakeBrowser());
    origins.next();
    expect(origins.current).toBe("https://booth.example");
  });

  it("are tried one after the other, round about", () => {
    const origins = new Origins(new FakeBrowser());
    origins.told(others);
    const seen = [0, 1, 2, 3].map(() => {
      const now = origins.current;
      origins.next();
      return now;
    });
    expect(seen).toEqual(["https://booth.example", ...others, "https://booth.example"]);
  });

  it("stay the same when they are told again, and the present one stays present", () => {
    const origins = new Origins(new FakeBrowser());
    origins.told(others);
    origins.next();
    origins.told(others.toReversed());
    expect(origins.current).toBe("https://b.example");
    origins.told(["https://c.example"]);
    expect(origins.current).toBe("https://booth.example");
  });

  it("are known to a page that was loaded again", () => {
    const browser = new FakeBrowser();
    new Origins(browser).told(others);
    const again = new Origins(browser);
    again.next();
    expect(again.current).toBe("https://b.example");
    again.told([]);
    expect(new Origins(browser).count).toBe(1);
  });
});
