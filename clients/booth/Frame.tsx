import type { ReactNode } from "react";
import { Button, Clock, ConnectionBar, Furigana, Icon, literal, named, romaji, useLanguage, VolumeControl } from "../ui";
import mark from "../ui/mark.svg";
import { useBooth } from "./context";
import { useOffice } from "./office";
import { Shuts } from "./screens/Shuts";
import { staffInside, stepOf, type Screen } from "./state";
import { T, useWords } from "./words";

/** The frame of every screen: who we are above, 係を呼ぶ below at the left, and between them one thing at a time. */
export function Frame({
  screen,
  header,
  bar,
  actions,
  again = true,
  children,
}: {
  readonly screen: Screen;
  /** In place of the office's name: the banner of a consultation. */
  readonly header?: ReactNode;
  /** A sentence across the screen, when something is wrong beside the line. */
  readonly bar?: ReactNode;
  /** What can be done here, at the right of the foot. */
  readonly actions?: ReactNode;
  /** Whether もう一度聞く belongs here. */
  readonly again?: boolean;
  readonly children: ReactNode;
}) {
  const words = useWords();
  return (
    <div
      data-screen={screen.kind}
      className="kiosk grid h-[calc(100dvh/var(--kiosk-zoom))] grid-rows-[auto_minmax(0,1fr)_auto] bg-ground-booth text-[28px] max-[1100px]:text-[26px]"
    >
      <header className="flex min-h-[92px] items-center border-b-2 border-hairline bg-white px-10 py-2 text-[26px] tight:px-6 tight:text-[24px]">
        {header ?? <Place screen={screen} />}
      </header>
      <div className="flex min-h-0 flex-col">
        <LineTrouble talking={screen.kind === "talk"} />
        <StaffInside screen={screen} />
        {"session" in screen && <Shuts />}
        {bar}
        {/* With one more bar above it, it may have to be scrolled: by keyboard too, whether anything in it can be touched or not. */}
        <main className="flex min-h-0 flex-1 flex-col">
          <div
            role="region"
            aria-label={words.written("screen.region")}
            tabIndex={0}
            className="flex min-h-0 flex-1 flex-col overflow-y-auto px-10 py-7 max-[1100px]:px-6 max-[1100px]:py-4"
          >
            {children}
          </div>
        </main>
      </div>
      <Foot again={again}>{actions}</Foot>
    </div>
  );
}

function Place({ screen }: { readonly screen: Screen }) {
  const { client, snapshot } = useBooth();
  const office = useOffice();
  const { language } = useLanguage();
  const { identity } = snapshot;
  const name = office.data?.name ?? identity?.officeName ?? "";
  const kana = office.data?.kana ?? "";
  return (
    <div className="flex w-full flex-wrap items-center gap-x-6">
      <img src={mark} alt="" className="size-10" />
      <p className="text-[1.1em] font-bold">
        {language === "en" && kana !== "" ? romaji(kana) : <Furigana>{named(name, kana)}</Furigana>}
      </p>
      <p className="text-ink-soft">{literal(identity?.boothName ?? "")}</p>
      <div className="ml-auto">{screen.kind === "idle" ? <span className="text-[30px] max-[1100px]:text-[26px]"><Clock now={client.now} /></span> : <Progress screen={screen} />}</div>
    </div>
  );
}

const steps = [1, 2, 3, 4, 5];

function Progress({ screen }: { readonly screen: Screen }) {
  const words = useWords();
  const step = stepOf(screen);
  if (step === null) return null;
  return (
    <div className="flex items-center gap-4">
      <p>
        <T k={`step.${step.name}`} />
        <span className="sr-only">{words.written("step.progress", { now: step.now, of: steps.length })}</span>
      </p>
      <div aria-hidden="true" className="flex gap-2">
        {steps.map((one) => (
          <span
            key={one}
            className={`h-2.5 w-9 rounded-full ${one <= step.now ? "bg-primary" : "bg-solid-gray-200"}`}
          />
        ))}
      </div>
    </div>
  );
}

/** Staff is in the booth before anybody is let in: no voice is connected until they have gone, where the talk is private. */
function StaffInside({ screen }: { readonly screen: Screen }) {
  const { client } = useBooth();
  const session = staffInside(screen);
  if (session === null) return null;
  const role = session.legs[session.leg]?.role ?? "";
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-5 gap-y-2 border-b-2 border-heed-edge bg-heed-soft px-10 py-1.5 leading-relaxed max-[1100px]:px-6">
      <Icon name="person" className="size-9" />
      <p className="min-w-0 flex-1">
        <span className="font-bold">
          <T k="staff.inside" />
        </span>{" "}
        {privateRoles.has(role) && <T k="staff.unheard" />}
      </p>
      <Button className="min-h-16!" onPress={() => void client.conduct.staff(session.id, false).catch(() => undefined)}>
        <T k="staff.left" />
      </Button>
    </div>
  );
}

/** Whose consultations staff does not hear unless both sides agree. */
const privateRoles: ReadonlySet<string> = new Set(["doctor", "nurse", "pharmacist"]);

/** The line to the server: lost, and what happens next. */
function LineTrouble({ talking }: { readonly talking: boolean }) {
  const { connection, media } = useBooth().snapshot;
  if (connection.state !== "reconnecting") return null;
  const mediaGoOn = talking && media.phase === "connected";
  return (
    <ConnectionBar
      what={<T k="line.lost.what" />}
      next={<T k={mediaGoOn ? "line.lost.talking" : "line.lost.next"} />}
    />
  );
}

/** Three buttons stand at the foot of a small panel, and 係を呼ぶ must not be moved by them. */
export const narrow = "tight:px-4! tight:text-[26px]! tight:gap-2!";

function Foot({ again, children }: { readonly again: boolean; readonly children: ReactNode }) {
  const { volume, setVolume, readAloud } = useBooth();
  const words = useWords();
  return (
    <footer className="flex min-h-28 flex-wrap items-center gap-4 border-t-2 border-hairline bg-white px-10 py-4 tight:gap-3 tight:px-6">
      <CallButton />
      <VolumeControl step={volume} onChange={setVolume} />
      {again && readAloud !== null && (
        <Button icon="again" label={words.written("again.label")} onPress={readAloud}>
          <T k="again" />
        </Button>
      )}
      <div className="ml-auto flex flex-wrap items-center justify-end gap-4 tight:gap-3">{children}</div>
    </footer>
  );
}

function CallButton() {
  const { call, callStaff } = useBooth();
  const standing = call !== null && call.state !== "failed";
  return (
    <Button kind="call" icon="bell" className={standing ? "border-dashed! bg-heed!" : ""} onPress={callStaff}>
      <T k={!standing ? "call.staff" : call.state === "answered" ? "call.coming" : "call.calling"} />
    </Button>
  );
}

/** A screen that says one thing: a drawing, a sentence, and what happens next. */
export function OneThing({
  icon,
  title,
  children,
}: {
  readonly icon: Parameters<typeof Icon>[0]["name"];
  readonly title: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className="m-auto flex max-w-5xl flex-col items-center gap-6 text-center">
      <span className="grid size-36 place-items-center rounded-full border-2 border-hairline bg-white text-primary">
        <Icon name={icon} className="size-18" />
      </span>
      <h1 className="text-[48px] leading-snug font-bold max-[1100px]:text-[42px]">{title}</h1>
      <div className="flex flex-col gap-2 text-[32px] leading-relaxed max-[1100px]:text-[28px]">{children}</div>
    </div>
  );
}
