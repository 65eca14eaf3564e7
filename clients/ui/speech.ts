/**
 * Reading a screen aloud with a voice of this machine. Voices that would send the text to somebody's server are never
 * used; where there is no other, there is no reading aloud, and the button for it is not shown.
 */
import { useCallback, useEffect, useState } from "react";
import type { Language } from "./words";

function localVoice(language: Language): SpeechSynthesisVoice | undefined {
  if (!("speechSynthesis" in globalThis)) return undefined;
  const wanted = language === "en" ? "en" : "ja";
  return speechSynthesis.getVoices().find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(wanted));
}

/** Says `text`, or does nothing where no local voice knows the language. A new sentence replaces the one being said. */
export function useSpeech(language: Language, gain: number) {
  const [voice, setVoice] = useState(() => localVoice(language));
  useEffect(() => {
    const look = () => setVoice(localVoice(language));
    look();
    if (!("speechSynthesis" in globalThis)) return;
    // Browsers load their voices late.
    speechSynthesis.addEventListener("voiceschanged", look);
    return () => speechSynthesis.removeEventListener("voiceschanged", look);
  }, [language]);

  const say = useCallback(
    (text: string) => {
      if (voice === undefined) return;
      speechSynthesis.cancel();
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      utterance.volume = gain;
      utterance.rate = language === "easy" ? 0.8 : 0.9;
      speechSynthesis.speak(utterance);
    },
    [voice, gain, language],
  );
  const hush = useCallback(() => {
    if (voice !== undefined) speechSynthesis.cancel();
  }, [voice]);
  return { canSpeak: voice !== undefined, say, hush };
}
