import { useEffect, useRef, useState } from "react";

/** Plays somebody's voice. `gain` is 0..1; `onBlocked` tells when the browser wants a touch before it plays. */
export function SoundOut({
  stream,
  gain,
  onBlocked,
}: {
  readonly stream: MediaStream | null;
  readonly gain: number;
  readonly onBlocked?: (blocked: boolean) => void;
}) {
  const element = useRef<HTMLAudioElement>(null);

  useEffect(() => {
    const audio = element.current;
    if (audio === null || stream === null) return;
    let gone = false;
    audio.srcObject = stream;
    const play = () => {
      audio.play().then(
        () => !gone && onBlocked?.(false),
        // Taking the stream away aborts play() too; only a refusal is worth telling.
        (why: unknown) => !gone && why instanceof DOMException && why.name === "NotAllowedError" && onBlocked?.(true),
      );
    };
    play();
    document.addEventListener("pointerdown", play);
    return () => {
      gone = true;
      document.removeEventListener("pointerdown", play);
      audio.srcObject = null;
    };
  }, [stream, onBlocked]);

  useEffect(() => {
    if (element.current !== null) element.current.volume = Math.min(1, Math.max(0, gain));
  }, [gain, stream]);

  return stream === null ? null : <audio ref={element} autoPlay />;
}

/** Whether the page has been touched or typed at: before that, browsers refuse to play sound. */
export function useTouched(): boolean {
  const [touched, setTouched] = useState(() => navigator.userActivation?.hasBeenActive ?? false);
  useEffect(() => {
    const note = () => setTouched(true);
    addEventListener("pointerdown", note, { once: true });
    addEventListener("keydown", note, { once: true });
    return () => {
      removeEventListener("pointerdown", note);
      removeEventListener("keydown", note);
    };
  }, []);
  return touched;
}
