import type { Arrives, Device, Output, PresenceItem, Purpose, SelfReport } from "./protocol";
import type { DeviceState, MediaStats, SelfMedia } from "./types";

/** What a page can see of its media at one look; looks are two seconds apart. */
export interface Look {
  readonly self: SelfMedia;
  /** What the machine has muted, whatever the person wants. */
  readonly muted: { readonly voice: boolean; readonly face: boolean };
  /** Nothing at all comes from the own microphone, not even noise. */
  readonly silent: boolean;
  readonly last: MediaStats | null;
  readonly now: MediaStats | null;
  readonly presence: readonly PresenceItem[];
  readonly own: string | null;
  readonly output: Output | null;
}

/** One word for each of what is looked at; undefined where there is nothing to say. */
type Sensed = Pick<SelfReport, "microphone" | "camera" | "sound" | "picture" | "output">;

/** Looks without even noise before a microphone counts as quiet: what suppresses noise may do so for some seconds. */
const quietLooks = 10;

/** Looks in a row after which what arrives, or does not, is believed. */
const believedLooks = 2;

/** Packets between two looks from which speech flows, and share of made-up samples from which nothing of it is heard. */
const flowing = 60;
const allMadeUp = 0.9;

/** What there is to say of one look, with how many looks in a row there has been no sound from the microphone. Pure. */
export function sense(look: Look, silent: number): Sensed {
  const { self, muted, presence, own } = look;
  const microphone = self.audioMuted ? undefined : deviceWord(self.voice, muted.voice, silent >= quietLooks);
  const camera = self.videoMuted ? undefined : deviceWord(self.face, muted.face, false);
  const others = presence.filter((one) => one.participant !== own && one.connected);
  const sound = arrival("voice", look, (who) => others.some((one) => one.participant === who && !one.audioMuted));
  const picture = arrival("face", look, (who) => others.some((one) => one.participant === who && !one.videoMuted));
  return {
    ...(microphone && { microphone }),
    ...(camera && { camera }),
    ...(sound && { sound }),
    ...(picture && { picture }),
    ...(look.output && { output: look.output }),
  };
}

function deviceWord(device: DeviceState, muted: boolean, quiet: boolean): Device | undefined {
  switch (device.state) {
    case "on":
      return muted ? "muted" : quiet ? "quiet" : "ok";
    case "failed":
      return device.fault === "unplugged" ? "ended" : device.fault;
    default:
      return undefined; // off because somebody wants it off, or being opened
  }
}

/** What comes of one kind from those who send it: the worst of them counts. */
function arrival(purpose: Purpose, { last, now }: Look, sends: (who: string) => boolean): Arrives | undefined {
  if (last === null || now === null) return undefined;
  const words = now.tracks
    .filter((track) => track.purpose === purpose && sends(track.participant))
    .flatMap((track): Arrives[] => {
      const before = last.tracks.find((one) => one.mid === track.mid && one.participant === track.participant);
      if (before === undefined) return [];
      const packets = track.packetsReceived - before.packetsReceived;
      if (packets <= 0) return ["nothing"];
      if (purpose === "face") return [track.framesDecoded > before.framesDecoded ? "ok" : "stuck"];
      const samples = track.samples - before.samples;
      return [packets >= flowing && samples > 0 && (track.concealed - before.concealed) / samples >= allMadeUp ? "stuck" : "ok"];
    });
  return words.find((one) => one !== "ok") ?? words[0];
}

const names = ["microphone", "camera", "sound", "picture", "output"] as const;

/** Remembers what was told, and finds what is news. What is well is told only after it was not. */
export class Senses {
  private told: Sensed = {};
  private before: Sensed = {};
  private held: Partial<Record<(typeof names)[number], number>> = {};
  private silent = 0;

  /** The line was away: whoever hears us now may not have heard what we said. */
  tellAgain(): void {
    this.told = {};
  }

  /** What is to be told after one more look; null where nothing has changed. */
  look(look: Look): Sensed | null {
    this.silent = look.silent && !look.self.audioMuted ? this.silent + 1 : 0;
    const found = sense(look, this.silent);
    const news: Record<string, string> = {};
    for (const name of names) {
      const word = found[name];
      this.held[name] = word === this.before[name] ? (this.held[name] ?? 0) + 1 : 1;
      // What a device does is so at once; what arrives is looked at twice.
      const believed = (name !== "sound" && name !== "picture") || (this.held[name] ?? 0) >= believedLooks;
      if (word !== undefined && believed && word !== (this.told[name] ?? "ok")) news[name] = word;
    }
    this.before = found;
    if (Object.keys(news).length === 0) return null;
    this.told = { ...this.told, ...news };
    return news;
  }
}
