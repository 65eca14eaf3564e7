import { useEffect, useMemo, useState } from "react";
import { lineNews, recoveredFor, weakLine, type LineNews, type PresenceItem, type WeakLine } from "../session";
import { ConnectionBar } from "./ConnectionBar";
import { LiveRegion } from "./LiveRegion";
import { CommonT, useCommonWords } from "./words";

/** What is to be told of the lines now: a weakness as long as it lasts, its end for a few seconds. */
export function useLineNews(presence: readonly PresenceItem[], own: string | null): LineNews {
  const weak = useMemo(() => weakLine(presence, own), [presence, own]);
  const [told, setTold] = useState<LineNews>(null);
  const news = lineNews(told, weak);
  if (news !== told) setTold(news);
  const recovered = news?.kind === "recovered";
  useEffect(() => {
    if (!recovered) return undefined;
    const timer = setTimeout(() => setTold(null), recoveredFor);
    return () => clearTimeout(timer);
  }, [recovered]);
  return news;
}

/**
 * Whose line is weak and what of the talk suffers, in a sentence across the screen, and later that it is good again.
 * Screen readers are told politely; the region they watch is there before there is anything to say.
 */
export function LineNewsBar({
  news,
  plain = false,
  className = "",
}: {
  readonly news: LineNews;
  /** Without readings, for those who work here. */
  readonly plain?: boolean;
  readonly className?: string;
}) {
  const words = useCommonWords();
  const keys = news === null ? null : news.kind === "weak" ? weakKeys(news.line) : recoveredKeys;
  return (
    <>
      <LiveRegion text={keys === null ? "" : `${words.written(keys.what)} ${words.written(keys.next)}`} />
      {keys !== null && (
        <div className={className} data-line-news={news?.kind === "weak" ? news.line.whose : "recovered"}>
          <ConnectionBar
            quiet
            good={news?.kind === "recovered"}
            icon="signal"
            what={plain ? words.written(keys.what) : <CommonT k={keys.what} />}
            next={plain ? words.written(keys.next) : <CommonT k={keys.next} />}
          />
        </div>
      )}
    </>
  );
}

const recoveredKeys = { what: "linenews.good", next: "linenews.good.next" } as const;

function weakKeys({ whose, suffers }: WeakLine) {
  return { what: `linenews.${whose}`, next: `linenews.${suffers}.suffers` } as const;
}
