import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "react-aria-components";
import { Icon, type IconName } from "../Icon";

/** A white sheet on the grey ground of desk and counter. */
export function Sheet({
  children,
  tone = "plain",
  label,
  className = "",
}: {
  readonly children: ReactNode;
  readonly tone?: "plain" | "heed" | "now";
  /** Names the region for screen readers; without it the sheet is no landmark. */
  readonly label?: string;
  readonly className?: string;
}) {
  const tones = {
    plain: "border border-solid-gray-420 bg-white",
    heed: "border-2 border-heed-edge bg-white",
    now: "border-3 border-primary bg-ground-booth",
  } as const;
  const look = `rounded-12 ${tones[tone]} ${className}`;
  return label === undefined ? (
    <div className={look}>{children}</div>
  ) : (
    <section aria-label={label} className={look}>
      {children}
    </section>
  );
}

const pillLooks = {
  good: "bg-good text-good-ink",
  heed: "bg-heed text-heed-ink",
  rest: "bg-solid-gray-100 text-ink",
  own: "bg-ground-booth text-primary-pressed",
} as const;

/** A state in words. */
export function Pill({
  children,
  tone = "rest",
  icon,
  className = "",
}: {
  readonly children: ReactNode;
  readonly tone?: keyof typeof pillLooks;
  readonly icon?: IconName;
  readonly className?: string;
}) {
  return (
    <span
      className={`inline-flex items-center gap-2 rounded-[1.1em] px-3.5 py-0.5 font-bold ${pillLooks[tone]} ${className}`}
    >
      {icon !== undefined && <Icon name={icon} className="size-[1.1em]" />}
      <span>{children}</span>
    </span>
  );
}

/**
 * The heading of a screen. When the screen changes, the focus goes to it, so that a keyboard goes on from the top and
 * a screen reader says where one is.
 */
export function ScreenTitle({ children, className = "" }: { readonly children: ReactNode; readonly className?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={`font-bold outline-none! shadow-none! ${className}`}>
      {children}
    </h1>
  );
}

/** A button that is only a drawing, where words beside it say what it belongs to; `label` says what it does. */
export function IconButton({
  icon,
  label,
  disabled = false,
  className = "",
  onPress,
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly disabled?: boolean;
  readonly className?: string;
  readonly onPress: () => void;
}) {
  return (
    <Button
      aria-label={label}
      isDisabled={disabled}
      onPress={onPress}
      className={`grid min-h-12 min-w-12 cursor-pointer place-items-center rounded-8 border-2 border-edge bg-white data-[disabled]:cursor-default data-[disabled]:border-dashed data-[disabled]:text-ink-soft data-[hovered]:bg-rest ${className}`}
    >
      <Icon name={icon} className="size-6" />
    </Button>
  );
}

/** One sentence about what was refused and what to do; read out at once. */
export function TroubleLine({ children, className = "" }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <p
      role="alert"
      className={`flex items-start gap-3 rounded-8 border-2 border-heed-edge bg-heed-soft px-4 py-2.5 font-bold text-heed-ink ${className}`}
    >
      <Icon name="warn" className="mt-0.5 size-6" />
      <span>{children}</span>
    </p>
  );
}

/** A line with a drawing before it. */
export function Fact({ icon, children, tone = "own" }: {
  readonly icon: IconName;
  readonly children: ReactNode;
  readonly tone?: "own" | "good" | "heed";
}) {
  const tones = { own: "text-primary", good: "text-good-tick", heed: "text-heed-ink" } as const;
  return (
    <li className="flex items-start gap-3">
      <Icon name={icon} className={`mt-[0.15em] size-[1.3em] ${tones[tone]}`} />
      <span className="min-w-0">{children}</span>
    </li>
  );
}
