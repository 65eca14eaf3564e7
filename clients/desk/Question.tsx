import { Button } from "../ui/Button";
import { TroubleLine } from "../ui/work/parts";
import { useAct } from "../ui/work/useAct";
import { type DeskKey, T } from "./words";

/** Does one thing and closes; what was refused stays readable. */
export function useOnce(onClose: () => void) {
  const { act, busy, trouble } = useAct();
  const once = (what: () => Promise<void>) => void act(() => what().then(() => true)).then((done) => done === true && onClose());
  return { once, busy, told: trouble !== null && <Refused k={trouble.key} /> };
}

/** What the server refused, in words. */
export function Refused({ k }: { readonly k: DeskKey }) {
  return (
    <TroubleLine>
      <T k={k} />
    </TroubleLine>
  );
}

/** Goes back without having done anything. */
export function No({ k = "work.no", onClose }: { readonly k?: DeskKey; readonly onClose: () => void }) {
  return (
    <Button place="desk" className="min-h-13" onPress={onClose}>
      <T k={k} />
    </Button>
  );
}

/** Carries a question's answer out; `missing` is what has to be chosen before. */
export function Yes({
  k,
  busy = false,
  missing = null,
  onPress,
}: {
  readonly k: DeskKey;
  readonly busy?: boolean;
  readonly missing?: DeskKey | null;
  readonly onPress: () => void;
}) {
  return (
    <Button
      place="desk"
      kind="primary"
      className="min-h-13"
      busy={busy}
      unavailable={missing === null ? undefined : <T k={missing} />}
      onPress={onPress}
    >
      <T k={k} />
    </Button>
  );
}

/** What pressing does, in a sentence. */
export function Means({ k }: { readonly k: DeskKey }) {
  return (
    <p className="text-[18px]">
      <T k={k} />
    </p>
  );
}
