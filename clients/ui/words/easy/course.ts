import type ja from "../ja/course";

/** The booth in the course of a visit, in やさしい日本語. */
const words: Record<keyof typeof ja, string> = {
  "called.title": "{{who}}が よんでいます",
  "called.lead": "もうすぐ {始|はじ}まります。そのまま まってください。",
  "called.private": "まだ だれも {見|み}ていません",

  "later.title": "あとで もういちど よびます",
  "later.minutes": "{{minutes}}{分|ふん}ぐらい あと、{{time}}ごろに よびます",
  "later.soon": "もうすぐ よびます",
  "later.lead": "あなたの {番|ばん}は そのままです。ここで まっても いいです。{局|きょく}の {中|なか}に いても いいです。",

  "paused.title.me": "{話|はなし}を とめています",
  "paused.title.other": "{{who}}が {話|はなし}を とめました",
  "paused.title.staff": "{局|きょく}の {人|ひと}が {中|なか}に います",
  "paused.reason.privacy": "{服|ふく}を かえる ときなど",
  "paused.reason.lookup": "しらべています",
  "paused.reason.away": "いま {席|せき}に いません",
  "paused.reason.visitor": "{人|ひと}が {来|き}ました",
  "paused.reason.other": "すこし まってください",
  "paused.curtain": "あなたの {絵|え}も {声|こえ}も だれにも {届|とど}きません",
  "paused.resume": "また {話|はな}す",
  "paused.wait": "{{who}}が もどると {始|はじ}まります。{何|なに}も しなくて いいです。",
  "paused.staff.ask": "{局|きょく}の {人|ひと}も いっしょに きいて いいですか",
  "paused.staff.yes": "はい、いいです",
  "paused.staff.accepted": "{{who}}の へんじを まっています",
  "paused.staff.left": "{局|きょく}の {人|ひと}は {出|で}ました",
  "paused.button": "すこし とめる",

  "aside.title": "{先生|せんせい}たちが {話|はな}しています",
  "aside.unheard": "あなたの {声|こえ}は きこえていません。あなたの {絵|え}も {見|み}えません",
  "aside.who": "{話|はな}している {人|ひと}",
  "aside.wait": "{終|お}わると また {始|はじ}まります。{何|なに}も しなくて いいです。",
  "aside.asked": "{{who}}を よんでいます",

  "gate.waits": "{{who}}が {入|はい}りたいです。まだ {見|み}えません。きこえません。",
  "gate.asked": "{{who}}を よんでいます",

  "staff.inside": "{局|きょく}の {人|ひと}が ここに います。",
  "staff.unheard": "{局|きょく}の {人|ひと}が {出|で}てから {話|はな}します。",
  "staff.here": "{局|きょく}の {人|ひと}も きいています。",
  "staff.person": "{局|きょく}の {人|ひと}",
  "staff.came": "{局|きょく}の {人|ひと}が {来|き}ました",
  "staff.left": "{局|きょく}の {人|ひと}は {出|で}ました",

  "person.booth": "{{name}}の {人|ひと}",
  "person.booth.short": "{{name}}の {人|ひと}",
  "person.family": "{{name}} さん（{家族|かぞく}）",
  "person.family.short": "{{name}}さん（{家族|かぞく}）",
  "person.interpreter": "{{name}} さん（ことばを {助|たす}ける {人|ひと}）",
  "person.interpreter.short": "{{name}}さん（ことばを {助|たす}ける {人|ひと}）",

  "wiping.title": "あなたの ことを けしています",
  "wiping.lead": "{絵|え}も {声|こえ}も {名前|なまえ}も のこりません。",
};

export default words;
