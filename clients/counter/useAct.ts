import { useState } from "react";
import { type Trouble, troubleOf } from "../ui/work/trouble";

/** Runs one request at a time and keeps what was refused. Answers whether it was carried out, and if not, why. */
export function useAct() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const run = async (what: () => Promise<void>): Promise<[boolean, Trouble | null]> => {
    setBusy(true);
    setTrouble(null);
    try {
      await what();
      return [true, null];
    } catch (error) {
      const found = troubleOf(error);
      setTrouble(found);
      return [false, found];
    } finally {
      setBusy(false);
    }
  };
  return { busy, trouble, run, clear: () => setTrouble(null) };
}
