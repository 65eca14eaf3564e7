/** Between seat and goodbye: called, called again later, paused, a word in private, wiping. Each says one thing. */
import { Banner, Button, Furigana, Icon, Panel, Portrait, timeWords, useNow, wearOf } from "../../ui";
import { useBooth } from "../context";
import { Frame, OneThing } from "../Frame";
import { lineOf, type Person, type Screen } from "../state";
import { T, useWords } from "../words";
import { AlarmButton } from "./Alarm";
import { settle } from "./CourseBar";
import { usePersonName } from "./Talk";
import { LeaveButton, Waves } from "./Waiting";

type Of<K extends Screen["kind"]> = Extract<Screen, { kind: K }>;

/** The professional has called and is about to begin. */
export function Called({ screen }: { readonly screen: Of<"called"> }) {
  const who = usePersonName()(screen.by);
  return (
    <Frame screen={screen} actions={<LeaveButton />}>
      <Waves />
      <div className="relative m-auto flex flex-col items-center gap-5 text-center">
        <span className="rounded-full border-4 border-primary bg-white p-4">
          <Portrait wear={wearOf(screen.leg.role)} className="size-44 max-[1100px]:size-36" />
        </span>
        <h1 role="status" className="text-[52px] leading-relaxed font-bold max-[1100px]:text-[45px]">
          <T k="called.title" values={{ who }} />
        </h1>
        <p className="text-[34px] leading-relaxed max-[1100px]:text-[30px]">
          <T k="called.lead" />
        </p>
        <Unseen k="called.private" />
      </div>
    </Frame>
  );
}

/** To be called again in so many minutes. */
export function Later({ screen }: { readonly screen: Of<"later"> }) {
  const { client } = useBooth();
  const words = useWords();
  const now = useNow(client.now, 10_000);
  const at = Date.parse(screen.notBefore);
  // Rounded: what was put off for ten minutes just now is not said to be eleven.
  const minutes = Math.round((at - now) / 60_000);
  return (
    <Frame screen={screen} actions={<LeaveButton />}>
      <Waves />
      <div className="relative m-auto flex w-full max-w-5xl flex-col items-center gap-5 text-center">
        <h1 className="text-[48px] leading-relaxed font-bold max-[1100px]:text-[42px]">
          <T k="later.title" />
        </h1>
        <Panel className="flex items-center gap-5 px-9 py-5">
          <Icon name="clock" className="size-12 text-primary" />
          <p role="status" className="text-[36px] leading-relaxed font-bold max-[1100px]:text-[32px]">
            {minutes > 0 ? <T k="later.minutes" values={{ minutes, time: timeWords(words, at) }} /> : <T k="later.soon" />}
          </p>
        </Panel>
        <p className="text-[30px] leading-relaxed max-[1100px]:text-[27px]">
          <T k="later.lead" />
        </p>
        <Unseen k="called.private" />
      </div>
    </Frame>
  );
}

/** The curtain is drawn: nothing is sent, and one large button goes on for whoever may. */
export function Paused({ screen }: { readonly screen: Of<"paused"> }) {
  const nameOf = usePersonName();
  const { act } = useBooth();
  const who = nameOf(screen.who);
  const { why } = screen;
  return (
    <Frame screen={screen} header={<Nobody />} again={false} actions={<Aside onEnd={() => act({ type: "ask-leave" })} />}>
      <Curtain />
      <div className="relative m-auto flex w-full max-w-5xl flex-col items-center gap-5 rounded-16 border-3 border-hairline bg-white px-10 py-7 text-center max-[1100px]:px-6 max-[1100px]:py-4">
        <h1 className="text-[45px] leading-relaxed font-bold max-[1100px]:text-[38px]">
          <T k={`paused.title.${why.by}`} values={{ who }} />
        </h1>
        {why.by !== "staff" && (
          <p className="text-[32px] leading-relaxed max-[1100px]:text-[28px]">
            <T k={`paused.reason.${why.reason}`} />
          </p>
        )}
        <Unseen k="paused.curtain" />
        <GoOn screen={screen} who={who} />
      </div>
    </Frame>
  );
}

/** What whoever may can do; for everybody else, that nothing has to be done. */
function GoOn({ screen, who }: { readonly screen: Of<"paused">; readonly who: string }) {
  const { client } = useBooth();
  const { why, session } = screen;
  if (why.by === "me") {
    return (
      <Button kind="primary" icon="arrow" className="min-h-28! w-full text-[38px]!" onPress={() => settle(client.conduct.resume())}>
        <T k="paused.resume" />
      </Button>
    );
  }
  if (why.by === "other") {
    return (
      <p role="status" className="text-[30px] leading-relaxed max-[1100px]:text-[27px]">
        <T k="paused.wait" values={{ who }} />
      </p>
    );
  }
  return (
    <>
      <p role="status" className="text-[34px] leading-relaxed font-bold max-[1100px]:text-[30px]">
        <T k={why.accepted ? "paused.staff.accepted" : "paused.staff.ask"} values={{ who }} />
      </p>
      <div className="flex w-full flex-wrap justify-center gap-5">
        {!why.accepted && (
          <Button kind="primary" icon="check" className="min-h-24!" onPress={() => settle(client.conduct.acceptStaff())}>
            <T k="paused.staff.yes" />
          </Button>
        )}
        <Button icon="door" className="min-h-24!" onPress={() => settle(client.conduct.staff(session.id, false))}>
          <T k="paused.staff.left" />
        </Button>
      </div>
    </>
  );
}

/** The professionals have a word; the resident waits and knows that nobody hears. */
export function AsideTalk({ screen }: { readonly screen: Of<"aside"> }) {
  const { act } = useBooth();
  const words = useWords();
  return (
    <Frame screen={screen} header={<Nobody />} again={false} actions={<Aside onEnd={() => act({ type: "ask-leave" })} />}>
      <Waves />
      <div className="relative m-auto flex w-full max-w-6xl flex-col items-center gap-5 text-center">
        <h1 className="text-[48px] leading-relaxed font-bold max-[1100px]:text-[40px]">
          <T k="aside.title" />
        </h1>
        <Unseen k="aside.unheard" large />
        <ul aria-label={words.written("aside.who")} className="flex flex-wrap justify-center gap-6">
          {screen.people.map((person) => (
            <Talker key={person.id} person={person} />
          ))}
        </ul>
        <p role="status" className="text-[30px] leading-relaxed max-[1100px]:text-[27px]">
          <T k="aside.wait" />
        </p>
      </div>
    </Frame>
  );
}

function Talker({ person }: { readonly person: Person }) {
  const nameOf = usePersonName();
  return (
    <li className="flex items-center gap-5 rounded-16 border-2 border-hairline bg-white px-6 py-4">
      <Portrait wear={wearOf(person.role)} className="size-28 max-[1100px]:size-20" />
      <span className="text-[34px] leading-relaxed font-bold max-[1100px]:text-[30px]">
        <Furigana>{nameOf(person)}</Furigana>
      </span>
    </li>
  );
}

/** The visit is over, and the server has still to hear that nothing is left. */
export function Wiping({ screen }: { readonly screen: Of<"wiping"> }) {
  return (
    <Frame screen={screen} again={false}>
      <OneThing icon="erase" title={<T k="wiping.title" />}>
        <p>
          <T k="wiping.lead" />
        </p>
      </OneThing>
    </Frame>
  );
}

function Aside({ onEnd }: { readonly onEnd: () => void }) {
  return (
    <>
      <AlarmButton />
      <Button onPress={onEnd}>
        <T k="talk.end" />
      </Button>
    </>
  );
}

/** The banner of a consultation in which nobody sees or hears. */
function Nobody() {
  const { snapshot } = useBooth();
  return <Banner people={[]} line={lineOf(snapshot)} />;
}

function Unseen({ k, large = false }: { readonly k: "called.private" | "paused.curtain" | "aside.unheard"; readonly large?: boolean }) {
  return (
    <p className={`flex items-center gap-4 leading-relaxed ${large ? "text-[34px] font-bold max-[1100px]:text-[29px]" : "text-[30px] max-[1100px]:text-[27px]"}`}>
      <Icon name="cameraOff" className="size-11 text-primary" />
      <span>
        <T k={k} />
      </span>
    </p>
  );
}

/** Folds of cloth behind the words. */
function Curtain() {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none fixed inset-x-0 top-[92px] bottom-28 [background:repeating-linear-gradient(90deg,#cfe3e6_0_34px,#dcecee_34px_62px,#c3dade_62px_90px)]"
    />
  );
}
