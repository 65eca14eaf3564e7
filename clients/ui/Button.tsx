import type { ReactNode } from "react";
import { Button as AriaButton, ToggleButton } from "react-aria-components";
import { Icon, type IconName } from "./Icon";

/** Where a button stands: the booth's are for unsteady hands, the others for people at work. */
export type Place = "booth" | "desk" | "counter";

export interface ButtonProps {
  /** Its words; a button without them, which only plus and minus may be, needs a label. */
  readonly children?: ReactNode;
  /** primary: the one next step of a screen; call: 係を呼ぶ; emergency: nothing else is red; quiet: without a frame. */
  readonly kind?: "primary" | "plain" | "call" | "emergency" | "quiet";
  readonly place?: Place;
  readonly icon?: IconName;
  readonly iconAfter?: IconName;
  /** One of several choices: whether it is the one chosen (tick and border, and told to screen readers). */
  readonly chosen?: boolean;
  /** Why it cannot be pressed now, in words; shown in the button, which is dashed. */
  readonly unavailable?: ReactNode;
  /** Carried out at the moment: still there, but not to be pressed twice. */
  readonly busy?: boolean;
  readonly label?: string;
  readonly className?: string;
  readonly autoFocus?: boolean;
  readonly type?: "button" | "submit";
  readonly onPress?: () => void;
  /** Told when a pointer or the focus comes to it or goes: it may be pressed next. */
  readonly onNear?: (near: boolean) => void;
}

const sizes: Record<Place, string> = {
  booth: "min-h-20 rounded-12 border-3 px-7 max-[1100px]:px-4 text-[30px] max-[1100px]:text-[26px] font-bold gap-4",
  desk: "min-h-11 rounded-8 border-2 px-5 text-[18px] font-bold gap-2",
  counter: "min-h-14 rounded-8 border-2 px-6 text-[20px] font-bold gap-3",
};

const iconSizes: Record<Place, string> = { booth: "size-9 max-[1100px]:size-7", desk: "size-5", counter: "size-6" };

const kinds = {
  primary: "bg-primary border-primary text-white data-[pressed]:bg-primary-pressed data-[pressed]:border-primary-pressed data-[hovered]:bg-primary-pressed",
  plain: "bg-white border-edge text-ink data-[pressed]:bg-ground-booth data-[hovered]:bg-rest",
  call: "bg-call border-call-edge text-ink data-[pressed]:bg-heed",
  emergency: "bg-emergency border-emergency text-white data-[pressed]:brightness-90",
  quiet: "bg-transparent border-transparent text-primary underline underline-offset-4 data-[hovered]:bg-rest",
} as const;

const chosenLook = "bg-ground-booth border-primary border-4 text-ink";
const unavailableLook = "bg-rest border-edge border-dashed text-ink-soft";

/** The button of every app. Its words are its children; label replaces them only for screen readers. */
export function Button(props: ButtonProps) {
  const { kind = "plain", place = "booth", chosen, unavailable, className = "" } = props;
  const off = unavailable !== undefined && unavailable !== null && unavailable !== false;
  const look = off ? unavailableLook : chosen === true ? chosenLook : kinds[kind];
  const shared = {
    className: `inline-flex items-center justify-center text-center leading-tight py-2 cursor-pointer transition-colors duration-100 data-[disabled]:cursor-default ${sizes[place]} ${look} ${className}`,
    isDisabled: off || props.busy === true,
    ...(props.label === undefined ? {} : { "aria-label": props.label }),
    ...(props.autoFocus === undefined ? {} : { autoFocus: props.autoFocus }),
    ...(props.onPress === undefined ? {} : { onPress: props.onPress }),
    ...(props.onNear === undefined ? {} : { onHoverChange: props.onNear, onFocusChange: props.onNear }),
  };
  if (chosen !== undefined) {
    return (
      <ToggleButton {...shared} isSelected={chosen}>
        {face({ ...props, ...(chosen ? { icon: "check" as const } : {}) })}
      </ToggleButton>
    );
  }
  return (
    <AriaButton {...shared} type={props.type ?? "button"}>
      {face(props)}
    </AriaButton>
  );
}

function face({ children, icon, iconAfter, place = "booth", unavailable }: ButtonProps) {
  return (
    <>
      {icon !== undefined && <Icon name={icon} className={iconSizes[place]} />}
      {children !== undefined && (
        <span>
          {children}
          {unavailable !== undefined && unavailable !== false && (
            <span className="block font-normal text-[0.8em] leading-snug">{unavailable}</span>
          )}
        </span>
      )}
      {iconAfter !== undefined && <Icon name={iconAfter} className={iconSizes[place]} />}
    </>
  );
}
