import type ja from "../ja/alarm";

/** The emergency in やさしい日本語. */
const words: Record<keyof typeof ja, string> = {
  "alarm.button": "たすけて",
  "alarm.sure": "たすけを よびますか",
  "alarm.means": "{局|きょく}の {人|ひと}と {話|はな}している {人|ひと}に すぐ {知|し}らせます。",
  "alarm.arming": "まってください",
  "alarm.press": "たすけを よぶ",
  "alarm.no": "いいえ、もどる",
  "alarm.left": "{{seconds}}{秒|びょう}で もとに もどります",
  "alarm.failed": "つながりません。{電話|でんわ}を してください",
  "alarm.title": "たすけを よびました",
  "alarm.told": "{{time}}に {知|し}らせました。{局|きょく}の {人|ひと}が {来|き}ます。",
  "alarm.by.booth": "ブースから",
  "alarm.by.desk": "{話|はな}す {人|ひと}から",
  "alarm.ambulance": "{救急車|きゅうきゅうしゃ}",
  "alarm.ambulance.phone": "119",
  "alarm.address": "ここの {住所|じゅうしょ}",
  "alarm.hospital": "{病院|びょういん}",
  "alarm.office": "{郵便局|ゆうびんきょく}",
  "alarm.desk": "{話|はな}している {人|ひと}",
  "alarm.close": "{話|はなし}に もどる",
  "alarm.stands": "たすけを よんでいます。",
  "alarm.open": "{住所|じゅうしょ}と {電話|でんわ}を {見|み}る",
  "alarm.calm": "もう だいじょうぶ",
  "alarm.calm.sure": "もう だいじょうぶですか",
  "alarm.calm.means": "みんなの {画面|がめん}から {消|き}えます。",
  "alarm.ago": "{緊急|きんきゅう}の {知|し}らせ・{{seconds}}{秒|びょう}まえ",
  "alarm.agoMinutes": "{緊急|きんきゅう}の {知|し}らせ・{{minutes}}{分|ふん}まえ",
  "alarm.booth": "{{booth}}で たすけが いります",
  "alarm.go": "すぐ {行|い}きます",
};

export default words;
