import { Problem, problemOf } from "../session/problem";

/** The two numbers a resident knows, and where the slip came from. */
export interface Numbers {
  readonly office: string;
  readonly reception: string;
  readonly last4: string;
}

/** What a resident sees of the appointment. */
export interface Mine {
  readonly state: "booked" | "arrived" | "done" | "cancelled" | "noshow" | "unserved" | "unknown" | "disputed";
  readonly officeName: string;
  readonly officePhone: string;
  readonly boothName: string;
  readonly number: number;
  readonly start: string;
  readonly words: readonly string[];
  readonly cancellable: boolean;
}

/** An office to choose from. */
export interface OfficeName {
  readonly id: string;
  readonly name: string;
}

/** How long an answer is waited for. */
const withinMs = 10_000;

/** Looks at the appointment, or cancels it. @throws {Problem} */
export async function ask(what: "appointment" | "cancel", numbers: Numbers): Promise<Mine> {
  const body = JSON.stringify(numbers);
  return (await call(`/v1/my/${what}`, { method: "POST", headers: { "Content-Type": "application/json" }, body })) as Mine;
}

/** The offices there are. @throws {Problem} */
export async function offices(): Promise<readonly OfficeName[]> {
  return ((await call("/v1/offices", {})) as { offices: OfficeName[] }).offices;
}

async function call(path: string, init: RequestInit): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, cache: "no-store", signal: AbortSignal.timeout(withinMs) });
  } catch (cause) {
    throw new Problem({ status: 0, code: "network", title: "no answer" }, { cause });
  }
  if (!response.ok) throw await problemOf(response, path);
  return response.json();
}
