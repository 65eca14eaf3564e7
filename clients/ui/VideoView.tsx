import { useEffect, useLayoutEffect, useRef, type ReactNode } from "react";
import { written } from "./ruby";
import { show, showNoMore } from "./warm";

/** What a presented frame tells: when, and how large. */
export interface Frame {
  /** performance.now() at presentation. */
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Shows a picture. It never plays sound (SoundOut does), so it starts without a touch. Nothing of the last frame is
 * left when the stream goes: without one there is no video element at all, only `instead`. Where a Stage has kept an
 * element for the stream, that one is shown, which plays already.
 *
 * Pictures have square corners: to cut round ones out of every frame costs a tablet that draws in software half of what
 * it takes to show the pictures (213 against 101 ms of processor a second at a desk that sees three people).
 */
export function VideoView({
  stream,
  label,
  mirrored = false,
  fit = "cover",
  instead = null,
  onFrame,
  of = "",
  className = "",
}: {
  readonly stream: MediaStream | null;
  /** Whose picture this is, for screen readers; marked wording or not. */
  readonly label: string;
  readonly mirrored?: boolean;
  readonly fit?: "cover" | "contain";
  readonly instead?: ReactNode;
  /** Called for every presented frame while given; pass it only as long as frames are to be watched. */
  readonly onFrame?: ((frame: Frame) => void) | undefined;
  /** Participant id of the person or thing shown, kept on the element. */
  readonly of?: string;
  readonly className?: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const element = useRef<HTMLVideoElement>(null);

  useLayoutEffect(() => {
    if (place.current === null || stream === null) return;
    const video = show(stream, place.current);
    element.current = video;
    // A page in the background refuses to play until it is seen; it is asked again then.
    const play = () => void video.play().catch(() => undefined);
    play();
    document.addEventListener("visibilitychange", play);
    return () => {
      document.removeEventListener("visibilitychange", play);
      element.current = null;
      showNoMore(video);
    };
  }, [stream]);

  useLayoutEffect(() => {
    const video = element.current;
    if (video === null) return;
    video.setAttribute("aria-label", written(label));
    video.dataset["of"] = of;
    video.className = `${fit === "cover" ? "object-cover" : "object-contain"} ${mirrored ? "mirrored" : ""} ${className}`;
  }, [stream, label, of, fit, mirrored, className]);

  useEffect(() => {
    const video = element.current;
    if (video === null || onFrame === undefined) return;
    let handle = 0;
    const next: VideoFrameRequestCallback = (at, { width, height }) => {
      onFrame({ at, width, height });
      handle = video.requestVideoFrameCallback(next);
    };
    handle = video.requestVideoFrameCallback(next);
    return () => video.cancelVideoFrameCallback(handle);
  }, [stream, onFrame]);

  if (stream === null) return <>{instead}</>;
  return <div ref={place} className="contents" />;
}
