import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import type { TalkMessage } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Sheet, TroubleLine } from "../ui/work/parts";
import { useClient, useSeat } from "../ui/work/seat";
import { type Trouble, troubleOf } from "../ui/work/trouble";
import { T, useWords } from "./words";

/**
 * Talking in writing. With 筆談 every sentence goes large over the booth's screen, and is written and shown large here
 * too, as on a pad held up to somebody who hears badly.
 */
export function TalkPanel({
  resident,
  booth,
  onClose,
}: {
  readonly resident: string | undefined;
  readonly booth: string;
  readonly onClose: () => void;
}) {
  const words = useWords();
  const { talk } = useSeat();
  const [large, setLarge] = useState(false);
  return (
    <Sheet label={words.written("desk.talk")} className="flex min-h-0 flex-1 flex-col px-5 py-4">
      <div className="flex items-center gap-2">
        <h2 className="text-[19px] font-bold">
          <T k="desk.talk" />
        </h2>
        <ToggleButton
          isSelected={large}
          onChange={setLarge}
          className={`ml-auto flex min-h-11 cursor-pointer items-center gap-2 rounded-8 border-2 px-4 font-bold ${large ? "border-primary bg-ground-booth" : "border-edge bg-white"}`}
        >
          <Icon name={large ? "check" : "pen"} className="size-5" />
          <T k="desk.talk.large" />
        </ToggleButton>
        <Button place="desk" kind="quiet" onPress={onClose}>
          <T k="work.close" />
        </Button>
      </div>
      <Messages talk={talk} resident={resident} booth={booth} large={large} />
      <Compose large={large} />
    </Sheet>
  );
}

function Messages({
  talk,
  resident,
  booth,
  large,
}: {
  readonly talk: readonly TalkMessage[];
  readonly resident: string | undefined;
  readonly booth: string;
  /** Changes how much room there is. */
  readonly large: boolean;
}) {
  const words = useWords();
  const end = useRef<HTMLLIElement>(null);
  // In braces: newer browsers return a promise from scrolling, and an effect must not return that.
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [talk.length, large]);
  return (
    // The list scrolls by keyboard too.
    <div role="log" tabIndex={0} aria-label={words.written("desk.talk.log")} className="my-3 min-h-0 flex-1 overflow-y-auto">
      {talk.length === 0 && (
        <p className="text-ink-soft">
          <T k="desk.talk.empty" />
        </p>
      )}
      <ol className="flex flex-col gap-3">
        {talk.map((message) => (
          <Message key={message.id} message={message} resident={resident} booth={booth} />
        ))}
        <li ref={end} aria-hidden="true" />
      </ol>
    </div>
  );
}

function Message({ message, resident, booth }: { readonly message: TalkMessage; readonly resident: string | undefined; readonly booth: string }) {
  const { session } = useSeat();
  const writer = session?.participants.find((p) => p.id === message.from);
  const look = message.mine ? "bg-ground-booth" : "bg-heed-soft border border-heed-edge";
  return (
    <li className={`max-w-[92%] ${message.mine ? "self-end" : "self-start"}`}>
      <p className="text-[15px] text-ink-soft">
        {message.mine ? (
          <T k="self" />
        ) : message.from === booth ? (
          resident === undefined ? <T k="desk.who.resident" /> : <T k="desk.sama" values={{ name: resident }} />
        ) : (
          literal(writer?.name ?? "")
        )}{" "}
        <span className="tabular-nums">{wallClock(message.at)}</span>{" "}
        {message.mine && <T k={message.delivered ? "desk.talk.delivered" : "desk.talk.sending"} />}
      </p>
      <p
        className={`rounded-12 px-4 py-2 whitespace-pre-wrap wrap-anywhere ${look} ${message.large ? "font-hand text-[34px] leading-snug" : "text-[18px]"}`}
      >
        {message.text}
      </p>
    </li>
  );
}

function Compose({ large }: { readonly large: boolean }) {
  const client = useClient();
  const words = useWords();
  const [text, setText] = useState("");
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), [large]);
  const send = () => {
    if (text.trim() === "") return;
    try {
      client.sendTalk(text.trim(), { large });
      setText("");
      setTrouble(null);
    } catch (error) {
      setTrouble(troubleOf(error));
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the composition of kanji is not meant for us.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="flex flex-none flex-col gap-2">
      {trouble !== null && (
        <TroubleLine>
          <T k={trouble.key} />
        </TroubleLine>
      )}
      <label className="text-[16px] text-ink-soft" htmlFor="talk-text">
        <T k={large ? "desk.talk.writeLarge" : "desk.talk.write"} />
      </label>
      <textarea
        ref={field}
        id="talk-text"
        value={text}
        maxLength={4000}
        rows={large ? 3 : 2}
        lang="ja"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className={`resize-none rounded-8 border border-edge px-4 py-2 ${large ? "font-hand ruled-paper text-[34px] leading-[1.5]" : "text-[18px]"}`}
      />
      <div className="flex items-center justify-between gap-3">
        <p className="text-[15px] text-ink-soft">{words.written("desk.talk.enter")}</p>
        <Button place="desk" icon={large ? "pen" : "chat"} className="flex-none whitespace-nowrap" onPress={send}>
          <T k={large ? "desk.talk.sendLarge" : "desk.talk.send"} />
        </Button>
      </div>
    </div>
  );
}
