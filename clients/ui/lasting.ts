import { useEffect, useState } from "react";

/** How long a line may be lost before people are offered the telephone, milliseconds. */
export const telephoneAfter = 15_000;

/** Whether something has been so for `milliseconds` without a break. */
export function useLasting(so: boolean, milliseconds: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!so) return undefined;
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [so, milliseconds]);
  return so && lasting;
}
