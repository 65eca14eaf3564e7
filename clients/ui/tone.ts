/** Short sounds made on the spot, so that they need no file and no network. */

/** A sound that is playing. */
export interface Sounding {
  /** Ends it; safe to call twice. */
  stop(): void;
  /** How loud from now on, 0..1. */
  setGain(gain: number): void;
  /** Whether it could begin; false where the browser wants a touch first. */
  readonly began: Promise<boolean>;
  /** Settles when it has ended, by itself or by stop(). */
  readonly done: Promise<void>;
}

interface Note {
  readonly hertz: number;
  readonly at: number;
  readonly seconds: number;
}

const melody: readonly Note[] = [523.25, 659.25, 783.99, 1046.5, 783.99, 659.25, 523.25].map((hertz, i) => ({
  hertz,
  at: i * 0.35,
  seconds: 0.6,
}));

const chime: readonly Note[] = [
  { hertz: 783.99, at: 0, seconds: 0.9 },
  { hertz: 659.25, at: 0.45, seconds: 1.2 },
];

/** The loudest peak of our own sounds, well below a voice that shouts. */
const headroom = 0.5;

/** How long a browser may take to let sound begin, in milliseconds. */
const beginWithin = 500;

/** The melody of the speaker test, about three seconds; `gain` 0..1. */
export function playMelody(gain: number): Sounding {
  return play(melody, gain);
}

/** Two soft notes: something is about to happen. */
export function playChime(gain: number): Sounding {
  return play(chime, gain);
}

function play(notes: readonly Note[], gain: number): Sounding {
  const audio = new AudioContext();
  const master = audio.createGain();
  const setGain = (next: number) => {
    master.gain.value = Math.min(1, Math.max(0, next)) * headroom;
  };
  setGain(gain);
  master.connect(audio.destination);
  const start = audio.currentTime + 0.03;
  for (const note of notes) strike(audio, master, note, start);
  const length = Math.max(...notes.map((note) => note.at + note.seconds));

  const ended = Promise.withResolvers<void>();
  const stop = () => {
    clearTimeout(timer);
    if (audio.state !== "closed") void audio.close().catch(() => undefined);
    ended.resolve();
  };
  const timer = setTimeout(stop, (length + 0.2) * 1000);
  return { stop, setGain, began: begun(audio), done: ended.promise };
}

/** resume() of a context that waits for a touch stays unanswered, so time decides. */
async function begun(audio: AudioContext): Promise<boolean> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, beginWithin));
  await Promise.race([audio.resume().catch(() => undefined), late]);
  return audio.state === "running";
}

/** One bell-like note: quick to rise, slow to fade. */
function strike(audio: AudioContext, out: AudioNode, note: Note, start: number) {
  const tone = audio.createOscillator();
  const shape = audio.createGain();
  tone.type = "triangle";
  tone.frequency.value = note.hertz;
  shape.gain.setValueAtTime(0, start + note.at);
  shape.gain.linearRampToValueAtTime(1, start + note.at + 0.02);
  shape.gain.exponentialRampToValueAtTime(0.001, start + note.at + note.seconds);
  tone.connect(shape).connect(out);
  tone.start(start + note.at);
  tone.stop(start + note.at + note.seconds);
}
