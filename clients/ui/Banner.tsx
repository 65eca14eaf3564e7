import type { ReactNode } from "react";
import { Furigana } from "./Furigana";
import { Icon, type IconName } from "./Icon";
import { CommonT, useCommonWords } from "./words";

/** How the line is, as people are told it. */
export type LineState = "good" | "weak" | "sound" | "lost";

const lineLooks: Record<LineState, { icon: IconName; look: string }> = {
  good: { icon: "signal", look: "bg-good text-good-ink" },
  weak: { icon: "signal", look: "bg-heed text-heed-ink" },
  sound: { icon: "speaker", look: "bg-heed text-heed-ink" },
  lost: { icon: "again", look: "bg-heed text-heed-ink" },
};

/** The line's state: always a word, never colour alone. */
export function LineBadge({ state }: { readonly state: LineState }) {
  const { icon, look } = lineLooks[state];
  return (
    <p data-line={state} className={`flex items-center gap-3 rounded-full px-6 py-2 font-bold tight:px-4 ${look}`}>
      <Icon name={icon} className="size-[1.1em]" />
      <span>
        <CommonT k={`line.${state}`} />
      </span>
    </p>
  );
}

/**
 * Who sees and hears, and that nothing is recorded: on every screen with an open line. `people` are the others who
 * are let in, in marked wording; it must never say less than the truth.
 */
export function Banner({
  people,
  line,
  children,
}: {
  readonly people: readonly string[];
  readonly line: LineState;
  /** More to say, for instance that the camera is off. */
  readonly children?: ReactNode;
}) {
  const words = useCommonWords();
  const who =
    people.length === 0
      ? words.marked("watch.nobody")
      : words.marked("watch.youAnd", { people: people.join(words.marked("watch.people.join")) });
  return (
    <div className="flex w-full flex-wrap items-center gap-x-8 gap-y-1 tight:gap-x-4">
      <p className="flex items-center gap-4 tight:gap-3">
        <Icon name="eye" className="size-[1.35em] text-primary" />
        <span>
          <CommonT k="watch.who" />
          <span className="ml-3 font-bold tight:ml-2">
            <Furigana>{who}</Furigana>
          </span>
        </span>
      </p>
      <p className="flex items-center gap-4 font-bold tight:gap-3">
        <Icon name="norecord" className="size-[1.2em] text-primary" />
        <span>
          <CommonT k="norecord" />
        </span>
      </p>
      {children}
      <div className="ml-auto">
        <LineBadge state={line} />
      </div>
    </div>
  );
}
