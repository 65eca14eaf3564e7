import { useCallback, useState } from "react";
import { isQuiet, type Trouble, troubleOf } from "./trouble";

/**
 * One thing at a time that is asked of the server, with what was refused in words. `act` gives what came of it, undefined
 * where it was refused; whoever wants to say so in other words is told of it too.
 */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const act = useCallback(async <R>(what: () => Promise<R>, onTrouble?: (trouble: Trouble) => void): Promise<R | undefined> => {
    setBusy(true);
    setTrouble(null);
    try {
      return await what();
    } catch (error) {
      if (isQuiet(error)) return undefined;
      const found = troubleOf(error);
      setTrouble(found);
      onTrouble?.(found);
      return undefined;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setTrouble(null), []);
  return { act, busy, trouble, clear };
}

