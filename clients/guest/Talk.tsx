import type { GuestClient, GuestSnapshot } from "../session/guest";
import { Button } from "../ui/Button";
import { Furigana } from "../ui/Furigana";
import { Icon } from "../ui/Icon";
import { SealingNote } from "../ui/SealingNote";
import { literal } from "../ui/ruby";
import { VideoView } from "../ui/VideoView";
import { Tag, useGuestCalled } from "./App";
import type { Screen } from "./state";
import { T, useWords } from "./words";

/** The consultation as a guest sees it: everybody with a picture, everybody by role and name, and the way out. */
export function Talk({
  client,
  snapshot,
  screen,
  blocked,
}: {
  readonly client: GuestClient;
  readonly snapshot: GuestSnapshot;
  readonly screen: Extract<Screen, { kind: "talk" }>;
  /** The browser plays no sound before a touch. */
  readonly blocked: boolean;
}) {
  const { self } = snapshot.media;
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex flex-none flex-wrap items-center gap-x-5 gap-y-1 border-b-2 border-hairline bg-white px-4 py-2">
        <h1 className="sr-only">
          <T k="guest.talk" />
        </h1>
        <Who screen={screen} />
        <p className="flex items-center gap-2">
          <Icon name="norecord" className="size-6 text-primary" />
          <span>
            <T k="guest.norecord" />
          </span>
        </p>
        <SealingNote sealing={snapshot.sealing} />
      </header>
      {(snapshot.connection.state === "reconnecting" || snapshot.media.phase === "interrupted") && (
        <Bar>
          <T k="guest.lost" />
        </Bar>
      )}
      {blocked && (
        <Bar>
          <T k="guest.touch" />
        </Bar>
      )}
      <main className="flex min-h-0 flex-1 flex-col justify-center p-3">
        {screen.quiet === "no" ? <Pictures snapshot={snapshot} screen={screen} /> : <Quiet why={screen.quiet} />}
      </main>
      <footer className="grid flex-none grid-cols-3 gap-2 border-t-2 border-hairline bg-white p-3 sm:flex sm:justify-center">
        <Button place="desk" className="min-h-16 px-2!" icon={self.audioMuted ? "micOff" : "mic"} onPress={() => void client.mute({ audio: !self.audioMuted }).catch(() => undefined)}>
          <T k={self.audioMuted ? "guest.mic.on" : "guest.mic.off"} />
        </Button>
        <Button place="desk" className="min-h-16 px-2!" icon={self.videoMuted ? "cameraOff" : "camera"} onPress={() => void client.mute({ video: !self.videoMuted }).catch(() => undefined)}>
          <T k={self.videoMuted ? "guest.camera.on" : "guest.camera.off"} />
        </Button>
        <Button place="desk" className="min-h-16 px-2!" icon="door" onPress={() => void client.leave()}>
          <T k="guest.leave" />
        </Button>
      </footer>
    </div>
  );
}

function Bar({ children }: { readonly children: React.ReactNode }) {
  return (
    <p role="status" className="flex-none border-b-2 border-heed-edge bg-heed-soft px-4 py-2 font-bold text-heed-ink">
      {children}
    </p>
  );
}

function Who({ screen }: { readonly screen: Extract<Screen, { kind: "talk" }> }) {
  const words = useWords();
  const nameOf = usePersonHere(screen);
  const people = [...screen.people.map(nameOf), words.marked("guest.who.you")];
  return (
    <p className="flex items-start gap-2" data-who-sees="">
      <Icon name="eye" className="mt-0.5 size-6 flex-none text-primary" />
      <span>
        <T k="guest.who" /> <Furigana>{people.join("・")}</Furigana>
      </span>
    </p>
  );
}

/** Whoever sits in the booth is the resident; of several booths each is called by its office and name, never by who sits there. */
function usePersonHere({ people }: Extract<Screen, { kind: "talk" }>) {
  const called = useGuestCalled();
  const words = useWords();
  const several = people.filter((one) => one.kind === "booth").length > 1;
  return (one: { kind: string; role: string; name: string }) => {
    if (one.kind !== "booth") return called(one);
    return several ? words.marked("guest.who.booth", { name: literal(one.name) }) : words.marked("guest.who.resident");
  };
}

/** The resident first, then the others; as many side by side as there is room. */
function Pictures({ snapshot, screen }: { readonly snapshot: GuestSnapshot; readonly screen: Extract<Screen, { kind: "talk" }> }) {
  const words = useWords();
  const nameOf = usePersonHere(screen);
  const { media } = snapshot;
  const seen = screen.people.filter((one) => media.remote[one.id]?.face);
  const { self } = media;
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      {seen.map((one) => (
        <div key={one.id} className="relative aspect-video overflow-hidden bg-solid-gray-800">
          <VideoView stream={media.remote[one.id]?.face ?? null} of={one.id} label={nameOf(one)} className="absolute inset-0 size-full" />
          <Tag>{nameOf(one)}</Tag>
        </div>
      ))}
      {seen.length === 0 && (
        <p role="status" className="rounded-12 bg-white p-6 text-center">
          <T k="guest.connecting" />
        </p>
      )}
      <div className="relative aspect-video w-1/2 justify-self-end overflow-hidden bg-solid-gray-800 sm:w-full">
        <VideoView
          stream={self.videoMuted ? null : self.preview}
          mirrored
          of="self"
          label={words.written("guest.self")}
          className="absolute inset-0 size-full"
        />
        <Tag>{words.marked("guest.self")}</Tag>
      </div>
    </div>
  );
}

function Quiet({ why }: { readonly why: "paused" | "apart" }) {
  return (
    <div role="status" className="m-auto flex max-w-lg flex-col items-center gap-4 rounded-12 border-2 border-hairline bg-white p-6 text-center">
      <Icon name="cameraOff" className="size-12 text-primary" />
      <p className="text-[26px] leading-snug font-bold">
        <T k={`guest.${why}`} />
      </p>
      <p>
        <T k="guest.unheard" />
      </p>
    </div>
  );
}
