/** Words of the lobby's screen, in Japanese. */
const words = {
  "lobby.title": "{相談|そうだん}ブースの {順番|じゅんばん}",
  "lobby.next": "つぎの {番号|ばんごう}",
  "lobby.nobody": "いま お{待|ま}ちの{方|かた}は いません",
  "lobby.free": "{呼|よ}ばれている {番号|ばんごう}は ありません",
  "lobby.come": "お{入|はい}りください",
  "lobby.call": "{{number}}{番|ばん}の{方|かた}、{{booth}}へ お{入|はい}りください。",
  "lobby.inside": "{相談中|そうだんちゅう}",
  "lobby.help": "お{困|こま}りの{方|かた}は、{窓口|まどぐち}の {係|かかり}に お{声|こえ}がけください",
  "lobby.offline": "つなぎ{直|なお}しています。{番号|ばんごう}は {窓口|まどぐち}で お{確|たし}かめください",
} as const;

export default words;
