import { describe, expect, it } from "vitest";
import { bloodPressure } from "./bloodpressure";
import { sfloat, float } from "./ieee11073";
import { continuous, spotCheck } from "./oximeter";
import { temperature } from "./temperature";
import { weight } from "./weight";

/** Numbers that look like chance and are the same in every run (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const decoders = { bloodPressure, spotCheck, continuous, temperature, weight };
const rounds = 20_000;

describe.each(Object.entries(decoders))("%s, given anything", (_, decode) => {
  it("reads it or says what is wrong with it, and nothing else", () => {
    const random = chance(0x2a35);
    const said = Array.from({ length: rounds }, () => {
      const value = Uint8Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * 256));
      return complaint(decode, value);
    });
    expect(said.filter((one) => one === null).length).toBeGreaterThan(0);
    expect(said.filter((one) => one !== null && !/^PayloadError: [a-z -]+\(0x2A..\): ./.test(one))).toEqual([]);
  });

  it("takes no byte less than its flags announce, whatever they are, and no byte more unless a reserved one is set", () => {
    for (let flags = 0; flags < 256; flags++) {
      const fits = [...Array(32).keys()].filter((length) => {
        const value = new Uint8Array(length);
        if (length > 0) value[0] = flags;
        return complaint(decode, value) === null;
      });
      const [least = -1, ...more] = fits;
      expect(least).toBeGreaterThan(2);
      expect(more).toEqual(more.length === 0 ? [] : [...Array(31 - least).keys()].map((i) => least + 1 + i));
    }
  });

  it("reads the same from the middle of a larger buffer", () => {
    const random = chance(7);
    for (let i = 0; i < 500; i++) {
      const value = Uint8Array.from({ length: 20 }, () => Math.floor(random() * 256));
      const inside = new Uint8Array([1, 2, 3, ...value, 4]).subarray(3, 23);
      expect(outcome(decode, inside)).toEqual(outcome(decode, value));
    }
  });
});

function outcome(decode: (value: Uint8Array) => unknown, value: Uint8Array): unknown {
  try {
    return decode(value);
  } catch (error) {
    return String(error);
  }
}

/** What is said against a value, or null where it is read. */
function complaint(decode: (value: Uint8Array) => unknown, value: Uint8Array): string | null {
  const said = outcome(decode, value);
  return typeof said === "string" ? said : null;
}

describe("the numbers of IEEE 11073, all of them", () => {
  it("every sfloat is its mantissa with the point moved, or one of five words", () => {
    const wrong = [...Array(0x10000).keys()].filter((bits) => {
      const mantissa = ((bits & 0xfff) << 20) >> 20;
      const value = sfloat(bits);
      if (typeof value === "string") return ![2047, 2046, -2048, -2047, -2046].includes(mantissa);
      const near = mantissa * 10 ** ((bits << 16) >> 28);
      return Math.abs(value - near) > Math.abs(near) * 1e-12;
    });
    expect(wrong).toEqual([]);
  });

  it("a float is its mantissa with the point moved, or one of five words", () => {
    const random = chance(0x2a1c);
    const wrong = Array.from({ length: rounds }, () => Math.floor(random() * 2 ** 32)).filter((bits) => {
      const mantissa = (bits << 8) >> 8;
      const value = float(bits);
      if (typeof value === "string") return Math.abs(mantissa) <= 8_388_605;
      return value !== (mantissa === 0 ? 0 : Number(`${mantissa}e${bits >> 24}`));
    });
    expect(wrong).toEqual([]);
  });
});
