// Sounds of the staff's apps, made in the browser so that no file has to be loaded before something can ring.
// A browser lets a page sound only after somebody has touched it; until then `state` says so and the page asks.

/** Whether sounds can be heard. */
export type SoundState = "on" | "blocked" | "off";

/** Notes of a chime: frequency in Hz, start and length in seconds. */
interface Note {
  hz: number;
  at: number;
  for: number;
}

const chimeNotes: Note[] = [
  { hz: 784, at: 0, for: 0.5 },
  { hz: 659, at: 0.28, for: 0.8 },
];
const ringNotes: Note[] = [
  { hz: 988, at: 0, for: 0.22 },
  { hz: 784, at: 0.24, for: 0.22 },
  { hz: 988, at: 0.48, for: 0.22 },
  { hz: 784, at: 0.72, for: 0.3 },
];
/** A ring and the pause after it, in ms. */
const ringEvery = 2000;

/** One page's sounds. Methods are bound; subscribe and state fit useSyncExternalStore. */
export class Sound {
  #context: AudioContext | null = null;
  #wanted = true;
  #listeners = new Set<() => void>();
  #ringing: ReturnType<typeof setInterval> | null = null;
  /** Switches on the page. */
  #holders = 0;

  /**
   * Looks whether the browser lets this page sound already; a first touch anywhere lifts the block by itself. The sound is
   * there until the last of those who began it has ended it: a cover that goes takes nobody else's sound with it.
   */
  readonly begin = (): (() => void) => {
    this.#holders++;
    const wake = () => void this.#resume();
    this.#open();
    document.addEventListener("pointerdown", wake);
    document.addEventListener("keydown", wake);
    return () => {
      document.removeEventListener("pointerdown", wake);
      document.removeEventListener("keydown", wake);
      if (--this.#holders > 0) return;
      this.stopRinging();
      void this.#context?.close();
      this.#context = null;
    };
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SoundState => {
    if (!this.#wanted) return "off";
    return this.#context?.state === "running" ? "on" : "blocked";
  };

  /** Switches sounds on or off. On must be called from a touch or a key: it plays one chime as proof. */
  readonly turn = async (on: boolean): Promise<void> => {
    this.#wanted = on;
    if (on) {
      await this.#resume();
      this.chime();
    } else this.stopRinging();
    this.#tell();
  };

  /** Two soft notes: somebody waits. */
  readonly chime = (): void => this.#play(chimeNotes, 0.25);

  /** Rings until stopRinging(). */
  readonly ring = (): void => {
    if (this.#ringing !== null) return;
    this.#play(ringNotes, 0.4);
    this.#ringing = setInterval(() => this.#play(ringNotes, 0.4), ringEvery);
  };

  readonly stopRinging = (): void => {
    if (this.#ringing !== null) clearInterval(this.#ringing);
    this.#ringing = null;
  };

  #open(): void {
    if (this.#context !== null || typeof AudioContext === "undefined") return;
    this.#context = new AudioContext();
    this.#context.addEventListener("statechange", this.#tell);
  }

  async #resume(): Promise<void> {
    this.#open();
    if (this.#wanted && this.#context?.state === "suspended") await this.#context.resume();
  }

  #play(notes: Note[], loudness: number): void {
    const context = this.#context;
    if (context === null || this.state() !== "on") return;
    for (const note of notes) {
      const tone = context.createOscillator();
      const envelope = context.createGain();
      const begin = context.currentTime + note.at;
      tone.type = "triangle";
      tone.frequency.value = note.hz;
      envelope.gain.setValueAtTime(0.0001, begin);
      envelope.gain.exponentialRampToValueAtTime(loudness, begin + 0.02);
      envelope.gain.exponentialRampToValueAtTime(0.0001, begin + note.for);
      tone.connect(envelope).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + note.for);
    }
  }

  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
