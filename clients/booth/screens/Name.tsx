import type { ReactNode } from "react";
import { Button, Furigana, Icon, literal, Portrait, romaji, timeWords, useLanguage, wearOf } from "../../ui";
import type { Leg } from "../../session/protocol";
import { useBooth } from "../context";
import { Frame, OneThing } from "../Frame";
import { byRole } from "../names";
import type { Screen } from "../state";
import { T, useWords } from "../words";

/** How long the device check takes, in minutes, as a plan. */
const checkMinutes = 1;

/** Is it you? And three pictures of what comes. Only after a check-in at the booth itself. */
export function Name({ screen }: { readonly screen: Extract<Screen, { kind: "name" }> }) {
  const { act, callStaff } = useBooth();
  const words = useWords();
  const { language } = useLanguage();
  const { session, kana } = screen;
  const first = session.legs[session.leg];
  return (
    <Frame
      screen={screen}
      actions={
        <>
          <Button
            onPress={() => {
              act({ type: "denied" });
              callStaff();
            }}
          >
            <T k="name.no" />
          </Button>
          <Button kind="primary" iconAfter="arrow" onPress={() => act({ type: "confirmed" })}>
            <T k="name.yes" />
          </Button>
        </>
      }
    >
      <h1 className="text-[45px] leading-normal font-bold max-[1100px]:text-[40px]">
        {kana !== null ? (
          <Highlighted name={language === "en" ? romaji(literal(kana)) : literal(kana)} />
        ) : (
          <T k="name.title.number" values={{ number: session.number }} />
        )}
      </h1>
      <p className="text-[30px] leading-relaxed">
        {first !== undefined && (
          <span className="mr-4">
            {Date.parse(first.startsAt) > Date.parse(first.plannedAt) ? (
              <span role="status" className="rounded-8 bg-heed px-3 text-heed-ink">
                <T k="wait.newTime" values={{ time: timeWords(words, Date.parse(first.startsAt)) }} />
              </span>
            ) : (
              <T k="name.appointment" values={{ time: timeWords(words, Date.parse(first.startsAt)) }} />
            )}
          </span>
        )}
        <T k="name.today" values={{ count: session.legs.length + 1 }} />
      </p>
      <ol className="mt-3 grid min-h-0 flex-1 auto-cols-fr grid-flow-col gap-6">
        <Plan number={1} title={<T k="plan.check" />} minutes={checkMinutes} picture={<Screenful />} />
        {session.legs.map((leg, i) => (
          <Plan
            key={leg.service}
            number={i + 2}
            title={<T k={byRole("plan", leg.role)} />}
            minutes={minutesOf(leg)}
            picture={<Portrait wear={wearOf(leg.role)} className="size-36 max-[1100px]:size-28" />}
          />
        ))}
      </ol>
      <p className="mt-5 flex items-center gap-4">
        <Icon name="norecord" className="size-9 text-primary" />
        <span>
          <T k="name.norecord" />
        </span>
      </p>
    </Frame>
  );
}

/** The question with the name on a yellow band, wherever the sentence has it. */
function Highlighted({ name }: { readonly name: string }) {
  const words = useWords();
  const gap = "\uE000";
  const [before = "", after = ""] = words.marked("name.title", { name: gap }).split(gap);
  return (
    <>
      <Furigana>{before}</Furigana>
      <span className="rounded-8 bg-heed px-4 py-1">{name}</span>
      <Furigana>{after}</Furigana>
    </>
  );
}

function minutesOf(leg: Leg): number {
  return Math.max(1, Math.round((Date.parse(leg.endsAt) - Date.parse(leg.startsAt)) / 60_000));
}

function Plan({
  number,
  title,
  minutes,
  picture,
}: {
  readonly number: number;
  readonly title: ReactNode;
  readonly minutes: number;
  readonly picture: ReactNode;
}) {
  return (
    <li className="relative flex flex-col items-center justify-center gap-3 rounded-16 border-2 border-hairline bg-white px-4 py-4 text-center">
      <span
        aria-hidden="true"
        className="absolute top-4 left-4 grid size-14 place-items-center rounded-full bg-primary font-bold text-white"
      >
        {number}
      </span>
      {picture}
      <span className="text-[32px] leading-normal font-bold max-[1100px]:text-[28px]">{title}</span>
      <span className="text-ink-soft">
        <T k="plan.minutes" values={{ minutes }} />
      </span>
    </li>
  );
}

/** The booth's own screen, camera on top, with a voice beside it. */
function Screenful() {
  return (
    <span className="flex items-center gap-3 text-primary">
      <span className="grid h-32 w-40 place-items-center rounded-12 border-4 border-primary max-[1100px]:h-24 max-[1100px]:w-32">
        <Icon name="person" className="size-18" />
      </span>
      <Icon name="wave" className="size-14" />
    </span>
  );
}

/** "That is not me": staff put it right; the visit stays as it is until then. */
export function NotYou({ screen }: { readonly screen: Screen }) {
  const { act } = useBooth();
  return (
    <Frame
      screen={screen}
      actions={
        <Button icon="back" onPress={() => act({ type: "undenied" })}>
          <T k="back" />
        </Button>
      }
    >
      <OneThing icon="bell" title={<T k="notyou.title" />}>
        <p>
          <T k="notyou.lead" />
        </p>
      </OneThing>
    </Frame>
  );
}

/** Nobody has touched the screen for a while: what names somebody is covered until somebody does. */
export function Still({ screen }: { readonly screen: Screen }) {
  const { act } = useBooth();
  return (
    <Frame
      screen={screen}
      actions={
        <Button kind="primary" iconAfter="arrow" onPress={() => act({ type: "came-back" })}>
          <T k="still.go" />
        </Button>
      }
    >
      <OneThing icon="person" title={<T k="still.title" />}>
        <p>
          <T k="still.lead" />
        </p>
      </OneThing>
    </Frame>
  );
}
