import { useEffect, useRef } from "react";
import type { Lobby, LobbyEntry } from "../session/protocol";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal, spoken } from "../ui/ruby";
import { useSpeech } from "../ui/speech";
import { useNow } from "../ui/time";
import { playChime } from "../ui/tone";
import { useClient, useSeat } from "../ui/work/seat";
import { useLanguage } from "../ui/words";
import ja from "../ui/words/ja/lobby";
import { boardOf, callsAloud, languageAt, newlyCalled } from "./board";
import { T } from "./words";

/** The screen of an office's lobby: which number goes to which booth, and who is next. It is read from across the room. */
export function App() {
  const client = useClient();
  const { lobby, connection } = useSeat();
  const now = useNow(client.now);
  const { choose } = useLanguage();
  const language = languageAt(now);
  useEffect(() => choose(language), [choose, language]);
  useCalls(lobby);
  const { cards, next } = boardOf(lobby);
  return (
    <div className="grid h-dvh grid-rows-[auto_minmax(0,1fr)_auto] bg-ground-booth leading-normal">
      <header className="flex items-center justify-between border-b-2 border-cyan-200 bg-white px-[3.75vw] py-[2vh]">
        <h1 className="text-[max(46px,3.3vw)] font-bold">
          <T k="lobby.title" />
        </h1>
        <p className="text-[max(46px,3.3vw)] font-bold tabular-nums">{wallClock(new Date(now).toISOString())}</p>
      </header>
      <main className="grid grid-cols-[minmax(0,5fr)_minmax(0,5fr)_minmax(0,4fr)] gap-[2.5vw] px-[3.75vw] py-[4vh]">
        {[0, 1].map((place) => (
          <Card key={place} entry={cards[place]} alone={cards.length === 0 && place === 0} />
        ))}
        <section className="flex flex-col items-center rounded-16 border-2 border-cyan-200 bg-white p-[1.6vw] text-center">
          <h2 className="text-[max(38px,2.7vw)] font-bold">
            <T k="lobby.next" />
          </h2>
          {next.length === 0 && (
            <p className="mt-8 text-[max(36px,2.3vw)]">
              <T k="lobby.nobody" />
            </p>
          )}
          <ol className="flex flex-1 flex-col justify-evenly">
            {next.map((one) => (
              <li key={one.number} className="text-[max(84px,6.5vw)] leading-tight font-bold tabular-nums">
                {one.number}
              </li>
            ))}
          </ol>
        </section>
      </main>
      <footer role="status" className="flex items-center justify-center gap-8 px-[3.75vw] pb-[4vh] text-[max(36px,2.4vw)]">
        <Icon name={connection.state === "live" ? "bell" : "warn"} className="size-[1.2em] text-primary" />
        <span>
          <T k={connection.state === "live" ? "lobby.help" : "lobby.offline"} />
        </span>
      </footer>
    </div>
  );
}

/**
 * Calls a number by a chime, and by voice where this machine has one that knows Japanese: what is called aloud is always
 * Japanese, whatever language the screen shows at the moment. A browser that wants a touch first stays silent.
 */
function useCalls(lobby: Lobby | null) {
  const before = useRef<Lobby | null>(null);
  const { say } = useSpeech("ja", 1);
  useEffect(() => {
    const called = newlyCalled(before.current, lobby);
    before.current = lobby;
    if (called.length === 0 || !callsAloud(location.search)) return;
    // What follows on the screen meanwhile takes nothing of the call back.
    void playChime(1).done.then(() => say(called.map((one) => sentenceOf(one)).join(" ")));
  }, [lobby, say]);
}

/** What is called aloud: a number and a place. */
function sentenceOf({ number, boothName }: LobbyEntry): string {
  return spoken(ja["lobby.call"]).replace("{{number}}", String(number)).replace("{{booth}}", boothName);
}

/** One number: to come in now, or in its booth. */
function Card({ entry, alone }: { readonly entry: LobbyEntry | undefined; /** No number is shown at all. */ readonly alone: boolean }) {
  const called = entry?.stage === "called";
  return (
    <section
      className={`flex flex-col items-center justify-between rounded-16 bg-white p-[1.6vw] text-center ${called ? "border-10 border-primary" : "border-2 border-cyan-200"}`}
    >
      {entry === undefined ? (
        alone && (
          <p className="m-auto text-[max(38px,2.7vw)]">
            <T k="lobby.free" />
          </p>
        )
      ) : (
        <>
          <h2 className="text-[max(46px,3.3vw)] font-bold">{literal(entry.boothName)}</h2>
          <p className={`leading-none font-bold tabular-nums ${entry.number < 100 ? "text-[min(17vw,34vh)]" : "text-[min(12vw,34vh)]"} ${called ? "text-primary" : ""}`}>{entry.number}</p>
          <p className={`px-[1.6vw] py-3 text-[max(38px,2.7vw)] ${called ? "rounded-full bg-primary font-bold text-white" : ""}`}>
            <T k={called ? "lobby.come" : "lobby.inside"} />
          </p>
        </>
      )}
    </section>
  );
}
