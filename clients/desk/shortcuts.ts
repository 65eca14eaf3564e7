// Keys of the consultation. Single letters are quick for somebody who talks and types at once, and dangerous in a
// text field, with a dictation program or with an input method: each of those is looked at here, in one pure place.

/** What a key can do. */
export type Shortcut = "mute" | "camera" | "screen" | "talk" | "people" | "pause" | "confer" | "invite" | "pass" | "help";

/** The letter of each shortcut, as shown in the help. */
export const shortcutKeys: Readonly<Record<Shortcut, string>> = {
  mute: "M",
  camera: "V",
  screen: "S",
  talk: "T",
  people: "P",
  pause: "H",
  confer: "C",
  invite: "I",
  pass: "R",
  help: "?",
};

/** The few facts of a keyboard event that decide. */
export interface KeyPress {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  /** The key is held down and repeats. */
  repeat: boolean;
  /** An input method is composing kana into kanji. */
  composing: boolean;
  /** The focus is where characters are typed. */
  typing: boolean;
  /** A dialog is open above the consultation. */
  dialog: boolean;
}

/** The shortcut a key press asks for, or undefined if it belongs to somebody else. */
export function shortcutOf(press: KeyPress, enabled: boolean): Shortcut | undefined {
  if (!enabled || press.repeat || press.composing || press.typing || press.dialog) return undefined;
  if (press.ctrl || press.alt || press.meta) return undefined;
  const key = press.key.toUpperCase();
  for (const name of Object.keys(shortcutKeys) as Shortcut[]) {
    if (shortcutKeys[name] === key) return name;
  }
  return undefined;
}

/** Whether characters typed into an element are text: fields, areas and anything editable, but not check boxes. */
export function takesText(element: { tagName: string; type?: string; isContentEditable?: boolean } | null): boolean {
  if (!element) return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName.toUpperCase();
  if (tag === "TEXTAREA" || tag === "SELECT") return true;
  if (tag !== "INPUT") return false;
  return !["button", "checkbox", "radio", "range", "submit", "reset", "color", "file"].includes(element.type ?? "text");
}
