import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import type { Connection } from "../../session";
import mark from "../mark.svg";
import { Button, type Place } from "../Button";
import { ConnectionBar } from "../ConnectionBar";
import { wallClock } from "../office-time";
import { languages, useLanguage } from "../words";
import { languageNames } from "./language-names";
import { useClient, useNow, useSeat } from "./seat";
import type { Sound } from "./sound";
import { useWorkWords, WorkT } from "./words";

/** The top of every screen at work: whose seat this is, what stands beside it, and the server's clock. */
export function TopBar({
  name,
  detail,
  children,
  clock = true,
}: {
  readonly name: ReactNode;
  readonly detail?: ReactNode;
  readonly children?: ReactNode;
  readonly clock?: boolean;
}) {
  return (
    <header className="screen-only flex min-h-16 flex-none flex-wrap items-center gap-x-4 gap-y-1 border-b border-solid-gray-420 bg-white px-5 py-2">
      <img src={mark} alt="" className="size-9" />
      <p className="text-[20px] font-bold whitespace-nowrap">{name}</p>
      {detail !== undefined && <p className="text-[17px] text-ink-soft">{detail}</p>}
      <div className="ml-auto flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
        {children}
        {clock && <WallClock />}
      </div>
    </header>
  );
}

function WallClock() {
  const now = useNow();
  return (
    <time dateTime={new Date(now).toISOString()} className="text-[25px] font-bold tabular-nums">
      {wallClock(now)}
    </time>
  );
}

/** Chooses the language of this screen. */
export function LanguageChoice() {
  const words = useWorkWords();
  const { language, choose } = useLanguage();
  return (
    <label className="flex items-center gap-2 text-[16px]">
      <span className="sr-only">{words.written("language.name")}</span>
      <select
        value={language}
        onChange={(event) => choose(languages.find((l) => l === event.target.value) ?? "ja")}
        className="min-h-11 rounded-8 border border-edge bg-white px-2"
      >
        {languages.map((l) => (
          <option key={l} value={l} lang={l === "en" ? "en" : "ja"}>
            {languageNames[l]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says whether this page can be heard, and lets somebody change it: browsers want a touch before the first sound. */
export function SoundSwitch({ sound, place }: { readonly sound: Sound; readonly place: Place }) {
  useEffect(() => sound.begin(), [sound]);
  const state = useSyncExternalStore(sound.subscribe, sound.state);
  if (state === "on") {
    return (
      <Button place={place} kind="quiet" icon="speaker" onPress={() => void sound.turn(false)}>
        <WorkT k="work.sound.on" />
      </Button>
    );
  }
  return (
    <Button place={place} kind="call" icon="speakerOff" onPress={() => void sound.turn(true)}>
      <WorkT k="work.sound.turnOn" />
    </Button>
  );
}

/** What is wrong with the line to the server, if something is: one sentence and what happens next. */
export function LineBar({ place }: { readonly place: Place }) {
  const client = useClient();
  const { connection } = useSeat();
  const words = lineWords(connection);
  if (words === undefined) return null;
  return (
    <div className="screen-only flex-none text-[17px]">
      <ConnectionBar
        what={<WorkT k={words.what} />}
        next={<WorkT k={words.next} />}
        action={
          <Button place={place} onPress={client.reconnect}>
            <WorkT k={words.act} />
          </Button>
        }
      />
    </div>
  );
}

function lineWords(connection: Connection) {
  if (connection.state === "reconnecting") {
    return { what: "work.line.lost", next: "work.line.lostNext", act: "work.line.now" } as const;
  }
  if (connection.state !== "failed") return undefined;
  switch (connection.reason) {
    case "replaced":
      return { what: "work.line.replaced", next: "work.line.replacedNext", act: "work.line.takeBack" } as const;
    case "forbidden":
      return { what: "work.line.forbidden", next: "work.line.forbiddenNext", act: "work.line.now" } as const;
    case "protocol":
      return { what: "work.line.protocol", next: "work.line.protocolNext", act: "work.line.now" } as const;
    case "signed-out":
      return undefined;
  }
}
