import { Button, Panel, written as plain } from "../../ui";
import ja from "../../ui/words/ja/booth";
import { useBooth } from "../context";
import { T, useWords } from "../words";
import { useNewestInSight, useProfessional, type TalkScreen } from "./Talk";

/** Answers with one touch, for somebody who does not hear and should not have to type. */
const replies = ["talk.reply.yes", "talk.reply.no", "talk.reply.again", "talk.reply.ok"] as const;

/** What the professional has written, as large as it was meant, beside the picture and never on it. */
export function Written({ screen }: { readonly screen: TalkScreen }) {
  const { act, client } = useBooth();
  const words = useWords();
  const who = useProfessional(screen);
  const { written } = screen;
  const last = written.at(-1);
  const end = useNewestInSight(written.length);

  const answer = (key: (typeof replies)[number]) => {
    // The professional reads Japanese, whatever language the booth shows.
    client.sendTalk(plain(ja[key]));
    if (key === "talk.reply.ok" && last !== undefined) act({ type: "read-talk", id: last.id });
  };

  return (
    <Panel tone="now" className="flex min-h-0 flex-col gap-4 p-6 max-[1100px]:p-4">
      <div className="flex shrink-0 items-center justify-between gap-4">
        <h2 className="leading-relaxed text-ink-soft">
          <T k="talk.written" values={{ who }} />
        </h2>
        <Button
          icon="close"
          className="min-h-16! px-5! py-1"
          onPress={() => last !== undefined && act({ type: "read-talk", id: last.id })}
        >
          <T k="close" />
        </Button>
      </div>
      <div role="log" tabIndex={0} aria-label={words.written("talk.written", { who })} className="min-h-0 flex-1 overflow-y-auto">
        {written.map((message) => (
          <p
            key={message.id}
            lang="ja"
            className={`pb-4 font-bold break-normal whitespace-pre-wrap select-text ${
              message.large ? "text-[52px] leading-snug" : "text-[34px] leading-normal"
            } [word-break:auto-phrase]`}
          >
            {message.text}
          </p>
        ))}
        <div ref={end} />
      </div>
      <div className="grid shrink-0 grid-cols-4 gap-3 max-[1100px]:grid-cols-2">
        {replies.map((key) => (
          <Button key={key} className="min-h-18! px-2! py-1 text-[28px]!" onPress={() => answer(key)}>
            <T k={key} />
          </Button>
        ))}
      </div>
    </Panel>
  );
}
