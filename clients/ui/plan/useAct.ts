import { useCallback, useState } from "react";
import { isQuiet, type Trouble, troubleOf } from "../work/trouble";

/** One thing at a time that is asked of the server, with what was refused in words. */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const act = useCallback(async <R>(what: () => Promise<R>): Promise<R | undefined> => {
    setBusy(true);
    setTrouble(null);
    try {
      return await what();
    } catch (error) {
      if (!isQuiet(error)) setTrouble(troubleOf(error));
      return undefined;
    } finally {
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setTrouble(null), []);
  return { act, busy, trouble, clear };
}

