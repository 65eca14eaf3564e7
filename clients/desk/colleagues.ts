import { useQuery } from "@tanstack/react-query";
import type { ColleaguePool, Session } from "../session";
import { literal } from "../ui/ruby";
import { useClient, useSeat } from "../ui/work/seat";
import { useWords } from "./words";

/** One other desk of the area, and what it has to do with the visit. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly pool: string;
  readonly poolName: string;
  /** next: of the next leg; before: of an earlier one, to be recalled. */
  readonly tie: "next" | "before" | "none";
}

/** Everybody who can be asked in, those of this visit first. */
export function colleaguesOf(pools: readonly ColleaguePool[], session: Pick<Session, "legs" | "leg"> | null): Colleague[] {
  const next = session?.legs.find((leg, i) => i > session.leg && !leg.done);
  const before = new Set(session?.legs.filter((_, i) => i < session.leg).map((leg) => leg.desk));
  const tieOf = (desk: string, pool: string): Colleague["tie"] => {
    if (next !== undefined && (next.desk === undefined ? next.pool === pool : next.desk === desk)) return "next";
    return before.has(desk) ? "before" : "none";
  };
  const order = { next: 0, before: 1, none: 2 } as const;
  return pools
    .flatMap((pool) =>
      pool.desks.map(({ id, name, role }) => ({ id, name, role, pool: pool.id, poolName: pool.name, tie: tieOf(id, pool.id) })),
    )
    .toSorted((a, b) => order[a.tie] - order[b.tie]);
}

/** The pools of the own area and their desks. */
export function useColleagues() {
  const { api } = useClient();
  return useQuery({
    queryKey: ["colleagues", useSeat().identity?.seat],
    queryFn: ({ signal }) => api.colleagues(signal),
    staleTime: 10 * 60_000,
  });
}

const roles = ["doctor", "nurse", "pharmacist", "officer", "counselor", "interpreter", "family"] as const;

/** "薬剤師 大浦 亜希子": role and name, as every screen of the desk calls people; whoever sits in another booth, by that. */
export function useCalled(): (person: { readonly role: string; readonly name: string }) => string {
  const words = useWords();
  return ({ role, name }) => {
    if (role === "booth") return words.marked("conduct.who.booth", { name: literal(name) });
    const known = roles.find((one) => one === role);
    return known === undefined ? literal(name) : words.marked("conduct.person", { role: words.marked(`conduct.role.${known}`), name: literal(name) });
  };
}
