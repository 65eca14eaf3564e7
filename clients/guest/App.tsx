import { useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import type { GuestClient, GuestSnapshot } from "../session/guest";
import { Button } from "../ui/Button";
import { Furigana } from "../ui/Furigana";
import { Icon, type IconName } from "../ui/Icon";
import { LanguagePicker } from "../ui/LanguagePicker";
import { LevelMeter } from "../ui/LevelMeter";
import { literal } from "../ui/ruby";
import { SoundOut } from "../ui/SoundOut";
import { VideoView } from "../ui/VideoView";
import { voicesOf } from "../ui/voices";
import { screenOf, type Screen } from "./state";
import { Talk } from "./Talk";
import { T, useWords } from "./words";

/** A guest's page: one thing at a time, on a telephone as well as on a large screen. */
export function App({ client, code }: { readonly client: GuestClient; readonly code: string }) {
  const snapshot = useSyncExternalStore(client.subscribe, client.getSnapshot);
  const words = useWords();
  const [blocked, setBlocked] = useState(false);
  useEffect(() => client.start(), [client]);
  useEffect(() => {
    document.title = words.written("guest.page");
  }, [words]);
  const screen = screenOf(snapshot, code !== "");
  return (
    <div data-screen={screen.kind} className="min-h-dvh bg-ground-booth text-[20px]">
      {screen.kind === "talk" ? (
        <Talk client={client} snapshot={snapshot} screen={screen} blocked={blocked} />
      ) : (
        <main className="mx-auto flex w-full max-w-2xl flex-col gap-5 p-4 sm:p-8">
          <LanguagePicker place="counter" />
          <Shown client={client} snapshot={snapshot} screen={screen} code={code} />
        </main>
      )}
      {voicesOf(snapshot.media).map((stream) => (
        <SoundOut key={stream.id} stream={stream} gain={1} onBlocked={setBlocked} />
      ))}
    </div>
  );
}

function Shown({
  client,
  snapshot,
  screen,
  code,
}: {
  readonly client: GuestClient;
  readonly snapshot: GuestSnapshot;
  readonly screen: Exclude<Screen, { kind: "talk" }>;
  readonly code: string;
}) {
  const join = () => void client.join(code);
  switch (screen.kind) {
    case "invited":
      return (
        <One icon="people" title={<T k="guest.title" />}>
          <p>
            <T k="guest.lead" />
          </p>
          <p className="text-ink-soft">
            <T k="guest.once" />
          </p>
          <Button place="counter" kind="primary" icon="arrow" className="min-h-18 w-full text-[24px]!" busy={screen.busy} onPress={join}>
            <T k={screen.busy ? "guest.asking" : "guest.start"} />
          </Button>
        </One>
      );
    case "unreachable":
      return (
        <One icon="again" title={<T k="guest.unreachable" />}>
          <p>
            <T k="guest.unreachable.lead" />
          </p>
          <Button
            place="counter"
            kind="primary"
            className="min-h-18 w-full"
            onPress={() => {
              if (code === "") client.start();
              else join();
            }}
          >
            <T k="guest.again" />
          </Button>
        </One>
      );
    case "spent":
    case "no-link":
      return (
        <One icon="warn" title={<T k={screen.kind === "spent" ? "guest.spent" : "guest.none"} />}>
          <p>
            <T k={screen.kind === "spent" ? "guest.spent.lead" : "guest.none.lead"} />
          </p>
        </One>
      );
    case "connecting":
      return <One icon="again" title={<T k={snapshot.connection.state === "reconnecting" ? "guest.lost" : "guest.connecting"} />} />;
    case "gate":
      return <Gate client={client} snapshot={snapshot} screen={screen} />;
    case "over":
      return (
        <One icon="check" title={<T k={`guest.over.${screen.how}`} />}>
          {screen.how === "dismissed" && (
            <p>
              <T k="guest.over.dismissed.lead" />
            </p>
          )}
          <p>
            <T k="guest.over.lead" />
          </p>
        </One>
      );
  }
}

/** At the gate: who will let one in, that nobody sees or hears yet, and whether the own devices work. */
function Gate({
  client,
  snapshot,
  screen,
}: {
  readonly client: GuestClient;
  readonly snapshot: GuestSnapshot;
  readonly screen: Extract<Screen, { kind: "gate" }>;
}) {
  const words = useWords();
  const called = useGuestCalled();
  const { self } = snapshot.media;
  const failed = [self.voice, self.face].find((one) => one.state === "failed");
  return (
    <One icon="door" title={<T k="guest.gate" />}>
      {snapshot.connection.state === "reconnecting" && (
        <p role="status" className="rounded-8 border-2 border-heed-edge bg-heed-soft px-4 py-2 font-bold text-heed-ink">
          <T k="guest.lost" />
        </p>
      )}
      {screen.host !== null && (
        <p role="status" className="text-[22px] font-bold">
          <T k="guest.gate.who" values={{ who: called(screen.host) }} />
        </p>
      )}
      <p className="flex items-start gap-3">
        <Icon name="cameraOff" className="mt-0.5 size-7 flex-none text-primary" />
        <span>
          <T k="guest.gate.unseen" />
        </span>
      </p>
      <p className="flex items-start gap-3">
        <Icon name="person" className="mt-0.5 size-7 flex-none text-primary" />
        <span>
          <T k="guest.gate.you" values={{ name: called(snapshot.identity ?? { role: "", name: "" }) }} />
        </span>
      </p>
      <section aria-label={words.written("guest.check")} className="flex flex-col gap-3 rounded-12 border-2 border-hairline bg-white p-4">
        <h2 className="text-[20px] font-bold">
          <T k="guest.check" />
        </h2>
        <div className="relative aspect-video w-full overflow-hidden bg-solid-gray-800">
          <VideoView stream={self.preview} mirrored label={words.written("guest.self")} className="absolute inset-0 size-full" />
        </div>
        <div className="overflow-hidden">
          <LevelMeter level={client.micLevel} />
        </div>
        <p role="status">
          {failed?.state === "failed" ? (
            <T k={failed.fault === "denied" ? "guest.check.denied" : "guest.check.missing"} />
          ) : (
            <T k="guest.check.voice" />
          )}
        </p>
      </section>
      <Button place="counter" icon="door" className="w-full" onPress={() => void client.leave()}>
        <T k="guest.leave" />
      </Button>
    </One>
  );
}

function One({ icon, title, children }: { readonly icon: IconName; readonly title: ReactNode; readonly children?: ReactNode }) {
  return (
    <>
      <h1 className="flex items-start gap-3 text-[28px] leading-snug font-bold">
        <Icon name={icon} className="mt-0.5 size-9 flex-none text-primary" />
        <span>{title}</span>
      </h1>
      {children}
    </>
  );
}

const roles = ["doctor", "nurse", "pharmacist", "officer", "counselor", "interpreter", "family"] as const;

/** "医師 森田 千尋": role and name, in marked wording. */
export function useGuestCalled(): (person: { readonly role: string; readonly name: string }) => string {
  const words = useWords();
  return ({ role, name }) => {
    const known = roles.find((one) => one === role);
    return known === undefined ? literal(name) : words.marked("guest.person", { role: words.marked(`guest.role.${known}`), name: literal(name) });
  };
}

/** A name on a picture. */
export function Tag({ children }: { readonly children: string }) {
  return (
    <p className="absolute bottom-2 left-2 max-w-[92%] rounded-6 bg-black px-3 py-0.5 text-white">
      <Furigana>{children}</Furigana>
    </p>
  );
}
