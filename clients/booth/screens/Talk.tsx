import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import {
  Banner,
  Button,
  ConnectionBar,
  Furigana,
  Icon,
  LineNewsBar,
  literal,
  Panel,
  Portrait,
  shortTimeWords,
  useLanguage,
  useLineNews,
  VideoView,
  wearOf,
  type IconName,
} from "../../ui";
import { useBooth } from "../context";
import { Frame, narrow } from "../Frame";
import { personName, registered } from "../names";
import { lineOf, type Person, type Screen } from "../state";
import { T, useWords } from "../words";
import { SealingNote } from "../../ui/SealingNote";
import { DeviceSoundBar, DeviceSoundButton, useDeviceSound } from "./DeviceSound";
import { AlarmButton } from "./Alarm";
import { CourseBar, settle } from "./CourseBar";
import { Telephone } from "./Telephone";
import { Written } from "./Written";

export type TalkScreen = Extract<Screen, { kind: "talk" }>;

/** The consultation: the professional large, oneself small, identity and contact always beside. */
export function Talk({ screen }: { readonly screen: TalkScreen }) {
  const { act, alarm } = useBooth();
  const writing = screen.written.length > 0;
  const sound = useDeviceSound(screen);
  // Something else has the large place, and the side needs room for the face.
  const small = writing || screen.show === "document";
  const others = useOthers(screen);
  // The side has room for one picture beside one's own; more stand in a row below the large one, or names would be cut.
  const below = others.length > (small ? 0 : 1);
  // A line across the screen takes room from the side: one's own picture, with the button to pause, goes before the time.
  const barred = screen.staff || screen.asked !== null || screen.gate.length > 0 || alarm?.state === "raised";
  return (
    <Frame
      screen={screen}
      again={false}
      header={<TalkBanner screen={screen} />}
      bar={
        <>
          <OwnVoice screen={screen} />
          <CourseBar screen={screen} />
          <Lines />
          <DeviceSoundBar screen={screen} sound={sound} />
        </>
      }
      actions={
        <>
          <DeviceSoundButton sound={sound} />
          <AlarmButton />
          <Button className={narrow} onPress={() => act({ type: "ask-leave" })}>
            <T k="talk.end" />
          </Button>
        </>
      }
    >
      <h1 className="sr-only">
        <T k="step.talk" />
      </h1>
      <div className="-mx-4 -my-3 grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_320px] gap-5 max-[1100px]:-mx-2 max-[1100px]:grid-cols-[minmax(0,1fr)_270px] max-[1100px]:gap-4">
        <div className="flex min-h-0 min-w-0 flex-col gap-4">
          <div className="grid min-h-0 flex-1">{writing ? <Written screen={screen} /> : <Large screen={screen} />}</div>
          {below && (
            <div className="grid h-[24%] min-h-28 grid-cols-2 gap-4">
              <Others people={others} beside />
            </div>
          )}
        </div>
        <aside className="flex min-h-0 flex-col gap-4">
          <Identity screen={screen} />
          {small ? <Small screen={screen} /> : (below || others.length === 0) && !barred && <Until screen={screen} />}
          {!below && <Others people={others} />}
          <Self />
        </aside>
      </div>
    </Frame>
  );
}

/** Who sees and hears, that nothing is recorded, and the line. */
export function TalkBanner({ screen }: { readonly screen: TalkScreen }) {
  const { snapshot } = useBooth();
  const nameOf = usePersonName();
  const words = useWords();
  const staff = screen.staff ? [words.marked("staff.person")] : [];
  return (
    <Banner people={[...screen.people.map(nameOf), ...staff]} line={lineOf(snapshot)}>
      <SealingNote sealing={snapshot.sealing} />
    </Banner>
  );
}

/** How a person is called in a sentence; marked wording. */
export function usePersonName(): (person: Person) => string {
  const words = useWords();
  const { language } = useLanguage();
  return useCallback(
    (person) =>
      person.equipment
        ? words.marked("person.equipment", { name: literal(person.name) })
        : personName(words, language, person, "short"),
    [words, language],
  );
}

/** How the professional is called in a sentence; marked wording. */
export function useProfessional(screen: TalkScreen): string {
  const nameOf = usePersonName();
  const { professional, role } = screen.leg;
  return nameOf({ id: screen.desk, role, name: professional.name, kana: professional.kana, equipment: false });
}

/** Whose line is weak; while ours to the server is lost, nothing is known of it. */
function Lines() {
  const { snapshot } = useBooth();
  const news = useLineNews(snapshot.presence, snapshot.identity?.seat ?? null);
  return <LineNewsBar news={snapshot.connection.state === "live" ? news : null} />;
}

function OwnVoice({ screen }: { readonly screen: TalkScreen }) {
  if (screen.ownVoice === "gone") {
    return <ConnectionBar icon="micOff" what={<T k="mic.lost.what" />} next={<T k="mic.lost.next" />} />;
  }
  if (screen.ownMuted) {
    return <ConnectionBar icon="micOff" what={<T k="mic.muted.what" />} next={<T k="mic.muted.next" />} />;
  }
  return null;
}

function Large({ screen }: { readonly screen: TalkScreen }) {
  const { snapshot } = useBooth();
  const words = useWords();
  const who = useProfessional(screen);
  const remote = snapshot.media.remote[screen.desk];
  const papers = remote?.screen ?? remote?.document ?? null;
  const showsPapers = screen.show === "document";
  const showsPicture = screen.show === "picture" || showsPapers;
  const onFrame = useFirstFrame(screen.session.id, screen.session.leg);
  return (
    <div className="relative min-h-0 overflow-hidden bg-solid-gray-800">
      {showsPicture ? (
        <VideoView
          stream={showsPapers ? papers : (remote?.face ?? null)}
          of={screen.desk}
          fit={showsPapers ? "contain" : "cover"}
          label={words.written(showsPapers ? "talk.document" : "talk.picture", { who })}
          onFrame={onFrame}
          className="absolute inset-0 size-full"
        />
      ) : (
        <NoPicture screen={screen} who={who} />
      )}
      <Telephone lost={screen.show === "lost" || screen.show === "away"} {...screen.leg.professional} />
      {screen.deskMuted && showsPicture && (
        <p className="absolute bottom-4 left-4 flex items-center gap-3 rounded-8 bg-black px-5 py-2 text-[26px] text-white">
          <Icon name="micOff" className="size-8" />
          <span>
            <T k="talk.muted" values={{ who }} />
          </span>
        </p>
      )}
    </div>
  );
}

/** Name of the mark in the page's timeline; forgotten with the visit. */
export const firstFrameMark = "madoguchi.first-frame";

/** Marks the first presented frame of a consultation, once. */
export function markFirstFrame(session: string, leg: number): void {
  const detail = `${session}/${leg}`;
  const marked = performance.getEntriesByName(firstFrameMark).some((mark) => "detail" in mark && mark.detail === detail);
  if (!marked) performance.mark(firstFrameMark, { detail });
}

/**
 * Marks the first presented frame of each consultation in the page's timeline, where support and tests read how long
 * admission took; after that frames are not watched any more.
 */
function useFirstFrame(session: string, leg: number): (() => void) | undefined {
  const consultation = `${session}/${leg}`;
  const [seen, setSeen] = useState<string | null>(null);
  const mark = useCallback(() => {
    markFirstFrame(session, leg);
    setSeen(consultation);
  }, [session, leg, consultation]);
  return seen === consultation ? undefined : mark;
}

/** Why there is no picture, in words, and that nothing has to be done. */
function NoPicture({ screen, who }: { readonly screen: TalkScreen; readonly who: string }) {
  const pharmacist = screen.leg.role === "pharmacist";
  switch (screen.show) {
    case "sound-only":
      return (
        <InWords screen={screen} tone="heed" title={<T k="talk.sound.title" />}>
          <T k="talk.sound.why" />
          <T k={pharmacist ? "talk.sound.pharmacist" : "talk.sound.next"} />
        </InWords>
      );
    case "camera-off":
      return (
        <InWords screen={screen} title={<T k="talk.camera.title" values={{ who }} />}>
          <T k={screen.deskMuted ? "talk.muted" : "talk.camera.lead"} values={{ who }} />
        </InWords>
      );
    case "away":
      return (
        <InWords screen={screen} tone="heed" title={<T k="talk.away.title" values={{ who }} />}>
          <T k="talk.away.lead" />
          <T k="talk.lost.phone" />
        </InWords>
      );
    case "lost":
      return (
        <InWords screen={screen} tone="heed" title={<T k="talk.lost.title" />}>
          <T k="talk.lost.lead" />
          <T k="talk.lost.phone" />
        </InWords>
      );
    default:
      return (
        <InWords screen={screen} title={<T k="talk.connecting.title" />}>
          <T k="talk.connecting.lead" values={{ who }} />
        </InWords>
      );
  }
}

function InWords({
  screen,
  title,
  tone = "plain",
  children,
}: {
  readonly screen: TalkScreen;
  readonly title: ReactNode;
  readonly tone?: "plain" | "heed";
  readonly children: ReactNode;
}) {
  const lines = Array.isArray(children) ? (children as ReactNode[]) : [children];
  return (
    <div
      role="status"
      className={`absolute inset-0 flex flex-col items-center justify-center gap-4 rounded-16 border-3 bg-white px-6 py-4 text-center ${tone === "heed" ? "border-heed-edge" : "border-hairline"}`}
    >
      {/* Where bars take the room, the drawing gives way and the words stay. */}
      <Portrait wear={wearOf(screen.leg.role)} className="max-h-40 min-h-0 w-40 shrink! basis-40 max-[1100px]:w-28 max-[1100px]:basis-28" />
      <h2 className="text-[45px] leading-relaxed font-bold max-[1100px]:text-[36px]">{title}</h2>
      {lines.map((line, i) => (
        <p key={i} className="text-[30px] leading-relaxed max-[1100px]:text-[27px]">
          {line}
        </p>
      ))}
    </div>
  );
}

/** Name, registration, organisation and telephone number: in sight as long as the talk lasts. */
function Identity({ screen }: { readonly screen: TalkScreen }) {
  const words = useWords();
  const { language } = useLanguage();
  const { professional, role } = screen.leg;
  const since = registered(words, professional, role);
  return (
    <Panel className="shrink-0 px-5 py-3 text-[25px] leading-snug max-[1100px]:px-3 max-[1100px]:text-[24px]">
      <p className="text-[31px] leading-relaxed font-bold max-[1100px]:text-[27px]">
        <Furigana>{personName(words, language, { ...professional, role }, "full")}</Furigana>
      </p>
      {since !== "" && (
        <p className="text-[24px]">
          <Furigana>{since}</Furigana>
        </p>
      )}
      <p lang="ja">{professional.organisation}</p>
      {professional.phone !== "" && (
        <p className="flex items-center gap-2 tabular-nums">
          <Icon name="phone" className="size-7 text-primary" />
          <span className="sr-only">
            <T k="person.phone" />
          </span>
          {professional.phone}
        </p>
      )}
    </Panel>
  );
}

/** Until when, roughly: as long as planned, counted from when it really began. */
function Until({ screen }: { readonly screen: TalkScreen }) {
  const words = useWords();
  const { session, leg } = screen;
  const planned = Date.parse(leg.endsAt) - Date.parse(leg.startsAt);
  const until = session.startedAt === undefined ? Date.parse(leg.endsAt) : Date.parse(session.startedAt) + planned;
  return (
    <Panel className="flex shrink-0 items-center gap-3 px-5 py-2.5 text-[26px] max-[1100px]:px-3 max-[1100px]:text-[24px]">
      <Icon name="clock" className="size-8 text-primary" />
      <p>
        <T k="talk.until" values={{ time: shortTimeWords(words, until) }} />
      </p>
    </Panel>
  );
}

/** The professional small, while something else has the large place. */
function Small({ screen }: { readonly screen: TalkScreen }) {
  const { snapshot } = useBooth();
  const words = useWords();
  const who = useProfessional(screen);
  const face = snapshot.media.remote[screen.desk]?.face ?? null;
  return (
    <Tile name={<Furigana>{who}</Furigana>}>
      <VideoView
        stream={face}
        of={screen.desk}
        label={words.written("talk.picture", { who })}
        className="absolute inset-0 size-full"
        instead={<Nothing icon="cameraOff" />}
      />
    </Tile>
  );
}

/** Others who are let in and show a picture; the professional is the third that comes. */
function useOthers(screen: TalkScreen): Person[] {
  const { remote } = useBooth().snapshot.media;
  return screen.people.filter((person) => person.id !== screen.desk && remote[person.id]?.face).slice(0, 2);
}

/** `beside`: the name stands beside the picture, where a wide place would cut the head off. */
function Others({ people, beside = false }: { readonly people: readonly Person[]; readonly beside?: boolean }) {
  const { snapshot } = useBooth();
  const words = useWords();
  const nameOf = usePersonName();
  return people.map((person) => {
    const who = nameOf(person);
    return (
      <Tile key={person.id} name={<Furigana>{who}</Furigana>} beside={beside}>
        <VideoView
          stream={snapshot.media.remote[person.id]?.face ?? null}
          of={person.id}
          label={words.written("talk.picture", { who })}
          className="absolute inset-0 size-full"
        />
      </Tile>
    );
  });
}

/** Oneself, with the curtain to draw: the button stands where its effect is. */
function Self() {
  const { snapshot, client } = useBooth();
  const words = useWords();
  const { self } = snapshot.media;
  const off = self.videoMuted || self.face.state === "failed" || self.preview === null;
  return (
    <Tile name={off ? null : <T k="self" />}>
      <VideoView
        stream={off ? null : self.preview}
        mirrored
        of="self"
        label={words.written("talk.self")}
        className="absolute inset-0 size-full"
        instead={
          <Nothing icon="cameraOff">
            {self.face.state === "failed" ? <T k={`camera.${self.face.fault}`} /> : <T k="talk.self.off" />}
          </Nothing>
        }
      />
      <Button
        className="absolute! top-1.5 right-1.5 min-h-14! border-2! px-3! py-1! text-[24px]!"
        onPress={() => settle(client.conduct.pause("privacy"))}
      >
        <T k="paused.button" />
      </Button>
    </Tile>
  );
}

function Tile({ name, beside = false, children }: { readonly name: ReactNode; readonly beside?: boolean; readonly children: ReactNode }) {
  if (beside) {
    return (
      <div className="flex min-w-0 items-center gap-3">
        <div className="relative aspect-[4/3] h-full flex-none overflow-hidden border-3 border-white bg-solid-gray-100">{children}</div>
        <p className="min-w-0 text-[24px] leading-snug font-bold">{name}</p>
      </div>
    );
  }
  return (
    <div className="relative min-h-28 flex-1 overflow-hidden border-3 border-white bg-solid-gray-100">
      {children}
      {name !== null && (
        <p className="absolute bottom-2 left-2 rounded-8 bg-black px-4 py-1 text-[24px] text-white">{name}</p>
      )}
    </div>
  );
}

function Nothing({ icon, children }: { readonly icon: IconName; readonly children?: ReactNode }) {
  return (
    <div className="absolute inset-0 flex flex-col items-center justify-center gap-2 px-3 text-center text-[24px] leading-snug">
      <Icon name={icon} className="size-12" />
      {children !== undefined && <p role="status">{children}</p>}
    </div>
  );
}

/** Keeps the newest of a growing list in sight. */
export function useNewestInSight(count: number) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [count]);
  return end;
}
