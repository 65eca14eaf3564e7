import { describe, expect, it } from "vitest";
import { Agreement, type HeldNotice, type Keys } from "./agreement";
import { readNotice } from "./notice";
import { giftKey, newPair, unseal } from "./wrap";

/** One page, and what has come about in it. */
interface Page {
  readonly name: string;
  readonly agreement: Agreement;
  readonly given: Map<string, number[]>;
  readonly sent: number[];
  code: string | null;
}

/** A server that passes on what pages say; `change` is what one in the middle makes of it. */
class Server {
  readonly pages: Page[] = [];
  readonly said = new Map<string, string>();
  readonly held = new Map<string, HeldNotice>();
  readonly opening: Promise<void>[] = [];
  entitled: string[] = [];
  /** Two who are about to meet. */
  expected: readonly string[] = [];
  members: string[] | null = null;
  change: (notice: string, from: string, to: string) => string = (notice) => notice;
  /** How often a page has left the first pictures alone. */
  rests = 0;
  private heard = 0;

  join(name: string): Page {
    const page: Page = {
      name,
      given: new Map(),
      sent: [],
      code: null,
      agreement: new Agreement({
        say: async (notice, later) => {
          this.said.set(name, notice);
          if (later === null) this.held.delete(name);
          else this.held.set(name, later);
          this.heard++;
          this.tell();
        },
        rest: async () => void this.rests++,
        onSending: ({ frames }: Keys) => void page.sent.push(frames.kid),
        onGiven: async ({ participant, kid, key, text }) => {
          // Whoever holds the gift back or changes it gives nothing.
          const opened = unseal(key, text).then((base) => {
            if (base !== null) page.given.set(participant, [...(page.given.get(participant) ?? []), kid]);
          });
          this.opening.push(opened);
        },
        onCode: (code) => {
          page.code = code;
        },
      }),
    };
    const before = this.pages.findIndex((one) => one.name === name);
    if (before !== -1) this.pages.splice(before, 1)[0]?.agreement.close();
    this.pages.push(page);
    this.tell();
    return page;
  }

  /** Lets these in, and nobody else. */
  admit(...names: string[]): Promise<void> {
    this.entitled = names;
    this.tell();
    return this.quiet();
  }

  tell(): void {
    for (const { name, agreement } of this.pages) {
      const notices = new Map([...this.said].map(([from, notice]) => [from, this.change(notice, from, name)]));
      const among = (list: readonly string[]): string[] => (list.includes(name) ? list.filter((one) => one !== name) : []);
      const expected = among(this.expected)[0] ?? null;
      agreement.told({ session: "s_1", own: name, entitled: among(this.entitled), expected, members: among(this.members ?? this.entitled), notices });
    }
  }

  /** Until nobody has anything to say any more. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.heard; ) {
      before = this.heard;
      for (const { agreement } of this.pages) await agreement.idle();
      await Promise.all(this.opening.splice(0));
    }
  }
}

const heldOf = (page: Page, from: Page): number | undefined => page.given.get(from.name)?.at(-1);

describe("agreeing on keys", () => {
  it("gives nobody a key before admission, and each the other's with it", async () => {
    const server = new Server();
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    await server.quiet();
    expect(booth.sent).toHaveLength(1);
    expect([booth.given.size, desk.given.size]).toEqual([0, 0]);
    await server.admit("booth:one", "desk:two");
    expect(heldOf(desk, booth)).toBe(booth.sent.at(-1));
    expect(heldOf(booth, desk)).toBe(desk.sent.at(-1));
    // The key sealed with while waiting is the one given: what was kept for the first picture can be shown.
    expect(booth.sent).toHaveLength(1);
  });

  it("lets the server hold the key back for whom it is about to meet, and for nobody else", async () => {
    const server = new Server();
    server.expected = ["booth:one", "desk:two"];
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    server.join("guest:three");
    await server.quiet();
    expect([booth.given.size, desk.given.size]).toEqual([0, 0]);
    expect([...server.held].map(([from, { heldFor }]) => [from, heldFor])).toEqual([["booth:one", "desk:two"], ["desk:two", "booth:one"]]);
    // What was held is passed on before the pages have heard of anything else.
    for (const [from, { held }] of server.held) server.said.set(from, held);
    server.tell();
    await server.quiet();
    expect(heldOf(desk, booth)).toBe(booth.sent.at(-1));
    expect(heldOf(booth, desk)).toBe(desk.sent.at(-1));
    server.expected = [];
    await server.admit("booth:one", "desk:two");
    expect([...server.held]).toEqual([]);
    expect(server.rests).toBe(2);
    expect([booth.sent.length, desk.sent.length]).toEqual([1, 1]);
    expect([booth.given.get("desk:two"), desk.given.get("booth:one")]).toEqual([[desk.sent[0]], [booth.sent[0]]]);
    expect(booth.code).toMatch(/^\d{6}$/);
    expect(desk.code).toBe(booth.code);
  });

  it("gives both the same code, and another when somebody else comes", async () => {
    const server = new Server();
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    await server.admit("booth:one", "desk:two");
    expect(booth.code).toMatch(/^\d{6}$/);
    expect(desk.code).toBe(booth.code);
    const alone = booth.code;
    const guest = server.join("guest:three");
    await server.admit("booth:one", "desk:two", "guest:three");
    expect(guest.code).toBe(booth.code);
    expect(desk.code).toBe(booth.code);
    expect(booth.code).not.toBe(alone);
  });

  it("takes another key when somebody leaves, which whoever left is not given", async () => {
    const server = new Server();
    const [booth, desk, guest] = [server.join("booth:one"), server.join("desk:two"), server.join("guest:three")];
    await server.admit("booth:one", "desk:two", "guest:three");
    const shared = booth.sent.at(-1);
    expect(heldOf(guest, booth)).toBe(shared);
    await server.admit("booth:one", "desk:two");
    expect(booth.sent.at(-1)).not.toBe(shared);
    expect(heldOf(desk, booth)).toBe(booth.sent.at(-1));
    expect(heldOf(guest, booth)).toBe(shared);
  });

  it("takes another key when somebody comes, who is not given what went before", async () => {
    const server = new Server();
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    await server.admit("booth:one", "desk:two");
    const before = booth.sent.at(-1);
    const guest = server.join("guest:three");
    await server.admit("booth:one", "desk:two", "guest:three");
    expect(guest.given.get("booth:one")).toEqual([booth.sent.at(-1)]);
    expect(guest.given.get("booth:one")).not.toContain(before);
    expect(heldOf(desk, booth)).toBe(booth.sent.at(-1));
  });

  it("does without the resident during a word in private, under one code", async () => {
    const server = new Server();
    server.members = ["booth:one", "desk:two", "desk:three"];
    const [booth, desk, other] = [server.join("booth:one"), server.join("desk:two"), server.join("desk:three")];
    await server.admit("booth:one", "desk:two", "desk:three");
    const code = booth.code;
    await server.admit("desk:two", "desk:three");
    expect(heldOf(other, desk)).toBe(desk.sent.at(-1));
    expect(heldOf(booth, desk)).not.toBe(desk.sent.at(-1));
    await server.admit("booth:one", "desk:two", "desk:three");
    expect(heldOf(booth, desk)).toBe(desk.sent.at(-1));
    expect([booth.code, desk.code, other.code]).toEqual([code, code, code]);
  });

  it("gives a page that was loaded again the key that is in use, under its new public key", async () => {
    const server = new Server();
    const [, desk] = [server.join("booth:one"), server.join("desk:two")];
    await server.admit("booth:one", "desk:two");
    const code = desk.code;
    const again = server.join("booth:one");
    await server.quiet();
    expect(desk.sent).toHaveLength(1);
    expect(heldOf(again, desk)).toBe(desk.sent.at(-1));
    expect(heldOf(desk, again)).toBe(again.sent.at(-1));
    expect(again.code).toBe(desk.code);
    expect(desk.code).not.toBe(code);
  });

  it("ends in two different codes where somebody in the middle gives each keys of its own", async () => {
    const server = new Server();
    // The server plays two pages of its own, and shows each of the others one of them in place of the other's.
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    const fake = new Map<string, string>();
    server.change = (notice, from) => fake.get(from) ?? notice;
    const asDesk = new Server();
    const forBooth = asDesk.join("desk:two");
    asDesk.entitled = ["booth:one", "desk:two"];
    const asBooth = new Server();
    const forDesk = asBooth.join("booth:one");
    asBooth.entitled = ["booth:one", "desk:two"];
    const relay = async (): Promise<void> => {
      for (let round = 0; round < 8; round++) {
        asDesk.said.set("booth:one", server.said.get("booth:one") ?? "");
        asBooth.said.set("desk:two", server.said.get("desk:two") ?? "");
        asDesk.tell();
        asBooth.tell();
        await asDesk.quiet();
        await asBooth.quiet();
        server.change = (notice, from, to) => (from === to ? notice : ((to === "booth:one" ? asDesk : asBooth).said.get(from) ?? notice));
        server.tell();
        await server.quiet();
      }
    };
    server.entitled = ["booth:one", "desk:two"];
    await relay();
    // The middle can read both, and each of the two sees a code. But they are not the same.
    expect(heldOf(forBooth, booth)).toBe(booth.sent.at(-1));
    expect(booth.code).toBe(forBooth.code);
    expect(desk.code).toBe(forDesk.code);
    expect(booth.code).toMatch(/^\d{6}$/);
    expect(desk.code).toMatch(/^\d{6}$/);
    expect(booth.code).not.toBe(desk.code);
  });

  it("has no code with whoever tells another number than it was bound to", async () => {
    const server = new Server();
    server.change = (notice, from, to) =>
      from === "desk:two" && to === "booth:one" ? notice.replace(/"number":"(.)/, (_, first: string) => `"number":"${first === "A" ? "B" : "A"}`) : notice;
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    await server.admit("booth:one", "desk:two");
    expect(booth.code).toBeNull();
    expect(desk.code).toMatch(/^\d{6}$/);
  });

  it("takes no gift that was made for another session, sender, receiver or key", async () => {
    const server = new Server();
    const [booth, desk] = [server.join("booth:one"), server.join("desk:two")];
    server.change = (notice, from, to) => (from === "desk:two" && to === "booth:one" ? notice.replace(/"kid":\d+/, '"kid":7') : notice);
    await server.admit("booth:one", "desk:two");
    expect(booth.given.size).toBe(0);
    expect(desk.given.size).toBe(1);
    const stranger = await newPair();
    const said = readNotice(server.said.get("booth:one") ?? "");
    const notice = said === "unable" ? null : said;
    const gift = { session: "s_1", kid: notice?.kid ?? 0, from: "booth:one", to: "desk:two", fromKey: notice?.key ?? stranger.open, toKey: stranger.open };
    const key = await giftKey(stranger.secret, gift.fromKey, gift);
    expect(await unseal(key, notice?.gifts.get("desk:two"))).toBeNull();
  });

  it("takes whatever cannot be understood for somebody who cannot seal", async () => {
    for (const wrong of ["", "{", "null", "[]", '{"v":1}', '{"v":2,"unable":true}', '{"v":1,"key":"AAAA","kid":1}', '{"v":1,"unable":true}']) {
      expect(readNotice(wrong)).toBe("unable");
    }
    const server = new Server();
    const booth = server.join("booth:one");
    server.said.set("desk:two", JSON.stringify({ v: 1, key: "A".repeat(87), kid: 1, gifts: { "booth:one": 3 } }));
    await server.admit("booth:one", "desk:two");
    expect(booth.code).toBeNull();
    expect(booth.given.size).toBe(0);
  });
});
