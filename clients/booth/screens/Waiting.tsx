import { Button, Furigana, Icon, Panel, Portrait, timeWords, useLanguage, wearOf } from "../../ui";
import type { Leg, Waiting as Place } from "../../session/protocol";
import { useBooth } from "../context";
import { Frame } from "../Frame";
import { byRole, personName, registered } from "../names";
import type { Screen } from "../state";
import { T, useWords } from "../words";
import { useShutting } from "./Shuts";

/** Number, people before, a range, lateness, whom. Calm: nothing has to be done. */
export function Waiting({ screen }: { readonly screen: Extract<Screen, { kind: "waiting" }> }) {
  const { snapshot } = useBooth();
  const shutting = useShutting();
  const { session, leg, waiting } = screen;
  return (
    <Frame screen={screen} actions={<LeaveButton />}>
      <Waves />
      <div className="relative grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(0,0.7fr)] gap-9 max-[1100px]:gap-5">
        <div className="flex min-h-0 flex-col gap-3 max-[1100px]:gap-1.5">
          <h1 className="text-[45px] leading-normal font-bold max-[1100px]:text-[36px]">
            <T k={screen.again ? "wait.title.back" : "wait.title"} />
          </h1>
          <Panel className="grid flex-1 grid-cols-[auto_minmax(0,1fr)] items-center px-8 py-2">
            <div className="border-r-2 border-hairline pr-10">
              <p>
                <T k="wait.number" />
              </p>
              <p className="text-[88px] max-[1100px]:text-[68px] leading-none font-bold text-primary-pressed tabular-nums">{session.number}</p>
            </div>
            <div className="pl-10">
              <p>
                <T k="wait.ahead" />
              </p>
              <Ahead waiting={waiting} />
            </div>
          </Panel>
          <Panel className="px-8 py-2">
            <Expected waiting={waiting} leg={leg} />
          </Panel>
          {/* With a broken line, staff in the booth or shortly before closing there is more to say than there is room for; this can wait. */}
          {snapshot.connection.state === "live" && session.staff?.present !== true && shutting === undefined && <Note icon="speaker" k="wait.chime" />}
          <Note icon="eye" k="wait.private" />
        </div>
        <Whom leg={leg} />
      </div>
    </Frame>
  );
}

function Ahead({ waiting }: { readonly waiting: Place | null }) {
  const people = waiting?.ahead ?? 0;
  return (
    <p role="status" className="text-[52px] leading-normal font-bold text-primary-pressed max-[1100px]:text-[40px]">
      {waiting === null ? (
        <span aria-hidden="true">–</span>
      ) : people === 0 ? (
        <T k="wait.ahead.none" />
      ) : people === 1 || people === 2 ? (
        <T k={`wait.ahead.${people}`} />
      ) : (
        <T k="wait.ahead.many" values={{ people }} />
      )}
    </p>
  );
}

/** How long, as a range and never to the minute; how late, if late. */
function Expected({ waiting, leg }: { readonly waiting: Place | null; readonly leg: Leg }) {
  const words = useWords();
  const late = waiting?.lateMinutes ?? 0;
  return (
    <div role="status">
      <p className="flex items-center gap-4 text-[36px] leading-relaxed font-bold max-[1100px]:text-[32px]">
        <Icon name="clock" className="size-10 text-primary" />
        <span>
          <Range waiting={waiting} />
        </span>
      </p>
      <p className="text-[28px] leading-relaxed">
        {late > 0 ? (
          <>
            <T k="wait.late" values={{ minutes: late }} />
            {Date.parse(leg.startsAt) > Date.parse(leg.plannedAt) && (
              <span className="block">
                <T k="wait.newTime" values={{ time: timeWords(words, Date.parse(leg.startsAt)) }} />
              </span>
            )}
          </>
        ) : (
          <T k="wait.ontime" values={{ time: timeWords(words, Date.parse(leg.startsAt)) }} />
        )}
      </p>
    </div>
  );
}

/** A range of minutes, "soon", or that it is being found out. */
export function Range({ waiting }: { readonly waiting: Place | null }) {
  if (waiting === null) return <T k="wait.unknown" />;
  if (waiting.toMinutes <= 0) return <T k="wait.soon" />;
  if (waiting.fromMinutes <= 0) return <T k="wait.within" values={{ to: waiting.toMinutes }} />;
  return <T k="wait.range" values={{ from: waiting.fromMinutes, to: waiting.toMinutes }} />;
}

function Note({ icon, k }: { readonly icon: "speaker" | "eye"; readonly k: "wait.chime" | "wait.private" }) {
  return (
    <p className="flex items-center gap-4 leading-normal">
      <Icon name={icon} className="size-9 text-primary" />
      <span>
        <T k={k} />
      </span>
    </p>
  );
}

function Whom({ leg }: { readonly leg: Leg }) {
  const words = useWords();
  const { language } = useLanguage();
  const { professional, role } = leg;
  return (
    <Panel className="flex min-h-0 flex-col items-center justify-center gap-2 px-6 py-3 text-center">
      <p>
        <T k={role === "doctor" ? "wait.whom.doctor" : "wait.whom.other"} />
      </p>
      <Portrait wear={wearOf(role)} className="max-h-44 min-h-20 w-44 shrink! basis-44 max-[1100px]:basis-36" />
      <p className="text-[40px] leading-relaxed font-bold max-[1100px]:text-[34px]">
        {professional.name === "" ? (
          <T k={byRole("handover.title", role)} />
        ) : (
          <Furigana>{personName(words, language, { ...professional, role }, "full")}</Furigana>
        )}
      </p>
      <p lang="ja">{professional.organisation}</p>
      <p className="text-[26px] text-ink-soft">
        <Furigana>{registered(words, professional, role)}</Furigana>
      </p>
    </Panel>
  );
}

/** Stop and leave: asks once more first. */
export function LeaveButton() {
  const { act } = useBooth();
  return (
    <Button onPress={() => act({ type: "ask-leave" })}>
      <T k="leave" />
    </Button>
  );
}

/** Water behind the screen: something calm to look at. */
export function Waves() {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      viewBox="0 0 1280 120"
      preserveAspectRatio="none"
      className="pointer-events-none fixed inset-x-0 bottom-28 h-[120px] w-full"
    >
      <path d="M0 22c160-26 300 20 470 8S760-6 930 18s250 6 350-10v112H0z" fill="#dcf0ff" />
      <path d="M0 66c180-30 330 10 520-4s300-34 470-8 210 14 290 6v60H0z" fill="#cfeaff" />
    </svg>
  );
}
