// What the m-lines of each purpose are made of, as the server has told it in `welcome.media.traits`. Pure.

import type { Media, Purpose, Traits } from "./protocol";

/** What a track of a purpose is made of. */
export function kindOf(purpose: Purpose): "audio" | "video" {
  return purpose === "voice" || purpose === "stethoscope" ? "audio" : "video";
}

/** How tracks of a purpose are to be sent and played. A server that does not say leaves it to the browser. */
export function traitsOf(plan: Media, purpose: Purpose): Traits {
  return plan.traits.find((one) => one.purpose === purpose) ?? { purpose, priority: "low", maxBitrate: 1_000_000 };
}

/** What an encoder is to favour, as MediaStreamTrack.contentHint. */
export function hintOf(traits: Traits): string {
  if (kindOf(traits.purpose) === "audio") return traits.music === true ? "music" : "speech";
  return traits.keep === "resolution" ? "detail" : "motion";
}

/** The bounds of one encoding, and what it is worth beside the others of this browser. */
export function encodingOf(traits: Traits): RTCRtpEncodingParameters {
  const priority = priorities.find((one) => one === traits.priority) ?? "low";
  const { maxBitrate, maxFramerate } = traits;
  return { maxBitrate, priority, networkPriority: priority, ...(maxFramerate === undefined ? {} : { maxFramerate }) };
}

const priorities: readonly RTCPriorityType[] = ["very-low", "low", "medium", "high"];

/** Video codecs, the one to try first first; what is not named comes last in the browser's order. */
const videoOrder = ["video/vp8", "video/vp9", "video/h264", "video/av1"];

/**
 * Orders codecs. Sound: Opus alone, with redundancy before it where it is wanted and the browser can. Pictures: VP8
 * first; repair formats stay behind what they repair.
 */
export function preferred(codecs: RTCRtpCodec[], kind: "audio" | "video", redundant: boolean): RTCRtpCodec[] {
  const called = (name: string): RTCRtpCodec[] => codecs.filter(({ mimeType }) => mimeType.toLowerCase() === name);
  if (kind === "audio") return [...(redundant ? called("audio/red") : []), ...called("audio/opus")];
  const rank = ({ mimeType }: RTCRtpCodec): number => {
    const at = videoOrder.indexOf(mimeType.toLowerCase());
    return at === -1 ? videoOrder.length : at;
  };
  return codecs.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The codecs whose frames can be sealed whole and still be put into packets and found again. H.264 and AV1 are taken apart and
 * put together by what is inside a frame.
 */
export function sealable(codecs: RTCRtpCodec[]): RTCRtpCodec[] {
  return codecs.filter(({ mimeType }) => !/^video\/(h26|av1)/i.test(mimeType));
}

/**
 * The offer with what it does not say although the browser can do it: ask again for lost sound, and send it again. The
 * browsers that can send redundancy do so as soon as the answer agrees (measured: clients/e2e/red.test.mjs).
 */
export function askingAgain(sdp: string, codecs: RTCRtpCodec[]): string {
  if (!codecs.some(({ mimeType }) => mimeType.toLowerCase() === "audio/red")) return sdp;
  return sdp.replaceAll(/^a=rtpmap:(\d+) opus\/48000.*\r\n/gim, (line, payloadType: string) =>
    sdp.includes(`a=rtcp-fb:${payloadType} nack\r\n`) ? line : `${line}a=rtcp-fb:${payloadType} nack\r\n`,
  );
}
