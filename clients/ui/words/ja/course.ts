/** Words of the booth for what happens in the course of a visit, in Japanese. Spaces are where a line may break. */
const words = {
  "called.title": "{{who}}が お{呼|よ}びです",
  "called.lead": "まもなく {始|はじ}まります。そのまま お{待|ま}ちください。",
  "called.private": "まだ {絵|え}も {声|こえ}も {届|とど}いていません",

  "later.title": "のちほど もう{一度|いちど} お{呼|よ}びします",
  "later.minutes": "{{minutes}}{分|ふん}ほどあと、{{time}}ごろに お{呼|よ}びします",
  "later.soon": "まもなく お{呼|よ}びします",
  "later.lead": "お{待|ま}ちになった {順番|じゅんばん}は そのままです。ここで お{待|ま}ちいただいても、{局|きょく}の {中|なか}に いらしても かまいません。",

  "paused.title.me": "お{話|はなし}を {止|と}めています",
  "paused.title.other": "{{who}}が お{話|はなし}を {止|と}めました",
  "paused.title.staff": "{局|きょく}の {人|ひと}が {中|なか}に います",
  "paused.reason.privacy": "{支度|したく}や {着替|きが}えのため",
  "paused.reason.lookup": "{調|しら}べものを しています",
  "paused.reason.away": "{席|せき}を はずしています",
  "paused.reason.visitor": "{人|ひと}が {来|き}ました",
  "paused.reason.other": "すこし お{待|ま}ちください",
  "paused.curtain": "カメラの {絵|え}も {声|こえ}も、だれにも {届|とど}いていません",
  "paused.resume": "お{話|はなし}に もどる",
  "paused.wait": "{{who}}が もどると、また {始|はじ}まります。{何|なに}も しなくて だいじょうぶです。",
  "paused.staff.ask": "{局|きょく}の {人|ひと}も いっしょに {聞|き}いて よいですか",
  "paused.staff.yes": "はい、いっしょに {聞|き}きます",
  "paused.staff.accepted": "{{who}}の へんじを {待|ま}っています",
  "paused.staff.left": "{局|きょく}の {人|ひと}は {出|で}ました",
  "paused.button": "すこし {止|と}める",

  "aside.title": "{先生|せんせい}どうしが {話|はな}しています",
  "aside.unheard": "あなたの {声|こえ}は {聞|き}こえていません。あなたの {絵|え}も {届|とど}いていません",
  "aside.who": "{話|はな}している{人|ひと}",
  "aside.wait": "{終|お}わると、また {始|はじ}まります。{何|なに}も しなくて だいじょうぶです。",
  "aside.asked": "{{who}}に {来|き}てもらっています",

  "gate.waits": "{{who}}が {入|はい}るのを {待|ま}っています。まだ {見|み}えも {聞|き}こえも しません。",
  "gate.asked": "{{who}}を {呼|よ}んでいます",

  "staff.inside": "{局|きょく}の {人|ひと}が {中|なか}に います。",
  "staff.unheard": "{出|で}るまで、{声|こえ}は つながりません。",
  "staff.here": "{局|きょく}の {人|ひと}も {聞|き}いています。",
  "staff.person": "{局|きょく}の {人|ひと}",
  "staff.came": "{局|きょく}の {人|ひと}が {入|はい}りました",
  "staff.left": "{局|きょく}の {人|ひと}は {出|で}ました",

  "person.booth": "{{name}}の {方|かた}",
  "person.booth.short": "{{name}}の {方|かた}",
  "person.family": "{{name}} さん（ご{家族|かぞく}）",
  "person.family.short": "{{name}}さん（ご{家族|かぞく}）",
  "person.interpreter": "{{name}} さん（{通訳|つうやく}）",
  "person.interpreter.short": "{{name}}さん（{通訳|つうやく}）",

  "wiping.title": "あなたの ことを {消|け}しています",
  "wiping.lead": "{絵|え}も {声|こえ}も お{名前|なまえ}も、この {画面|がめん}に {残|のこ}りません。",
} as const;

export default words;
