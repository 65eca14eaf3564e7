import type ja from "../ja/course";

/** The booth in the course of a visit, in English. */
const words: Record<keyof typeof ja, string> = {
  "called.title": "{{who}} is calling you",
  "called.lead": "It is about to begin. Please stay seated.",
  "called.private": "Nobody sees or hears you yet",

  "later.title": "You will be called again later",
  "later.minutes": "In about {{minutes}} minutes, around {{time}}",
  "later.soon": "You will be called in a moment",
  "later.lead": "You keep your place. You may wait here or anywhere in the post office.",

  "paused.title.me": "You have paused the talk",
  "paused.title.other": "{{who}} has paused the talk",
  "paused.title.staff": "Postal staff are in the booth",
  "paused.reason.privacy": "To get ready or change clothes",
  "paused.reason.lookup": "Something is being looked up",
  "paused.reason.away": "Away from the desk for a moment",
  "paused.reason.visitor": "Somebody has come in",
  "paused.reason.other": "Please wait a moment",
  "paused.curtain": "Neither your picture nor your voice reaches anybody",
  "paused.resume": "Go on talking",
  "paused.wait": "It goes on when {{who}} is back. You need not do anything.",
  "paused.staff.ask": "May the postal staff listen too?",
  "paused.staff.yes": "Yes, they may listen",
  "paused.staff.accepted": "Waiting for {{who}} to agree",
  "paused.staff.left": "The staff have left",
  "paused.button": "Pause",

  "aside.title": "The professionals are talking to each other",
  "aside.unheard": "They do not hear you, and they do not see you",
  "aside.who": "Talking now",
  "aside.wait": "It goes on when they have finished. You need not do anything.",
  "aside.asked": "{{who}} is being asked in",

  "gate.waits": "{{who}} would like to come in, and sees and hears nothing yet.",
  "gate.asked": "{{who}} is being asked in",

  "staff.inside": "Postal staff are in here.",
  "staff.unheard": "You are connected once they have left.",
  "staff.here": "Postal staff are listening too.",
  "staff.person": "postal staff",
  "staff.came": "Staff have come in",
  "staff.left": "The staff have left",

  "person.booth": "the person in {{name}}",
  "person.booth.short": "the person in {{name}}",
  "person.family": "{{name}} (family)",
  "person.family.short": "{{name}} (family)",
  "person.interpreter": "{{name}} (interpreter)",
  "person.interpreter.short": "{{name}} (interpreter)",

  "wiping.title": "Everything about you is being erased",
  "wiping.lead": "No picture, sound or name stays in this screen.",
};

export default words;
