import type ja from "../ja/lobby";

/** Words of the lobby's screen, in やさしい日本語. */
const words: Record<keyof typeof ja, string> = {
  "lobby.title": "ブースの {順番|じゅんばん}",
  "lobby.next": "つぎの {番号|ばんごう}",
  "lobby.nobody": "{待|ま}っている {人|ひと}は いません",
  "lobby.free": "よばれている {番号|ばんごう}は ありません",
  "lobby.come": "{入|はい}ってください",
  "lobby.call": "{{number}}{番|ばん}の {人|ひと}、{{booth}}に {入|はい}って ください。",
  "lobby.inside": "{話|はな}しています",
  "lobby.help": "{困|こま}ったら、{窓口|まどぐち}の {人|ひと}に {話|はな}してください",
  "lobby.offline": "つなぎなおしています。{番号|ばんごう}は {窓口|まどぐち}で きいてください",
};

export default words;
