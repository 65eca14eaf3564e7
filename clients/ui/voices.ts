import type { MediaState } from "../session";

/**
 * What is to be heard as voices: every receiving m-line of sound, so that what plays it is there before anybody is let
 * in, but for those that carry a device's sound, which is heard by itself and only if somebody wants to. Pure.
 */
export function voicesOf({ incoming, remote }: Pick<MediaState, "incoming" | "remote">): MediaStream[] {
  const devices = new Set(Object.values(remote).map((them) => them.stethoscope));
  return incoming.voices.filter((stream) => !devices.has(stream));
}
