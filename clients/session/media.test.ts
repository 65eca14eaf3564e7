import { describe, expect, it } from "vitest";
import { fakePlan } from "./fakeplan";
import { kindOf } from "./lines";
import { FakeBrowser, settled } from "./fakebrowser";
import { FakeTrack, type FakePeer } from "./fakemedia";
import { MediaLink } from "./media";
import type { Purpose, TrackOffer } from "./protocol";
import { SessionError, type MediaPhase } from "./types";

const plan = fakePlan;

/** A link to a media server whose answers and paths the test decides. */
class Stage {
  readonly browser = new FakeBrowser();
  readonly offers: { sdp: string; tracks: TrackOffer[] }[] = [];
  readonly candidates: string[] = [];
  readonly own = new Map<Purpose, MediaStreamTrack>();
  readonly link: MediaLink;
  phase: MediaPhase = "off";
  channels = 0;
  fingerprint = "AA";
  place = 0;
  refusal: SessionError | null = null;
  /** Paths are found as soon as there is an answer. */
  connects = true;

  constructor() {
    this.link = new MediaLink(
      this.browser,
      {
        offer: async (sdp, tracks) => {
          this.offers.push({ sdp, tracks });
          if (this.refusal !== null) throw this.refusal;
          return { sdp: `a=fingerprint:sha-256 ${this.fingerprint}`, place: this.place };
        },
        candidate: (candidate) => this.candidates.push(candidate),
      },
      {
        onPhase: (phase) => {
          this.phase = phase;
        },
        onChannels: (channels) => {
          if (channels !== null) this.channels++;
        },
        onReceivers: () => {},
        log: () => {},
      },
    );
    this.browser.onPeer = (peer) => {
      const take = peer.setRemoteDescription.bind(peer);
      peer.setRemoteDescription = async (description) => {
        await take(description);
        if (this.connects && peer.connectionState !== "connected") queueMicrotask(() => peer.become("connected"));
      };
    };
  }

  async open(): Promise<this> {
    this.own.set("voice", new FakeTrack("audio") as unknown as MediaStreamTrack);
    this.own.set("face", new FakeTrack("video") as unknown as MediaStreamTrack);
    this.link.lineUp();
    this.link.open(plan, this.own);
    await settled();
    return this;
  }

  get peer(): FakePeer {
    return this.browser.peerNow;
  }

  get peers(): number {
    return this.browser.peers.length;
  }
}

const connected = (): Promise<Stage> => new Stage().open();
const offline = new SessionError("offline", "the line is down");

describe("the m-lines of an offer", () => {
  it("are those of the plan: what can be sent, then what is received, then the words", async () => {
    const { peer, offers } = await connected();
    const lines = peer.lines.map((line) => `${line.direction} ${line.kind}`);
    expect(lines.slice(0, 5)).toEqual(plan.up.map((purpose) => `sendonly ${kindOf(purpose)}`));
    expect(lines.slice(5)).toEqual(plan.down.map((purpose) => `recvonly ${kindOf(purpose)}`));
    expect(peer.channel("talk")?.options).toEqual({ ordered: true });
    expect(peer.channel("latest")?.options).toEqual({ ordered: false, maxRetransmits: 0 });
    expect(offers[0]?.tracks.map((track) => track.purpose)).toEqual([...plan.up, ...plan.down]);
    expect(offers[0]?.tracks.map((track) => track.mid)).toEqual(peer.lines.map((line) => line.mid));
  });

  it("are sent as the server says for their purpose", async () => {
    const { peer } = await connected();
    const [voice, stethoscope] = peer.lines;
    expect([voice?.codecs, stethoscope?.codecs]).toEqual([["audio/red", "audio/opus"], ["audio/opus"]]);
    expect([voice?.maxBitrate, stethoscope?.maxBitrate]).toEqual([48_000, 128_000]);
    expect(peer.lines[2]).toMatchObject({ codecs: ["video/VP8", "video/H264", "video/rtx"], encoding: { priority: "very-low" } });
    expect([voice, peer.lines[2]].map((line) => line?.sending?.contentHint)).toEqual(["speech", "motion"]);
  });

  it("hold back what has to come whole", async () => {
    const { peer } = await connected();
    const receiving = peer.lines.slice(5).map((line) => line.receiver.jitterBufferTarget);
    expect(receiving).toEqual(plan.down.map((purpose) => (purpose === "stethoscope" ? 200 : undefined)));
  });

  it("are there even while a device is missing, so that it can join later", async () => {
    const stage = await connected();
    const paper = new FakeTrack("video") as unknown as MediaStreamTrack;
    await stage.link.replaceTrack("document", paper);
    expect(stage.peer.lines[3]?.sending).toBe(paper);
    expect(paper.contentHint).toBe("detail");
    expect([stage.peers, stage.offers.length]).toEqual([1, 1]);
  });

  it("are followed by the candidates, never preceded", async () => {
    const stage = new Stage();
    let offered = -1;
    stage.browser.onPeer = (peer) => {
      peer.setLocalDescription = async () => {
        peer.find("candidate:1");
        offered = stage.candidates.length;
      };
    };
    await stage.open();
    stage.peer.find("candidate:2");
    stage.peer.find(null);
    expect(offered).toBe(0);
    expect(stage.candidates).toEqual(["candidate:1", "candidate:2", ""]);
  });
});

describe("a connection", () => {
  it("whose paths break is mended by an ICE restart on the same connection", async () => {
    const stage = await connected();
    stage.connects = false;
    stage.peer.become("disconnected");
    await settled();
    expect([stage.phase, stage.peer.restarts, stage.offers.length]).toEqual(["interrupted", 1, 2]);
    stage.peer.become("connected");
    await stage.browser.pass(60_000);
    expect([stage.phase, stage.peers, stage.offers.length]).toEqual(["connected", 1, 2]);
  });

  it("that an ICE restart does not mend within six seconds is replaced", async () => {
    const stage = await connected();
    stage.connects = false;
    stage.peer.become("disconnected");
    await stage.browser.pass(5_900);
    expect(stage.peers).toBe(1);
    stage.connects = true;
    await stage.browser.pass(200);
    expect([stage.peers, stage.phase, stage.channels]).toEqual([2, "connected", 2]);
    expect(stage.browser.peers[0]?.connectionState).toBe("closed");
  });

  it("whose data channel ends gets another, on the same connection", async () => {
    const stage = await connected();
    stage.peer.channel("talk")?.die();
    await stage.browser.pass(60_000);
    expect([stage.peers, stage.channels, stage.phase]).toEqual([1, 2, "connected"]);
    expect(stage.peer.channel("talk")?.readyState).toBe("open");
  });

  it("whose data channels cannot be opened anew is replaced", async () => {
    const stage = await connected();
    stage.peer.opensChannels = false;
    stage.peer.channel("latest")?.die();
    await stage.browser.pass(3_900);
    expect(stage.peers).toBe(1);
    await stage.browser.pass(500);
    expect([stage.peers, stage.phase]).toEqual([2, "connected"]);
  });

  it("whose data channels end again and again is replaced", async () => {
    const stage = await connected();
    for (let at = 0; at < 4; at++) {
      stage.peer.channel("talk")?.die();
      await stage.browser.pass(10);
    }
    await stage.browser.pass(1_000);
    expect([stage.peers, stage.phase]).toEqual([2, "connected"]);
  });

  it("that fails after an ICE restart is replaced at once", async () => {
    const stage = await connected();
    stage.connects = false;
    stage.peer.become("disconnected");
    await settled();
    stage.connects = true;
    stage.peer.become("failed");
    await settled();
    expect([stage.peers, stage.phase]).toEqual([2, "connected"]);
  });

  it("restarts ICE when the network has changed, though nothing has broken yet", async () => {
    const stage = await connected();
    stage.link.networkChanged();
    await settled();
    expect([stage.peer.restarts, stage.peers, stage.phase]).toEqual([1, 1, "connected"]);
  });

  it("stays as it is when only the line is lost", async () => {
    const stage = await connected();
    stage.link.lineDown();
    await stage.browser.pass(30_000);
    stage.link.lineUp();
    await settled();
    expect([stage.peers, stage.offers.length, stage.phase]).toEqual([1, 1, "connected"]);
  });

  it("that breaks while the line is down is mended when the line is back", async () => {
    const stage = await connected();
    stage.link.lineDown();
    stage.peer.become("disconnected");
    await stage.browser.pass(10_000);
    expect(stage.offers).toHaveLength(1);
    stage.link.lineUp();
    await settled();
    expect([stage.peer.restarts, stage.offers.length, stage.peers]).toEqual([1, 2, 1]);
  });

  it("whose restart was lost with the line restarts again with the next", async () => {
    const stage = await connected();
    stage.connects = false;
    stage.refusal = offline;
    stage.peer.become("disconnected");
    await settled();
    stage.link.lineDown();
    stage.refusal = null;
    stage.link.lineUp();
    await settled();
    expect([stage.peer.restarts, stage.offers.length, stage.peers]).toEqual([2, 3, 1]);
  });

  it("whose first offer was lost with the line is made anew with the next", async () => {
    const stage = new Stage();
    stage.refusal = offline;
    await stage.open();
    stage.link.lineDown();
    stage.refusal = null;
    stage.link.lineUp();
    await settled();
    expect([stage.peers, stage.phase]).toEqual([2, "connected"]);
  });

  it("to a server that has lost its side is replaced, not restarted", async () => {
    const stage = await connected();
    stage.fingerprint = "BB";
    stage.peer.become("disconnected");
    await stage.browser.pass(10);
    expect([stage.peers, stage.phase]).toEqual([2, "connected"]);
  });

  it("that never stands is tried anew, less and less often", async () => {
    const stage = new Stage();
    stage.connects = false;
    await stage.open();
    await stage.browser.pass(35_000);
    expect(stage.peers).toBe(4);
    stage.connects = true;
    await stage.browser.pass(10_000);
    expect(stage.phase).toBe("connected");
  });

  it("refused by the server is tried again with growing waits", async () => {
    const stage = new Stage();
    stage.refusal = new SessionError("media", "no");
    await stage.open();
    await stage.browser.pass(10_000);
    expect(stage.offers.length).toBeGreaterThan(3);
    expect(stage.offers.length).toBeLessThan(9);
  });

  it("that is closed lets go of everything and does nothing more", async () => {
    const stage = await connected();
    const { peer } = stage;
    stage.link.close();
    peer.become("failed");
    stage.link.networkChanged();
    stage.link.lineUp();
    await stage.browser.pass(60_000);
    expect([peer.connectionState, stage.phase, stage.peers, stage.browser.waiting]).toEqual(["closed", "off", 1, 0]);
    expect([stage.link.receivers(), stage.link.stats()]).toEqual([[], null]);
  });

  it("closed while its answer is on the way stays closed", async () => {
    const stage = new Stage();
    stage.link.lineUp();
    stage.link.open(plan, stage.own);
    stage.link.close();
    await stage.browser.pass(30_000);
    expect([stage.phase, stage.peers, stage.peer.connectionState]).toEqual(["off", 1, "closed"]);
  });
});
