import type { ReactNode } from "react";

/** A white sheet on the ground. `heed` asks for attention, `good` says it is done, `now` is the one to act on. */
export function Panel({
  children,
  tone = "plain",
  className = "",
}: {
  readonly children: ReactNode;
  readonly tone?: "plain" | "heed" | "good" | "now" | "rest";
  readonly className?: string;
}) {
  const tones = {
    plain: "bg-white border-2 border-hairline",
    heed: "bg-heed-soft border-3 border-heed-edge text-ink",
    good: "bg-good border-2 border-good-tick",
    now: "bg-white border-4 border-primary",
    rest: "bg-rest border-2 border-off",
  } as const;
  return <section className={`rounded-16 ${tones[tone]} ${className}`}>{children}</section>;
}
