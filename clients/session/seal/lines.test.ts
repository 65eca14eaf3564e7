import { describe, expect, it } from "vitest";
import { joined, utf8, type Bytes } from "./bytes";
import type { Command } from "./commands";
import { Lines, type Line } from "./lines";
import type { Fault } from "./opener";
import type { Frame } from "./sealer";
import { baseKey, frameKey } from "./sframe";
import { seal } from "./wrap";

/** The lines of one page, with a clock that moves when told to. */
class Worker {
  readonly faults: Fault[] = [];
  keyframes = 0;
  private clock = 0;
  private timers: { at: number; run: () => void }[] = [];
  readonly lines = new Lines({
    now: () => this.clock,
    after: (milliseconds, then) => void this.timers.push({ at: this.clock + milliseconds, run: then }),
    onFault: (fault) => void this.faults.push(fault),
  });

  pass(milliseconds: number): void {
    this.clock += milliseconds;
    const due = this.timers.filter(({ at }) => at <= this.clock);
    this.timers = this.timers.filter(({ at }) => at > this.clock);
    for (const { run } of due) run();
  }

  sends(purpose = "face"): Line {
    return this.lines.send({ way: "send", purpose, line: "" }, () => void this.keyframes++);
  }

  receives(purpose = "face", line = "a"): Line {
    return this.lines.receive({ way: "receive", purpose, line }, () => void this.keyframes++);
  }
}

const base = (kid: number): Bytes => new Uint8Array(16).fill(kid);
const key = (kid: number): ReturnType<typeof frameKey> => baseKey(base(kid)).then((one) => frameKey(kid, one));

/** The booth's key, as it is given. */
async function gift(kid: number): Promise<Command> {
  const opener = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, false, ["encrypt", "unwrapKey"]);
  return { type: "gift", participant: "booth:one", kid, key: opener, text: await seal(opener, base(kid)) };
}

const picture = (time: number, kind: "key" | "delta" = "delta"): Frame => ({ kind, time, redundant: false, data: joined(utf8(`picture number ${time}`)) });
const sent = async (line: Line, frame: Frame): Promise<Frame> => ({ ...frame, data: (await line.pass(frame)) ?? new Uint8Array(0) });
const textOf = (data: Bytes | null): string | null => (data === null ? null : new TextDecoder().decode(data));

/** A page that sends and one that receives, which knows nothing yet. */
async function two(): Promise<{ from: Worker; to: Worker; line: Line; screen: Line; know: () => Promise<void> }> {
  const [from, to] = [new Worker(), new Worker()];
  void from.lines.obey({ type: "seal", key: await key(1) });
  const know = async (): Promise<void> => {
    void to.lines.obey({ type: "name", line: "a", participant: "booth:one" });
    await to.lines.obey(await gift(1));
  };
  return { from, to, line: from.sends(), screen: to.receives(), know };
}

describe("the lines of a page", () => {
  it("send nothing before there is a key, and nothing in clear unless that has been said", async () => {
    const worker = new Worker();
    const line = worker.sends();
    expect(await line.pass(picture(0))).toBeNull();
    void worker.lines.obey({ type: "seal", key: await key(1) });
    expect(textOf(await line.pass(picture(1)))).not.toContain("number 1");
    void worker.lines.obey({ type: "openly", openly: true });
    expect(textOf(await line.pass(picture(2)))).toBe("picture number 2");
    void worker.lines.obey({ type: "openly", openly: false });
    expect(textOf(await line.pass(picture(3)))).not.toContain("number 3");
    void worker.lines.obey({ type: "forget" });
    expect(await line.pass(picture(4))).toBeNull();
  });

  it("begin with a key frame under another key, for whoever has only that", async () => {
    const worker = new Worker();
    worker.sends("voice");
    worker.sends("face");
    void worker.lines.obey({ type: "seal", key: await key(1) });
    expect(worker.keyframes).toBe(1);
    void worker.lines.obey({ type: "seal", key: await key(2) });
    expect(worker.keyframes).toBe(2);
  });

  it("hold what comes a moment before its key, in its order", async () => {
    const { to, line, screen, know } = await two();
    const frames = [await sent(line, picture(0, "key")), await sent(line, picture(1)), await sent(line, picture(2))];
    const played: (string | null)[] = [];
    const playing = (async () => {
      for (const frame of frames) played.push(textOf(await screen.pass(frame)));
    })();
    to.pass(400);
    expect(played).toEqual([]);
    await know();
    await playing;
    expect(played).toEqual(["picture number 0", "picture number 1", "picture number 2"]);
    expect(to.faults).toEqual([]);
  });

  it("do not hold it for ever, nor each frame anew, and ask for a key frame when they go on", async () => {
    const { to, line, screen, know } = await two();
    const frames = [await sent(line, picture(0, "key")), await sent(line, picture(1)), await sent(line, picture(2)), await sent(line, picture(3, "key"))];
    const [first, second, third, fourth] = frames as [Frame, Frame, Frame, Frame];
    const held = screen.pass(first);
    await new Promise((resolve) => setImmediate(resolve));
    to.pass(1_500);
    expect(await held).toBeNull();
    expect(await screen.pass(second)).toBeNull();
    expect(to.faults).toEqual(["keyless", "keyless"]);
    expect(to.keyframes).toBe(0);
    await know();
    // The decoder would make something of it all the same.
    expect(await screen.pass(third)).toBeNull();
    expect(to.keyframes).toBe(1);
    expect(to.faults).toEqual(["keyless", "keyless"]);
    to.pass(1_000);
    expect(await screen.pass(fourth)).not.toBeNull();
    expect(to.keyframes).toBe(1);
  });

  it("know no key whose gift has been changed, or that was forgotten while it was opened", async () => {
    const { to, line, screen } = await two();
    const whole = await gift(1);
    void to.lines.obey({ type: "name", line: "a", participant: "booth:one" });
    if (whole.type === "gift") await to.lines.obey({ ...whole, text: `${whole.text.startsWith("A") ? "B" : "A"}${whole.text.slice(1)}` });
    const opening = to.lines.obey(whole);
    void to.lines.obey({ type: "forget" });
    await opening;
    const shown = screen.pass(await sent(line, picture(0, "key")));
    await new Promise((resolve) => setImmediate(resolve));
    to.pass(1_500);
    expect(await shown).toBeNull();
    expect(to.faults).toEqual(["keyless"]);
  });

  it("play nothing of somebody who is not named on them", async () => {
    const { to, line, screen, know } = await two();
    await know();
    void to.lines.obey({ type: "name", line: "a", participant: "desk:two" });
    const shown = screen.pass(await sent(line, picture(0, "key")));
    await new Promise((resolve) => setImmediate(resolve));
    to.pass(1_500);
    expect(await shown).toBeNull();
    expect(to.faults).toEqual(["foreign"]);
  });

  it("find out whoever is put in the place of somebody else, but not those who change places", async () => {
    const { to, line, screen, know } = await two();
    await know();
    expect(await screen.pass(await sent(line, picture(0, "key")))).not.toBeNull();
    void to.lines.obey({ type: "name", line: "a", participant: "desk:two" });
    // What was under way when another came on the line is neither waited for nor anybody's fault.
    expect(await screen.pass(await sent(line, picture(1)))).toBeNull();
    to.pass(6_000);
    expect(to.faults).toEqual(["foreign"]);
    const shown = screen.pass(await sent(line, picture(2)));
    await new Promise((resolve) => setImmediate(resolve));
    to.pass(1_500);
    expect(await shown).toBeNull();
    to.pass(5_000);
    expect(to.faults).toEqual(["foreign", "foreign", "swapped"]);
  });

  it("wait for the name of whoever comes on the line next", async () => {
    const { to, line, screen, know } = await two();
    await know();
    void to.lines.obey({ type: "name", line: "a", participant: "desk:two" });
    to.pass(6_000);
    const late = screen.pass(await sent(line, picture(2, "key")));
    await new Promise((resolve) => setImmediate(resolve));
    to.pass(1_500);
    expect(await late).toBeNull();
    void to.lines.obey({ type: "name", line: "a", participant: "booth:one" });
    to.pass(5_000);
    expect(to.faults).toEqual(["foreign"]);
    expect(await screen.pass(await sent(line, picture(3, "key")))).not.toBeNull();
  });

  it("play what is in clear only where everybody has been told so", async () => {
    const { to, screen, know } = await two();
    await know();
    expect(await screen.pass(picture(0, "key"))).toBeNull();
    void to.lines.obey({ type: "openly", openly: true });
    expect(textOf(await screen.pass(picture(1, "key")))).toBe("picture number 1");
    void to.lines.obey({ type: "openly", openly: false });
    expect(await screen.pass(picture(2, "key"))).toBeNull();
    expect(to.faults).toEqual(["clear", "clear"]);
  });
});
