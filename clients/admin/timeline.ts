// What went on in a visit, out of its timeline: plain sentences first, and every moment below. Pure; nobody's name comes
// this far.

/** One thing that happened, as the server noted it. */
export interface Moment {
  readonly at: string;
  readonly kind: string;
  readonly who?: string;
  readonly node: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** What happened to one visit. */
export interface Timeline {
  readonly session: string;
  readonly booth: string;
  readonly number: number;
  readonly openedAt: string;
  readonly moments: readonly Moment[];
}

/** Whose doing it was, as the sentences tell it. */
export type Side = "booth" | "desk" | "guest";

/** One sentence: what was not as it should be, from when to when. */
export interface Finding {
  readonly what:
    | "sound-off" // its microphone was muted
    | "picture-off"
    | "away" // its page was not connected
    | "no-media" // its sound and pictures had no connection
    | "weak" // its line was poor
    | "lost" // nothing came through
    | "test-voice" // the check heard no microphone
    | "test-hearing" // the resident heard nothing in the check
    | "mic-ended" // what its page saw: the microphone was unplugged, or no longer allowed
    | "mic-muted" // the machine had muted it
    | "mic-refused" // not allowed, held by another program, or not there
    | "mic-quiet" // nothing at all came from it
    | "camera-gone" // the camera was unplugged, refused or muted by the machine
    | "sound-nothing" // no sound of the others arrived there
    | "sound-stuck" // it arrived, and nothing of it could be played
    | "picture-nothing"
    | "picture-stuck" // the others' picture stood still there
    | "output-muted" // its volume was 0
    | "output-blocked" // its browser played no sound before a touch
    | "relay" // media went over a relay
    | "tcp"
    | "paused"
    | "staff" // somebody of the post office was in the booth
    | "unanswered" // a call to the staff was not answered
    | "fine";
  readonly who: Side;
  readonly from: string;
  /** Undefined while it lasts, or where it is of one moment. */
  readonly to?: string;
}

/** Reads the server's answer; what is not understood is left out. */
export function readTimelines(body: unknown): Timeline[] {
  const visits = fieldsOf(body)["visits"];
  if (!Array.isArray(visits)) return [];
  return visits.flatMap((visit: unknown) => {
    const { session, booth, number, openedAt, moments } = fieldsOf(visit);
    if (typeof session !== "string" || typeof booth !== "string" || typeof openedAt !== "string" || !Array.isArray(moments)) return [];
    return [{ session, booth, number: typeof number === "number" ? number : 0, openedAt, moments: moments.flatMap(readMoment) }];
  });
}

function readMoment(moment: unknown): Moment[] {
  const { at, kind, who, node, more } = fieldsOf(moment);
  if (typeof at !== "string" || typeof kind !== "string") return [];
  const words = Object.entries(fieldsOf(more)).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return [
    {
      at,
      kind,
      node: typeof node === "string" ? node : "",
      ...(typeof who === "string" && who !== "" ? { who } : {}),
      ...(words.length > 0 ? { more: Object.fromEntries(words) } : {}),
    },
  ];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** How bad each is: the first sentence is what most likely was the matter. */
const gravity: readonly Finding["what"][] = [
  "lost", "no-media", "mic-ended", "mic-muted", "mic-refused", "sound-off", "output-muted", "output-blocked", "sound-stuck", "sound-nothing", "away",
  "paused", "staff", "mic-quiet", "camera-gone", "picture-stuck", "picture-nothing", "test-voice", "test-hearing", "weak", "picture-off", "unanswered", "tcp", "relay", "fine",
];

/** What was not as it should be, the gravest first; "fine" alone where nothing was. With `about`, only what held at that time. */
export function findings(moments: readonly Moment[], about?: string): Finding[] {
  const spans = new Map<string, Finding>();
  const done: Finding[] = [];
  const set = (what: Finding["what"], who: Side, id: string, on: boolean, at: string) => {
    const key = `${what} ${id}`;
    const open = spans.get(key);
    if (on && open === undefined) spans.set(key, { what, who, from: at });
    if (!on && open !== undefined) {
      spans.delete(key);
      done.push({ ...open, to: at });
    }
  };
  let over = false;
  for (const moment of moments) {
    const { at, kind } = moment;
    const more = moment.more ?? {};
    const id = moment.who ?? "";
    const who = sideOf(id);
    if (kind === "event" && more["state"] === "closed") over = true;
    if (over) {
      // Whoever goes when it is over has not been lost.
      for (const open of spans.values()) done.push({ ...open, to: at });
      spans.clear();
      break;
    }
    switch (kind) {
      case "mute":
        set("sound-off", who, id, more["audio"] === "off", at);
        set("picture-off", who, id, more["video"] === "off", at);
        break;
      case "online":
        set("away", who, id, false, at);
        break;
      case "offline":
        set("away", who, id, true, at);
        break;
      case "media":
        set("no-media", who, id, more["connected"] === "no", at);
        break;
      case "quality": {
        const worst = [more["up"], more["down"]];
        set("lost", who, id, worst.includes("lost"), at);
        set("weak", who, id, !worst.includes("lost") && worst.includes("poor"), at);
        break;
      }
      case "path":
        if (more["path"] === "relay" || more["path"] === "tcp") done.push({ what: more["path"], who, from: at });
        break;
      case "seen":
        for (const [what, on] of seen(more)) set(what, who, id, on, at);
        break;
      case "test":
        if (more["voice"] === "missing" || more["voice"] === "nothing") done.push({ what: "test-voice", who, from: at });
        if (more["hearing"] === "nothing") done.push({ what: "test-hearing", who, from: at });
        break;
      case "call":
        set("unanswered", "booth", id, more["step"] !== "answered", at);
        break;
      case "event":
        if (more["event"] === "pause" || more["event"] === "resume") set("paused", who, "visit", more["event"] === "pause", at);
        if (more["event"] === "staff_came" || more["event"] === "staff_left") set("staff", "booth", "visit", more["event"] === "staff_came", at);
        break;
      default:
    }
  }
  const all = [...done, ...spans.values()].filter((one) => about === undefined || holdsAt(one, about));
  const first = moments[0];
  if (all.length === 0 && first !== undefined) return [{ what: "fine", who: "booth", from: about ?? first.at }];
  return all.toSorted((a, b) => gravity.indexOf(a.what) - gravity.indexOf(b.what) || Date.parse(a.from) - Date.parse(b.from));
}

/** What a page's word on its media begins and ends. */
function seen(more: Readonly<Record<string, string>>): [Finding["what"], boolean][] {
  const { microphone, camera, sound, picture, output } = more;
  const list: [Finding["what"], boolean][] = [];
  const say = (word: string | undefined, kinds: readonly (readonly [Finding["what"], readonly string[]])[]) => {
    if (word !== undefined) for (const [what, words] of kinds) list.push([what, words.includes(word)]);
  };
  say(microphone, [["mic-ended", ["ended"]], ["mic-muted", ["muted"]], ["mic-refused", ["denied", "busy", "missing", "failed"]], ["mic-quiet", ["quiet"]]]);
  say(camera, [["camera-gone", ["ended", "muted", "denied", "busy", "missing", "failed"]]]);
  say(sound, [["sound-nothing", ["nothing"]], ["sound-stuck", ["stuck"]]]);
  say(picture, [["picture-nothing", ["nothing"]], ["picture-stuck", ["stuck"]]]);
  say(output, [["output-muted", ["muted"]], ["output-blocked", ["blocked"]]]);
  return list;
}

/** Whether something held in the minute of `about`; what is of one moment holds from then on. */
function holdsAt(one: Finding, about: string): boolean {
  const minute = Date.parse(about);
  const momentary = one.to === undefined || Date.parse(one.to) >= minute;
  return Date.parse(one.from) < minute + 60_000 && momentary;
}

function sideOf(id: string): Side {
  return id.startsWith("booth:") ? "booth" : id.startsWith("desk:") ? "desk" : "guest";
}
