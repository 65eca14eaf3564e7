import { useEffect, useState } from "react";
import { useClient } from "./seat";

/** Why somebody has come back from the provider without a seat. */
export type Back = "one-factor" | "no-seat" | "refused" | "provider" | "begin-again";

const reasons: readonly Back[] = ["one-factor", "no-seat", "refused", "provider", "begin-again"];

/** What stands behind the # after the way to the provider: a word, never a secret. */
const word = (): string => new URLSearchParams(location.hash.slice(1)).get("sign-in") ?? "";

/** The reason in the page's address, if there is one. */
export function cameBack(): Back | null {
  return reasons.find((one) => one === word()) ?? null;
}

/** Takes the seat of somebody who has come back from the provider; true while that is under way. */
export function useProvider(): boolean {
  const client = useClient();
  const [returning, setReturning] = useState(() => word() === "ticket");
  useEffect(() => {
    if (!returning) return;
    history.replaceState(null, "", location.pathname + location.search);
    client.signInBy({ by: "provider" }).then(
      () => setReturning(false),
      () => setReturning(false),
    );
  }, [client, returning]);
  return returning;
}
