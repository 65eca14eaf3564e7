import { candidacies, type PresenceItem, type SelfReport, type Track } from "./protocol";
import { soundOnly } from "./quality";
import type { MediaPhase, MediaStats, Quality, TrackStats } from "./types";

/** The fields of an RTCStatsReport's entries that are read; browsers leave some out. */
interface Entry {
  type: string;
  mid?: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  bytesReceived?: number;
  bytesSent?: number;
  framesDecoded?: number;
  totalSamplesReceived?: number;
  concealedSamples?: number;
  frameWidth?: number;
  frameHeight?: number;
  nominated?: boolean;
  state?: string;
  currentRoundTripTime?: number;
  id?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  candidateType?: string;
  protocol?: string;
}

/** Which way media go: transport and types of candidates, never addresses. Null while none is known. */
export function pathOf(report: RTCStatsReport): Pick<SelfReport, "path" | "local" | "remote"> | null {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  const pair = entries.find((entry) => entry.type === "candidate-pair" && entry.nominated === true && entry.state === "succeeded");
  const local = entries.find((entry) => entry.type === "local-candidate" && entry.id === pair?.localCandidateId);
  const remote = entries.find((entry) => entry.type === "remote-candidate" && entry.id === pair?.remoteCandidateId);
  const ours = candidacies.find((type) => type === local?.candidateType);
  if (pair === undefined || ours === undefined) return null;
  const theirs = candidacies.find((type) => type === remote?.candidateType);
  const path = ours === "relay" || theirs === "relay" ? "relay" : local?.protocol === "tcp" ? "tcp" : "udp";
  return { path, local: ours, ...(theirs === undefined ? {} : { remote: theirs }) };
}

/** Sums a browser's report up. Packets on m-lines without an occupant count too: before admission there are none. */
export function summarise(report: RTCStatsReport, tracks: readonly Track[]): MediaStats {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  const inbound = entries.filter((entry) => entry.type === "inbound-rtp");
  const sum = (of: Entry[], field: "packetsReceived" | "packetsLost" | "bytesReceived" | "bytesSent" | "framesDecoded"): number =>
    of.reduce((total, entry) => total + (entry[field] ?? 0), 0);
  const pair = entries.find((entry) => entry.type === "candidate-pair" && entry.nominated === true && entry.state === "succeeded");
  return {
    packetsReceived: sum(inbound, "packetsReceived"),
    packetsLost: sum(inbound, "packetsLost"),
    bytesReceived: sum(inbound, "bytesReceived"),
    bytesSent: sum(entries.filter((entry) => entry.type === "outbound-rtp"), "bytesSent"),
    framesDecoded: sum(inbound, "framesDecoded"),
    roundTripMs: pair?.currentRoundTripTime === undefined ? null : pair.currentRoundTripTime * 1000,
    tracks: tracks.map((track) => trackStats(track, inbound.find((entry) => entry.mid === track.mid))),
  };
}

function trackStats({ mid, participant, purpose }: Track, entry: Entry | undefined): TrackStats {
  return {
    mid,
    participant,
    purpose,
    packetsReceived: entry?.packetsReceived ?? 0,
    packetsLost: entry?.packetsLost ?? 0,
    framesDecoded: entry?.framesDecoded ?? 0,
    samples: entry?.totalSamplesReceived ?? 0,
    concealed: entry?.concealedSamples ?? 0,
    frameWidth: entry?.frameWidth ?? 0,
    frameHeight: entry?.frameHeight ?? 0,
  };
}

/** How often the line is judged, milliseconds. */
export const judgeEvery = 2_000;

/** Share of packets lost and round trip from which a line counts as weak; fewer packets than `fewest` say nothing. */
const weakLoss = 0.05;
const weakRoundTrip = 400;
const fewest = 20;

/** What the judge remembers between two looks. */
export interface Judgement {
  readonly quality: Quality;
  readonly last: MediaStats | null;
  /** Looks in a row that found another word than the present one; one look alone changes nothing. */
  readonly doubts: number;
}

export const noJudgement: Judgement = { quality: "good", last: null, doubts: 0 };

/** Judges the line in one word, from numbers two seconds apart. Pure. */
export function judge(before: Judgement, phase: MediaPhase, now: MediaStats | null, presence: readonly PresenceItem[]): Judgement {
  if (phase === "interrupted") return { quality: "lost", last: null, doubts: 0 };
  if (now === null || before.last === null) {
    return { quality: before.quality === "lost" ? "good" : before.quality, last: now, doubts: 0 };
  }
  const found = word(before.last, now, presence);
  if (found === before.quality) return { quality: found, last: now, doubts: 0 };
  const doubts = before.doubts + 1;
  return doubts >= 2 ? { quality: found, last: now, doubts: 0 } : { quality: before.quality, last: now, doubts };
}

function word(last: MediaStats, now: MediaStats, presence: readonly PresenceItem[]): Quality {
  const received = now.packetsReceived - last.packetsReceived;
  const lost = now.packetsLost - last.packetsLost;
  if (soundOnly(presence) || (received > 0 && picturesStand(last, now, presence))) return "sound-only";
  if (received + lost >= fewest && lost / (received + lost) > weakLoss) return "weak";
  if (now.roundTripMs !== null && now.roundTripMs > weakRoundTrip) return "weak";
  return "good";
}

/** Somebody's camera is on and has been seen, but no picture of theirs has come since the last look. */
function picturesStand(last: MediaStats, now: MediaStats, presence: readonly PresenceItem[]): boolean {
  const faces = now.tracks.filter((track) => track.purpose === "face" && track.framesDecoded > 0 && cameraOn(track, presence));
  return (
    faces.length > 0 &&
    faces.every((face) => last.tracks.find((track) => track.mid === face.mid)?.framesDecoded === face.framesDecoded)
  );
}

function cameraOn(track: TrackStats, presence: readonly PresenceItem[]): boolean {
  return presence.some((one) => one.participant === track.participant && one.connected && !one.videoMuted);
}
