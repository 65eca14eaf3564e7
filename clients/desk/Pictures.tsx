import type { RemoteMedia } from "../session";
import { Button } from "../ui/Button";
import { Furigana } from "../ui/Furigana";
import { useLasting } from "../ui/lasting";
import { VideoView } from "../ui/VideoView";
import { useSeat } from "../ui/work/seat";
import { useCalled } from "./colleagues";
import { T, useWords } from "./words";

/** Who sends a document camera's picture or a screen, and the picture. */
export function documentOf(remote: Readonly<Record<string, RemoteMedia>>): { from: string; stream: MediaStream } | undefined {
  for (const [from, them] of Object.entries(remote)) {
    const stream = them.screen ?? them.document;
    if (stream !== null) return { from, stream };
  }
  return undefined;
}

/** The large picture, the small ones over its corner, and words wherever a picture is missing. */
export function Pictures({
  booth,
  boothName,
  large,
  talking,
  onLarge,
}: {
  readonly booth: string;
  readonly boothName: string | undefined;
  readonly large: boolean;
  /** The talk column is open: on low screens it takes the document's place beside the picture. */
  readonly talking: boolean;
  readonly onLarge: (on: boolean) => void;
}) {
  const words = useWords();
  const { media, session, presence } = useSeat();
  const document = documentOf(media.remote);
  const face = media.remote[booth]?.face ?? null;
  const there = presence.find((p) => p.participant === booth);
  const muted = there?.videoMuted === true;
  const gone = useBoothGone();
  const name = boothName === undefined ? words.written("desk.who.resident") : words.written("desk.sama", { name: boothName });
  const showDocument = large && document !== undefined;
  const called = useCalled();
  const nameOf = (id: string) => {
    const one = session?.participants.find((p) => p.id === id);
    return one === undefined ? "" : called(one);
  };
  const guests = Object.entries(media.remote).filter(([id, them]) => id !== booth && them.face !== null);
  return (
    <div className="relative min-h-0 overflow-hidden bg-solid-gray-800">
      <VideoView
        key={showDocument ? "document" : "face"}
        stream={showDocument ? document.stream : muted || gone ? null : face}
        label={showDocument ? words.written("desk.document") : name}
        fit={showDocument ? "contain" : "cover"}
        className="absolute inset-0 size-full"
        instead={<Missing muted={muted} gone={gone} />}
      />
      <Tag className="bottom-3 left-3">{showDocument ? <T k="desk.document" /> : name}</Tag>
      {showDocument && (
        <div className="absolute top-3 left-3">
          <Button place="desk" onPress={() => onLarge(false)}>
            <T k="desk.document.small" />
          </Button>
        </div>
      )}
      {talking && !showDocument && document !== undefined && (
        <div className="absolute top-3 left-3 hidden [@media(max-height:820px)]:block">
          <Button place="desk" onPress={() => onLarge(true)}>
            <T k="desk.document" />
          </Button>
        </div>
      )}
      <div className="absolute top-3 right-3 flex w-[23%] flex-col gap-3">
        <SelfPicture />
        {showDocument && face !== null && <Small stream={face} name={name} />}
        {guests.map(([id, them]) => (
          <Small key={id} stream={them.face} name={nameOf(id)} />
        ))}
      </div>
    </div>
  );
}

/** Milliseconds for which a booth's media may be without a connection before its last picture is no longer shown as if it were one. */
const goneAfter = 3_000;

/** Whether nothing has come from the booth for a while: its last picture stands, and says nothing any more. */
export function useBoothGone(): boolean {
  const { presence, session } = useSeat();
  const booth = presence.find((p) => p.participant === `booth:${session?.booth ?? ""}`);
  return useLasting(booth !== undefined && !booth.connected, goneAfter);
}

/** Why there is no picture of the other side, in one sentence, and what happens next. */
function Missing({ muted, gone }: { readonly muted: boolean; readonly gone: boolean }) {
  const { media, session, presence } = useSeat();
  const booth = presence.find((p) => p.participant === `booth:${session?.booth ?? ""}`);
  const waits = session?.participants.find((p) => p.id === `booth:${session.booth}`)?.apart === true;
  const key = waits
    ? session?.pause === undefined
      ? "conduct.missing.word"
      : "conduct.who.nobody"
    : muted
    ? "desk.missing.muted"
    : booth?.online === false || gone
      ? missingBooth(booth?.reason)
      : media.phase === "connected"
        ? media.quality === "sound-only"
          ? "desk.missing.soundOnly"
          : "desk.missing.soon"
        : "desk.missing.connecting";
  return (
    <div className="grid size-full place-items-center p-8">
      <p role="status" className="max-w-lg rounded-12 bg-white px-8 py-6 text-center text-[20px]">
        <T k={key} />
      </p>
    </div>
  );
}

function missingBooth(reason: string | undefined) {
  return reason === "reload" ? ("desk.missing.reload" as const) : ("desk.missing.offline" as const);
}

function SelfPicture() {
  const words = useWords();
  const { self } = useSeat().media;
  const off = self.videoMuted || self.preview === null;
  return (
    <div className="relative aspect-video overflow-hidden border-2 border-white bg-solid-gray-900">
      <VideoView
        stream={off ? null : self.preview}
        label={words.written("self")}
        mirrored
        className="size-full"
        instead={
          <p className="grid size-full place-items-center pb-6 text-center text-[16px] text-white">
            <T k={self.videoMuted ? "desk.camera.isOff" : "desk.camera.none"} />
          </p>
        }
      />
      <Tag className="bottom-1.5 left-1.5">
        <T k={self.audioMuted ? "desk.self.muted" : "self"} />
      </Tag>
    </div>
  );
}

function Small({ stream, name }: { readonly stream: MediaStream | null; readonly name: string }) {
  return (
    <div className="relative aspect-video overflow-hidden border-2 border-white bg-solid-gray-900">
      <VideoView stream={stream} label={name} className="size-full" />
      <Tag className="bottom-1.5 left-1.5">
        <Furigana>{name}</Furigana>
      </Tag>
    </div>
  );
}

/** A short name on a picture; anything longer stands beside it. */
function Tag({ children, className }: { readonly children: React.ReactNode; readonly className: string }) {
  return (
    <p className={`absolute max-w-[92%] rounded-6 bg-black px-3 py-0.5 text-[16px] text-white ${className}`}>{children}</p>
  );
}
