import { describe, expect, it } from "vitest";
import { fromText, joined, toText, utf8, type Bytes } from "./bytes";
import { readSealed } from "./frame";
import { KeyRing, TrackOpener, type Opened } from "./opener";
import { readBlocks, writeBlocks } from "./red";
import { SendingKey, TrackSealer, type Frame } from "./sealer";
import { baseKey, decrypt, encrypt, frameKey, mostNumber, readHeader, writeHeader } from "./sframe";

const hex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
const base = hex("000102030405060708090a0b0c0d0e0f");

function picture(time: number, kind: "key" | "delta" = "delta", text = `the picture at ${time}, of some length`): Frame {
  return { kind, time, redundant: false, data: joined(Uint8Array.of(kind === "key" ? 0 : 1), utf8(text)) };
}

function sound(time: number): Bytes {
  return joined(Uint8Array.of(0x78), utf8(`sound ${time}`));
}

/** A packet of sound that repeats the one 960 ticks before it. */
function repeating(time: number): Frame {
  const data = writeBlocks([
    { payloadType: 111, offset: 960, data: sound(time - 960) },
    { payloadType: 111, offset: 0, data: sound(time) },
  ]);
  return { kind: "sound", time, redundant: true, data };
}

/** One who sends a track and one who receives it and has been given the key. */
async function pair(purpose = "face"): Promise<{ seal: (frame: Frame) => Promise<Frame>; open: (frame: Frame, openly?: boolean) => Promise<Opened>; ring: KeyRing; opener: TrackOpener; sending: SendingKey }> {
  const key = await frameKey(0xabcd_1234, await baseKey(base));
  const sending = new SendingKey(key);
  const sealer = new TrackSealer({ purpose, stream: 0 });
  const ring = new KeyRing();
  ring.give({ participant: "booth:one", key });
  const opener = new TrackOpener(purpose, ring);
  opener.expected = "booth:one";
  return {
    seal: async (frame) => ({ ...frame, data: (await sealer.seal(sending, frame)) ?? new Uint8Array(0) }),
    open: (frame, openly = false) => opener.open(frame, openly),
    ring,
    opener,
    sending,
  };
}

const flipped = (frame: Frame, at: number): Frame => ({ ...frame, data: frame.data.map((byte, index) => (index === at ? byte ^ 1 : byte)) });

describe("SFrame", () => {
  it("gives what RFC 9605 appendix C.3 gives for AES_128_GCM_SHA256_128", async () => {
    const key = await frameKey(0x0123, await baseKey(base));
    const header = writeHeader({ kid: 0x0123, ctr: 0x4567 });
    const metadata = hex("4945544620534672616d65205747");
    const plain = hex("64726166742d696574662d736672616d652d656e63");
    expect(header).toEqual(hex("9901234567"));
    expect(key.salt).toEqual(hex("75234edefe07819026751816"));
    const sealed = await encrypt(key, header, 0x4567, metadata, plain);
    expect(sealed).toEqual(hex("b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb"));
    expect(await decrypt(key, header, 0x4567, metadata, sealed)).toEqual(plain);
  });

  it("writes every header so that it is read again, and reads no other", () => {
    const numbers = [0, 7, 8, 255, 256, 65_535, 65_536, 2 ** 32, mostNumber];
    for (const kid of numbers) {
      for (const ctr of numbers) expect(readHeader(writeHeader({ kid, ctr }))).toEqual({ kid, ctr });
    }
    for (const wrong of ["", "99", "990123456700", "80000000", "f8000000000000000001", "0f"]) expect(readHeader(hex(wrong))).toBeNull();
    for (let first = 0; first < 256; first++) {
      for (let size = 0; size < 18; size++) {
        const bytes = joined(Uint8Array.of(first), new Uint8Array(size).fill(first));
        const read = readHeader(bytes);
        expect(read === null ? bytes : writeHeader(read)).toEqual(bytes);
      }
    }
  });
});

describe("a sealed frame", () => {
  it("is what it was when it is opened, and shows only what the codec needs", async () => {
    const { seal, open } = await pair();
    const frame = picture(1000, "key");
    const sealed = await seal(frame);
    expect(sealed.data.slice(0, 3)).toEqual(frame.data.slice(0, 3));
    expect(sealed.data.slice(6, 10)).toEqual(frame.data.slice(6, 10));
    expect(new TextDecoder().decode(sealed.data)).not.toContain("of some length");
    expect(sealed.data.length - frame.data.length).toBeLessThan(30);
    expect(await open(sealed)).toEqual({ data: frame.data });
  });

  it("is no frame to a decoder without the key, which would else make a picture of noise", async () => {
    const { seal } = await pair();
    const startCode = Uint8Array.of(0x9d, 0x01, 0x2a);
    const frame: Frame = { ...picture(0, "key"), data: joined(Uint8Array.of(0x10, 0, 0), startCode, new Uint8Array(50)) };
    expect((await seal(frame)).data.slice(3, 6)).toEqual(Uint8Array.of(0x62, 0xfe, 0xd5));
  });

  it("may be smaller than what is left clear", async () => {
    const { seal, open } = await pair("voice");
    for (const [at, size] of [0, 1, 2].entries()) {
      const frame: Frame = { kind: "sound", time: at * 960, redundant: false, data: new Uint8Array(size).fill(0x78) };
      expect(await open(await seal(frame))).toEqual({ data: frame.data });
    }
  });

  it("is not played if any byte of it was flipped", async () => {
    const { seal, open } = await pair();
    const sealed = await seal(picture(1000, "key"));
    for (let at = 0; at < sealed.data.length; at++) {
      const opened = await open(flipped(sealed, at));
      expect(opened, `byte ${at}`).toHaveProperty("fault");
    }
    expect(await open(sealed)).toHaveProperty("data");
  });

  it("is not played if it was cut short", async () => {
    const { seal, open } = await pair();
    const { data, ...rest } = await seal(picture(1000));
    for (let size = 0; size < data.length; size++) expect(await open({ ...rest, data: data.slice(0, size) })).toHaveProperty("fault");
  });

  it("is not played a second time, however much later", async () => {
    const { seal, open } = await pair();
    const first = await seal(picture(0));
    expect(await open(first)).toHaveProperty("data");
    expect(await open(first)).toEqual({ fault: "replayed" });
    for (let at = 1; at < 400; at++) await open(await seal(picture(at * 3000)));
    expect(await open({ ...first, time: 500 * 3000 })).toEqual({ fault: "replayed" });
  });

  it("is played though another was overtaken by it, and not where it was put into another's place", async () => {
    const { seal, open } = await pair();
    const [a, b, c, d] = [await seal(picture(0)), await seal(picture(3000)), await seal(picture(6000)), await seal(picture(9000))];
    expect(await open(a)).toHaveProperty("data");
    expect(await open(c)).toHaveProperty("data");
    expect(await open(b)).toHaveProperty("data");
    expect(await open({ ...d, time: 4000 })).toEqual({ fault: "reordered" });
  });

  it("is not played where a key frame belongs, nor a key frame elsewhere", async () => {
    const { seal, open } = await pair();
    expect(await open({ ...(await seal(picture(0, "key"))), kind: "delta" })).toEqual({ fault: "reordered" });
    expect(await open({ ...(await seal(picture(3000))), kind: "key" })).toEqual({ fault: "reordered" });
  });

  it("is not played as another track, nor as somebody else's", async () => {
    const { seal, ring, opener, open } = await pair();
    const asPaper = new TrackOpener("document", ring);
    asPaper.expected = "booth:one";
    const sealed = await seal(picture(0));
    expect(await asPaper.open(sealed, false)).toEqual({ fault: "forged" });
    opener.expected = "desk:two";
    expect(await open(sealed)).toEqual({ fault: "foreign", from: "booth:one" });
    opener.expected = null;
    expect(await open(sealed)).toEqual({ fault: "foreign", from: "booth:one" });
  });

  it("is not opened without its key, and nobody can put another in its place", async () => {
    const { seal, ring, open } = await pair();
    ring.give({ participant: "desk:two", key: await frameKey(0xabcd_1234, await baseKey(new Uint8Array(16))) });
    const sealed = await seal(picture(0));
    expect(await open(sealed)).toHaveProperty("data");
    ring.forget(0xabcd_1234);
    expect(await open(sealed)).toEqual({ fault: "keyless", kid: 0xabcd_1234 });
  });

  it("is the only thing that is played, unless frames in clear are expected", async () => {
    const { seal, open } = await pair();
    expect(await open(picture(0))).toEqual({ fault: "clear" });
    expect(await open(picture(0), true)).toEqual({ data: picture(0).data });
    expect(await open(await seal(picture(3000)), true)).toHaveProperty("data");
  });

  it("comes again after a new connection, but not from long before", async () => {
    const { seal, ring, open } = await pair();
    const old = await seal(picture(0));
    await open(old);
    let recent = old;
    for (let at = 1; at < 1100; at++) await open((recent = await seal(picture(at * 3000))));
    const anew = new TrackOpener("face", ring);
    anew.expected = "booth:one";
    expect(await anew.open(old, false)).toEqual({ fault: "replayed" });
    expect(await anew.open(recent, false)).toHaveProperty("data");
  });

  it("of two connections that send the same track counts by itself", async () => {
    const { open, sending, seal } = await pair();
    const other = new TrackSealer({ purpose: "face", stream: 1 });
    const before = { ...picture(0), data: (await other.seal(sending, picture(0))) ?? new Uint8Array(0) };
    expect(await open(await seal(picture(3000)))).toHaveProperty("data");
    expect(await open({ ...before, time: 6000 })).toHaveProperty("data");
  });
});

describe("sound with redundancy", () => {
  it("is sealed block by block, a repetition as it was sent first", async () => {
    const { seal, open } = await pair("voice");
    const first = await seal(repeating(960));
    const second = await seal(repeating(1920));
    const blocks = readBlocks(second.data);
    expect(blocks).toHaveLength(2);
    expect(blocks?.[0]?.data).toEqual(readBlocks(first.data)?.at(-1)?.data);
    expect(readBlocks(first.data)).toHaveLength(1);
    expect(await open(first)).toEqual({ data: writeBlocks([{ payloadType: 111, offset: 0, data: sound(960) }]) });
    // What has been played already is not played again.
    expect(await open(second)).toEqual({ data: writeBlocks([{ payloadType: 111, offset: 0, data: sound(1920) }]) });
  });

  it("brings back a packet that was lost, and that packet is no replay when it comes after all", async () => {
    const { seal, open } = await pair("voice");
    await open(await seal(repeating(960)));
    const lost = await seal(repeating(1920));
    expect(await open(await seal(repeating(2880)))).toEqual({ data: repeating(2880).data });
    expect(await open(lost)).toEqual({ fault: "repeated" });
    expect(await open(lost)).toEqual({ fault: "replayed" });
  });

  it("can be taken apart by a node, for those who know no redundancy", async () => {
    const { seal, open } = await pair("voice");
    await seal(repeating(960));
    const [repetition, newest] = readBlocks((await seal(repeating(1920))).data) ?? [];
    const plain = (data: Bytes | undefined, time: number): Frame => ({ kind: "sound", time, redundant: false, data: data ?? new Uint8Array(0) });
    expect(await open(plain(repetition?.data, 960))).toEqual({ data: sound(960) });
    expect(await open(plain(newest?.data, 1920))).toEqual({ data: sound(1920) });
  });

  it("repeats nothing under a new key that was said under the old one", async () => {
    const sealer = new TrackSealer({ purpose: "voice", stream: 0 });
    await sealer.seal(new SendingKey(await frameKey(1, await baseKey(base))), repeating(960));
    const after = await sealer.seal(new SendingKey(await frameKey(2, await baseKey(base))), repeating(1920));
    expect(readBlocks(after ?? new Uint8Array(0))).toHaveLength(1);
  });

  it("is nothing where it is cut short or says more than it has", () => {
    const { data } = repeating(960);
    for (let size = 0; size < 6; size++) expect(readBlocks(data.slice(0, size))).toBeNull();
    expect(readBlocks(Uint8Array.of(0x80 | 111, 0, 3, 255, 111, 1))).toBeNull();
    expect(readBlocks(new Uint8Array(64).fill(0xff))).toBeNull();
  });
});

describe("reading frames", () => {
  it("takes nothing for sealed that was made up", () => {
    let state = 1;
    const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 16;
    let taken = 0;
    for (let round = 0; round < 50_000; round++) {
      const bytes = Uint8Array.from({ length: random() % 60 }, () => random() % 256);
      if (readSealed(bytes) !== null) taken++;
      readBlocks(bytes);
    }
    expect(taken).toBe(0);
  });

  it("turns bytes into text and back, and takes no other text", () => {
    const bytes = Uint8Array.from({ length: 65 }, (_, at) => at * 7);
    expect(fromText(toText(bytes), 65)).toEqual(bytes);
    for (const wrong of [toText(bytes).slice(1), "a+b/", "ü", 3, null, `${toText(bytes)}=`]) expect(fromText(wrong, 65)).toBeNull();
  });
});
