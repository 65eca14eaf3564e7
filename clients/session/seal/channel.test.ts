import { describe, expect, it } from "vitest";
import { FakeChannel } from "../fakemedia";
import type { Keys } from "./agreement";
import { joined, utf8 } from "./bytes";
import { Messages, SealedChannel } from "./channel";
import { baseKey, frameKey } from "./sframe";

async function keysOf(participant: string, kid: number): Promise<Keys> {
  const base = new Uint8Array(16).fill(kid);
  const messages = await frameKey(kid, await baseKey(base.map((byte) => byte ^ 0xff)));
  return { participant, frames: await frameKey(kid, await baseKey(base)), messages };
}

/** Somebody who writes and somebody who reads, and what lies on the wire between them. */
async function two(): Promise<{ writer: SealedChannel; reader: SealedChannel; wire: unknown[]; heard: string[]; said: (from: string, data: unknown) => void; open: (openly: boolean) => void; settled: () => Promise<void> }> {
  const [out, into] = [new FakeChannel("talk"), new FakeChannel("talk")];
  out.open();
  into.open();
  const [at, there] = [new Messages(), new Messages()];
  const keys = await keysOf("booth:one", 7);
  at.seal(keys);
  there.give(keys);
  const wire: unknown[] = [];
  out.onSend = (data: unknown) => void wire.push(data);
  const reader = new SealedChannel(into.asChannel, there);
  const heard: string[] = [];
  reader.addEventListener("message", ({ data }) => void heard.push(String(data)));
  const said = (from: string, data: unknown): void => {
    if (typeof data === "string") into.hear(`${from}\n${data}`);
    else into.dispatchEvent(new MessageEvent("message", { data: joined(utf8(`${from}\n`), data as Uint8Array).buffer }));
  };
  const open = (openly: boolean): void => {
    at.openly = openly;
    there.openly = openly;
  };
  const writer = new SealedChannel(out.asChannel, at);
  const settled = async (): Promise<void> => {
    await writer.idle();
    await reader.idle();
  };
  return { writer, reader, wire, heard, said, open, settled };
}

describe("a sealed data channel", () => {
  it("carries words in their order, and shows nobody in between what they are", async () => {
    const { writer, wire, heard, said, settled } = await two();
    for (const word of ["one", "two", "three"]) writer.send(word);
    await settled();
    expect(wire).toHaveLength(3);
    for (const data of wire) {
      expect(Buffer.from(data as Uint8Array).toString("latin1")).not.toMatch(/one|two|three/);
      said("booth:one", data);
    }
    await settled();
    expect(heard).toEqual(["booth:one\none", "booth:one\ntwo", "booth:one\nthree"]);
  });

  it("lets nothing arrive that was changed, repeated, or said under another name", async () => {
    const { writer, wire, heard, said, settled } = await two();
    writer.send("word");
    await settled();
    const data = wire[0] as Uint8Array;
    for (let at = 0; at < data.length; at++) said("booth:one", data.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    said("desk:two", data);
    said("booth:one", "in clear");
    said("booth:one", new Uint8Array(0));
    await settled();
    expect(heard).toEqual([]);
    said("booth:one", data);
    said("booth:one", data);
    await settled();
    expect(heard).toEqual(["booth:one\nword"]);
  });

  it("lets through what the node itself says", async () => {
    const { heard, said, settled } = await two();
    said("", '{"v":1,"kind":"refused"}');
    await settled();
    expect(heard).toEqual(['\n{"v":1,"kind":"refused"}']);
  });

  it("is busy while it seals, and says when it is no longer", async () => {
    const { writer, settled } = await two();
    const free: number[] = [];
    writer.addEventListener("bufferedamountlow", () => void free.push(writer.bufferedAmount));
    writer.send("word");
    expect(writer.bufferedAmount).toBe(4);
    await settled();
    expect(free).toEqual([0]);
  });

  it("is an ordinary one while everything goes in clear", async () => {
    const { writer, wire, heard, said, open, settled } = await two();
    open(true);
    writer.send("word");
    await settled();
    expect(wire).toEqual(["word"]);
    said("booth:one", wire[0]);
    await settled();
    expect(heard).toEqual(["booth:one\nword"]);
  });
});
