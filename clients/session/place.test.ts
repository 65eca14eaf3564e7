import { describe, expect, it } from "vitest";
import { FakeBrowser, settled } from "./fakebrowser";
import { fakePlan } from "./fakeplan";
import { FakeTrack, type FakePeer } from "./fakemedia";
import { MediaLink } from "./media";
import type { Purpose } from "./protocol";
import { SessionError, type MediaPhase } from "./types";

/** A link whose media are carried at place 7 until a test moves them. */
class Stage {
  readonly browser = new FakeBrowser();
  readonly own = new Map<Purpose, MediaStreamTrack>();
  readonly link: MediaLink;
  readonly phases: MediaPhase[] = [];
  place = 7;
  refusals: (SessionError | null)[] = [];
  /** New connections find their way. */
  connects = true;

  constructor() {
    this.link = new MediaLink(
      this.browser,
      {
        offer: async () => {
          const refusal = this.refusals.shift() ?? null;
          if (refusal !== null) throw refusal;
          return { sdp: `a=fingerprint:sha-256 ${this.place}`, place: this.place };
        },
        candidate: () => {},
      },
      { onPhase: (phase) => this.phases.push(phase), onChannels: () => {}, onReceivers: () => {}, log: () => {} },
    );
    this.browser.onPeer = (peer) => {
      const take = peer.setRemoteDescription.bind(peer);
      peer.setRemoteDescription = async (description) => {
        await take(description);
        if (this.connects) queueMicrotask(() => peer.become("connected"));
      };
    };
  }

  async open(): Promise<this> {
    this.own.set("voice", new FakeTrack("audio") as unknown as MediaStreamTrack);
    this.link.lineUp();
    this.link.open(fakePlan, this.own);
    await settled();
    return this;
  }

  /** The media move. */
  async move(place: number): Promise<void> {
    this.place = place;
    this.link.placed(place);
    await settled();
  }

  peer(at: number): FakePeer {
    const peer = this.browser.peers[at];
    if (peer === undefined) throw new Error(`there is no connection ${at}`);
    return peer;
  }

  /** So many packets of sound have come on a connection so far. */
  heard(at: number, packetsReceived: number): void {
    this.peer(at).stats = [{ type: "inbound-rtp", kind: "audio", packetsReceived }];
  }

  /** Time passes while sound comes on a connection. */
  async passHearing(at: number, milliseconds: number): Promise<void> {
    for (let gone = 0; gone < milliseconds; gone += 40) {
      this.heard(at, this.browser.now());
      await this.browser.pass(40);
    }
  }

  /** The connection whose tracks are played. */
  get playing(): number {
    const track = this.link.receivers()[0]?.track;
    return this.browser.peers.findIndex((peer) => peer.lines.some((line) => line.receiver.track === track));
  }

  get states(): string[] {
    return this.browser.peers.map((peer) => peer.connectionState);
  }
}

describe("a session whose media move to another place", () => {
  it("stays where it is when the place is told that it is at", async () => {
    const stage = await new Stage().open();
    await stage.move(7);
    expect([stage.browser.peers.length, stage.link.isMoving]).toEqual([1, false]);
  });

  it("is heard on the old connection until the new one brings sound", async () => {
    const stage = await new Stage().open();
    await stage.move(8);
    await stage.passHearing(0, 400);
    expect([stage.playing, stage.states, stage.link.isMoving]).toEqual([0, ["connected", "connected"], true]);
    stage.heard(1, 5);
    await stage.passHearing(0, 80);
    expect([stage.playing, stage.states, stage.link.isMoving]).toEqual([1, ["connected", "connected"], false]);
    expect(stage.phases).toEqual(["connecting", "connected"]);
    await stage.browser.pass(2_500);
    expect(stage.states).toEqual(["closed", "connected"]);
  });

  it("takes the new connection as soon as it stands where the old one is dead", async () => {
    const stage = await new Stage().open();
    await stage.move(8);
    await stage.browser.pass(480);
    expect(stage.playing).toBe(1);
  });

  it("follows when it hears of the move only after a lost line", async () => {
    const stage = await new Stage().open();
    stage.link.lineDown();
    await stage.move(8);
    expect(stage.browser.peers.length).toBe(1);
    stage.link.lineUp();
    await stage.browser.pass(600);
    expect(stage.playing).toBe(1);
  });

  it("follows two moves one after the other", async () => {
    const stage = await new Stage().open();
    await stage.move(8);
    await stage.move(9);
    await stage.browser.pass(6_000);
    expect([stage.link.isMoving, stage.states.at(-1), stage.states.filter((one) => one !== "closed").length]).toEqual([false, "connected", 1]);
  });

  it("tries again beside a connection that stands when the offer is refused", async () => {
    const stage = await new Stage().open();
    stage.refusals = [new SessionError("unavailable", "no node yet")];
    await stage.move(8);
    await stage.passHearing(0, 1_200);
    stage.heard(2, 9);
    await stage.passHearing(0, 120);
    expect([stage.playing, stage.phases]).toEqual([2, ["connecting", "connected"]]);
  });

  it("does not give up a connection that is heard for one that never stands", async () => {
    const stage = await new Stage().open();
    stage.connects = false;
    await stage.move(8);
    await stage.passHearing(0, 8_400);
    expect([stage.playing, stage.states[0], stage.states[1]]).toEqual([0, "connected", "closed"]);
  });

  it("lets go of both connections when it is over", async () => {
    const stage = await new Stage().open();
    await stage.move(8);
    stage.link.close();
    await stage.browser.pass(10_000);
    expect([stage.states, stage.browser.waiting]).toEqual([["closed", "closed"], 0]);
  });
});
