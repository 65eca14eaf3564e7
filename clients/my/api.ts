import { Problem, problemOf } from "../session/problem";

/** The two numbers a resident knows, and where the slip came from. */
export interface Numbers {
  readonly office: string;
  readonly reception: string;
  readonly last4: string;
}

/** What a resident sees of the appointment, or of a place on the waiting list (waiting, offered, left). */
export interface Mine {
  readonly state:
    | "booked"
    | "arrived"
    | "done"
    | "cancelled"
    | "noshow"
    | "unserved"
    | "unknown"
    | "disputed"
    | "waiting"
    | "offered"
    | "left";
  readonly officeName: string;
  readonly officePhone: string;
  readonly boothName?: string;
  readonly number?: number;
  /** On the waiting list: from when on, and until when, a time would do. */
  readonly start: string;
  readonly end: string;
  /** When it was to start; earlier than `start` where something runs late. */
  readonly planned: string;
  /** Neutral words for whom one speaks with, in each language. */
  readonly names: readonly { readonly ja: string; readonly easy: string; readonly en: string }[];
  /** It can be given up here. */
  readonly cancellable: boolean;
  /** How many come before on the waiting list, plus one. */
  readonly place?: number;
  /** Until when the time offered is kept. */
  readonly answerBy?: string;
  /** Of an appointment just made by accepting. */
  readonly reception?: string;
}

/** What can be asked and said here. */
export type Act = "appointment" | "cancel" | "accept" | "decline";

/** An office to choose from. */
export interface OfficeName {
  readonly id: string;
  readonly name: string;
}

/** How long an answer is waited for. */
const withinMs = 10_000;

/** Looks at it, gives it up, or answers an offer. @throws {Problem} */
export async function ask(what: Act, numbers: Numbers): Promise<Mine> {
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
