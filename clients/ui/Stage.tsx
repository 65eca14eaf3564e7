import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { Incoming, Snapshot } from "../session";
import type { PictureFirst } from "./pictureFirst";
import { keepWarm, letCool } from "./warm";

/**
 * Where pictures wait for their moment, and where the first one appears. Every picture that may come has its element
 * here, playing and unseen; at admission the one `of` chooses is shown in `place` at once, and moves into the
 * consultation's screen when that has been made.
 */
export function Stage({
  first,
  incoming,
  of,
  place,
  onPicture,
}: {
  readonly first: PictureFirst;
  readonly incoming: Incoming;
  /** Whose picture is to be shown large: one of the streams incoming, or null as long as it is not known. */
  readonly of: (now: Snapshot) => MediaStream | null;
  /** Classes that place the picture where the consultation's screen will have it. */
  readonly place: string;
  /** Called when the first picture is shown. */
  readonly onPicture?: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const kept = useRef<ReadonlySet<MediaStream>>(new Set());
  const stream = useSyncExternalStore(first.subscribe, () => {
    const now = first.getArriving();
    return now === null ? null : of(now);
  });

  useLayoutEffect(() => {
    const home = host.current;
    if (home === null) return;
    const pictures = new Set(incoming.pictures);
    for (const one of pictures) if (!kept.current.has(one)) keepWarm(one, home, `${place} ${unseen}`);
    for (const one of kept.current) if (!pictures.has(one)) letCool(one);
    kept.current = pictures;
  }, [incoming, place]);

  useLayoutEffect(
    () => () => {
      kept.current.forEach(letCool);
      kept.current = new Set();
    },
    [],
  );

  useLayoutEffect(() => {
    const home = host.current;
    if (home === null || stream === null) return;
    const look = `${place} ${unseen}`;
    const video = keepWarm(stream, home, look);
    video.className = `${place} ${seen}`;
    return () => {
      video.className = look;
    };
  }, [stream, place]);

  useEffect(() => {
    const home = host.current;
    if (home === null || stream === null) return;
    const video = keepWarm(stream, home, `${place} ${unseen}`);
    let over = false;
    const shown = (): void => {
      if (over) return;
      onPicture?.();
      // What follows is drawn after the frame has been painted, not before.
      requestAnimationFrame(() => setTimeout(() => over || first.pictureShown()));
    };
    const there = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    const handle = there ? requestAnimationFrame(shown) : video.requestVideoFrameCallback(shown);
    return () => {
      over = true;
      if (there) cancelAnimationFrame(handle);
      else video.cancelVideoFrameCallback(handle);
    };
  }, [first, stream, place, onPicture]);

  return <div ref={host} aria-hidden={stream === null} />;
}

/** At its place, and seen; or playing there unseen, so that nothing has to be laid out when it is to be seen. */
const seen = "fixed z-10 bg-solid-gray-800 object-cover";
const unseen = `${seen} opacity-0 pointer-events-none`;
