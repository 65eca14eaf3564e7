import { useEffect, useId, useReducer, useRef, useState, type FormEvent, type ReactNode } from "react";
import { Problem } from "../session/problem";
import { Button } from "../ui/Button";
import { Furigana } from "../ui/Furigana";
import { Icon } from "../ui/Icon";
import { LanguagePicker } from "../ui/LanguagePicker";
import { dateWords, timeWords } from "../ui/time";
import { useLanguage } from "../ui/words";
import { type Act, ask, offices, type Mine, type Numbers, type OfficeName } from "./api";
import { digits, first, isLate, next, numbersAfter, troubleOf, type State, type Trouble } from "./state";
import { T, useWords } from "./words";

/** How often what is on the screen is looked at again. */
const againMs = 15_000;

/** A resident looks at the appointment and cancels it, without login: large type, one thing at a time, any width. */
export function App({ office }: { readonly office: string }) {
  const words = useWords();
  const [state, act] = useReducer(next, first);
  const title = useRef<HTMLHeadingElement>(null);
  // Whoever does not see the screen change hears its new title.
  useEffect(() => {
    if (state.at !== "asking") title.current?.focus();
  }, [state.at]);

  // What is looked at is looked at again by itself: times change, and an offer comes.
  const known = state.at === "looking" ? state.numbers : null;
  useEffect(() => {
    if (known === null) return undefined;
    const again = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      ask("appointment", known).then(
        (mine) => act({ do: "fresh", mine }),
        () => undefined, // the next time
      );
    }, againMs);
    return () => clearInterval(again);
  }, [known]);

  const send = async (what: Act, numbers: Numbers) => {
    act({ do: "send" });
    try {
      const mine = await ask(what, numbers);
      act(what === "cancel" ? { do: "gone", mine } : { do: "seen", mine, numbers: numbersAfter(numbers, mine) });
    } catch (error) {
      act({ do: "fail", trouble: troubleOf(error instanceof Problem ? error.status : 0) });
    }
  };
  return (
    <div className="min-h-dvh bg-ground-booth text-[24px]">
      <main className="mx-auto flex w-full max-w-3xl flex-col gap-6 p-5 sm:p-8">
        <LanguagePicker place="counter" />
        <h1 ref={title} tabIndex={-1} className="text-[32px] font-bold leading-snug">
          <T k={state.at !== "cancelled" ? "my.title" : state.mine.state === "left" ? "my.left" : "my.cancelled"} />
        </h1>
        {state.at === "asking" && <Ask office={office} state={state} onSend={(numbers) => void send("appointment", numbers)} />}
        {state.at === "looking" && (
          <>
            <Facts mine={state.mine} />
            <Told trouble={state.trouble} />
            <Choices
              mine={state.mine}
              sure={state.sure}
              busy={state.busy}
              onSure={(sure) => act({ do: "sure", sure })}
              onCancel={() => void send("cancel", state.numbers)}
              onAnswer={(answer) => void send(answer, state.numbers)}
            />
          </>
        )}
        {state.at === "cancelled" && <Facts mine={state.mine} />}
        {state.at !== "asking" && (
          <Button place="counter" className="w-full text-[24px]!" onPress={() => act({ do: "leave" })}>
            <T k="my.leave" />
          </Button>
        )}
        <p className="text-ink-soft">{words.written("my.kept")}</p>
      </main>
    </div>
  );
}

const field = "min-h-18 w-full rounded-8 border-3 border-edge bg-white px-4 text-[32px] tabular-nums";

function Ask({ office, state, onSend }: { readonly office: string; readonly state: State & { at: "asking" }; readonly onSend: (n: Numbers) => void }) {
  const words = useWords();
  const [list, setList] = useState<readonly OfficeName[]>([]);
  const [numbers, set] = useState<Numbers>({ office, reception: "", last4: "" });
  useEffect(() => {
    let here = true;
    void offices().then(
      (found) => here && setList(found),
      () => here && setList([]),
    );
    return () => {
      here = false;
    };
  }, []);
  const chosen = list.some((o) => o.id === numbers.office) ? numbers.office : "";
  const whole = chosen !== "" && numbers.reception.length === 6 && numbers.last4.length === 4;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole && !state.busy) onSend(numbers);
  };
  const unavailable = whole ? {} : { unavailable: words.written("my.incomplete") };
  return (
    <form className="flex flex-col gap-6" onSubmit={submit} autoComplete="off">
      <p>
        <T k="my.lead" />
      </p>
      <Labelled label={<T k="my.office" />}>
        {(id) => (
          <select id={id} className={`${field} text-[28px]!`} value={chosen} onChange={(e) => set({ ...numbers, office: e.target.value })}>
            <option value="">{words.written("my.office.choose")}</option>
            {list.map((o) => (
              <option key={o.id} value={o.id}>
                {o.name}
              </option>
            ))}
          </select>
        )}
      </Labelled>
      <Labelled label={<T k="my.reception" />} help={<T k="my.reception.help" />}>
        {(id, help) => (
          <input
            id={id}
            aria-describedby={help}
            className={field}
            inputMode="numeric"
            value={numbers.reception}
            onChange={(e) => set({ ...numbers, reception: digits(e.target.value, 6) })}
          />
        )}
      </Labelled>
      <Labelled label={<T k="my.last4" />} help={<T k="my.last4.help" />}>
        {(id, help) => (
          <input
            id={id}
            aria-describedby={help}
            className={field}
            inputMode="numeric"
            value={numbers.last4}
            onChange={(e) => set({ ...numbers, last4: digits(e.target.value, 4) })}
          />
        )}
      </Labelled>
      <Told trouble={state.trouble} />
      <Button place="booth" kind="primary" type="submit" busy={state.busy} {...unavailable}>
        <T k="my.look" />
      </Button>
    </form>
  );
}

function Labelled({ label, help, children }: { readonly label: ReactNode; readonly help?: ReactNode; readonly children: (id: string, help: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="font-bold">
        {label}
      </label>
      {help !== undefined && <p id={`${id}-help`}>{help}</p>}
      {children(id, `${id}-help`)}
    </div>
  );
}

function Told({ trouble }: { readonly trouble: Trouble | null }) {
  return (
    <div role="alert">
      {trouble !== null && (
        <p className="flex items-center gap-4 rounded-12 border-3 border-heed-edge bg-heed p-4 font-bold text-heed-ink">
          <Icon name="warn" className="size-9 flex-none" />
          <span>
            <T k={`my.trouble.${trouble}`} />
          </span>
        </p>
      )}
    </div>
  );
}

function Facts({ mine }: { readonly mine: Mine }) {
  const words = useWords();
  const { language } = useLanguage();
  const at = (ms: number) => ({ date: dateWords(words, ms), time: timeWords(words, ms) });
  const waits = mine.state === "waiting" || mine.state === "left";
  const rows: (readonly [ReactNode, ReactNode])[] = [[<T key="k" k="my.state" />, <T key="v" k={`my.state.${mine.state}`} />]];
  if (mine.reception !== undefined) rows.push([<T key="k" k="my.reception" />, <span key="v">{mine.reception}</span>]);
  if (waits) {
    rows.push([<T key="k" k="my.until" />, <T key="v" k="my.until.value" values={{ date: dateWords(words, Date.parse(mine.end) - 1) }} />]);
  } else {
    rows.push([<T key="k" k="my.when" />, <Time key="v" mine={mine} at={at} />]);
  }
  if (mine.answerBy !== undefined) {
    rows.push([<T key="k" k="my.answerBy" />, <T key="v" k="my.answerBy.value" values={{ time: timeWords(words, Date.parse(mine.answerBy)) }} />]);
  }
  rows.push([<T key="k" k="my.where" />, [mine.officeName, mine.boothName].join(" ").trim()]);
  rows.push([<T key="k" k="my.with" />, <Furigana key="v">{mine.names.map((name) => name[language]).join(language === "en" ? ", " : "・")}</Furigana>]);
  if (mine.place !== undefined) rows.push([<T key="k" k="my.place" />, <T key="v" k="my.place.value" values={{ place: mine.place }} />]);
  if (mine.number !== undefined) rows.push([<T key="k" k="my.number" />, String(mine.number)]);
  return (
    <dl className="flex flex-col rounded-12 border-2 border-hairline bg-white px-5">
      {rows.map(([name, value], i) => (
        <div key={i} className="flex flex-col gap-1 border-b-2 border-hairline py-4 last:border-b-0 sm:flex-row sm:gap-6">
          <dt className="flex-none text-ink-soft sm:w-40">{name}</dt>
          <dd className="text-[28px] font-bold leading-snug">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** When it is; the old time struck through where it has become later, and said in words. */
function Time({ mine, at }: { readonly mine: Mine; readonly at: (ms: number) => { date: string; time: string } }) {
  const now = <T k="my.when.value" values={at(Date.parse(mine.start))} />;
  if (!isLate(mine)) return now;
  return (
    <span role="status" className="flex flex-col gap-1">
      <s className="text-[24px] font-normal text-ink-soft">
        <T k="my.when.value" values={at(Date.parse(mine.planned))} />
      </s>
      <span>{now}</span>
      <span className="text-[22px] text-heed-ink">
        <T k="my.late" />
      </span>
    </span>
  );
}

function Choices({ mine, sure, busy, onSure, onCancel, onAnswer }: {
  readonly mine: Mine;
  readonly sure: boolean;
  readonly busy: boolean;
  readonly onSure: (sure: boolean) => void;
  readonly onCancel: () => void;
  readonly onAnswer: (answer: "accept" | "decline") => void;
}) {
  const question = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (sure) question.current?.focus();
  }, [sure]);
  const phone = (
    <p>
      <T k="my.call" values={{ office: mine.officeName }} />{" "}
      <a className="inline-flex min-h-14 items-center font-bold text-primary underline underline-offset-4" href={`tel:${mine.officePhone}`}>
        {mine.officePhone}
      </a>
    </p>
  );
  const waits = mine.state === "waiting" || mine.state === "offered";
  if (!mine.cancellable) return phone;
  if (!sure) {
    return (
      <>
        {mine.state === "offered" && (
          <section className="flex flex-col gap-5 rounded-12 border-4 border-primary bg-white p-5">
            <h2 className="text-[28px] font-bold">
              <T k="my.offer" />
            </h2>
            <Button place="booth" kind="primary" busy={busy} onPress={() => onAnswer("accept")}>
              <T k="my.offer.accept" />
            </Button>
            <Button place="booth" busy={busy} onPress={() => onAnswer("decline")}>
              <T k="my.offer.decline" />
            </Button>
          </section>
        )}
        {mine.reception !== undefined && (
          <p role="status" className="font-bold">
            <T k="my.accepted" values={{ reception: mine.reception }} />
          </p>
        )}
        {phone}
        <Button place="booth" onPress={() => onSure(true)}>
          <T k={waits ? "my.leaveList" : "my.cancel"} />
        </Button>
      </>
    );
  }
  return (
    <section className="flex flex-col gap-5 rounded-12 border-4 border-primary bg-white p-5">
      <h2 ref={question} tabIndex={-1} className="text-[28px] font-bold">
        <T k={waits ? "my.leaveList.ask" : "my.cancel.ask"} />
      </h2>
      <p>
        <T k={waits ? "my.leaveList.means" : "my.cancel.means"} />
      </p>
      <Button place="booth" kind="primary" onPress={() => onSure(false)}>
        <T k={waits ? "my.leaveList.no" : "my.cancel.no"} />
      </Button>
      <Button place="booth" busy={busy} onPress={onCancel}>
        <T k={waits ? "my.leaveList.yes" : "my.cancel.yes"} />
      </Button>
    </section>
  );
}
