// Video elements that are made, and play, before there is anything to see. A fresh <video> takes tens of milliseconds
// until its first frame is on the screen; one that plays already shows the frame as it comes.

/** A video element for one stream. It never plays sound. */
export function videoFor(stream: MediaStream): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.autoplay = true;
  video.disablePictureInPicture = true;
  video.srcObject = stream;
  return video;
}

/** Lets go of a stream: nothing of its last frame is left. */
export function empty(video: HTMLVideoElement): void {
  video.remove();
  video.srcObject = null;
}

const warm = new WeakMap<MediaStream, HTMLVideoElement>();
const lent = new WeakSet<HTMLVideoElement>();
const homes = new WeakMap<HTMLVideoElement, { place: HTMLElement; look: string }>();

/** Makes an element for a stream, which plays in `place` with the classes of `look` until somebody shows it. */
export function keepWarm(stream: MediaStream, place: HTMLElement, look: string): HTMLVideoElement {
  const known = warm.get(stream);
  if (known !== undefined) return known;
  const video = videoFor(stream);
  warm.set(stream, video);
  homes.set(video, { place, look });
  video.className = look;
  place.append(video);
  void video.play().catch(() => undefined);
  return video;
}

/** The stream is no more: its element goes, or is left to whoever shows it. */
export function letCool(stream: MediaStream): void {
  const video = warm.get(stream);
  if (video === undefined) return;
  warm.delete(stream);
  homes.delete(video);
  if (!lent.has(video)) empty(video);
}

/** Shows a stream in `place`: by its warm element if nobody else shows that, else by a new one. */
export function show(stream: MediaStream, place: HTMLElement): HTMLVideoElement {
  const kept = warm.get(stream);
  const video = kept !== undefined && !lent.has(kept) ? kept : videoFor(stream);
  lent.add(video);
  place.append(video);
  return video;
}

/** Ends showing: a warm element goes home and plays on unseen. */
export function showNoMore(video: HTMLVideoElement): void {
  lent.delete(video);
  const home = homes.get(video);
  if (home === undefined) {
    empty(video);
    return;
  }
  video.className = home.look;
  video.removeAttribute("aria-label");
  delete video.dataset["of"];
  home.place.append(video);
}
