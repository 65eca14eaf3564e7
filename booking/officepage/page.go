package officepage

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
)

// Page is everything that stands on an office's page.
type Page struct {
	Lang     string // "ja", "easy" or "en"
	ID       string
	Name     string
	Kana     string
	Address  string
	Phone    string
	Hours    []Line
	Closed   []string // closures to come, 年末年始, holidays
	Services []Service
	Hospital string // whom to call when somebody falls ill
	Urgent   string
	As       string // the day the page was made
}

// Line is a name and what belongs to it.
type Line struct{ Name, Text string }

// Service is one service of the office.
type Service struct {
	Name      string
	By        string // the organisation on the other side
	State     string // "given", "not-yet", "ended", "suspended" or "unprepared"
	Minutes   int
	Fee       string // "" where none is stated
	From      string
	Until     string // "" where no end is fixed
	Ground    string // what kind of act it is given on, in the words of the page
	Basis     string // the act and its day, as written in Japanese
	Law       string
	Languages string
	First     string // what somebody should know who comes for the first time; may be empty
	Contact   string
}

// Languages are the page's languages in the order of its links.
func Languages() []string { return []string{"ja", "easy", "en"} }

// Write writes the page.
func Write(w io.Writer, p Page) error { return page.Execute(w, p) }

// Known reports whether the page is written in a language.
func Known(lang string) bool { _, ok := words[lang]; return ok }

// style is the page's only one. Policy lets in this very text, and no other style or script.
const style = `
body { font: 1.125rem/1.75 "Noto Sans JP Variable", "Noto Sans JP", "Noto Sans CJK JP", sans-serif; color: #1a1a1c; background: #fff; margin: 0 auto; max-width: 48rem; padding: 1.5rem 1rem 4rem }
h1 { font-size: 2rem; line-height: 1.4; margin: 0 } h2 { font-size: 1.5rem; margin: 2.5rem 0 .75rem } h3 { font-size: 1.25rem; margin: 0 }
nav ul { display: flex; flex-wrap: wrap; gap: .75rem; list-style: none; margin: 0 0 1.5rem; padding: 0 }
nav a { display: inline-block; min-height: 44px; line-height: 44px; padding: 0 1rem; border: 1px solid #767676; border-radius: .5rem }
nav a[aria-current] { background: #0017c1; border-color: #0017c1; color: #fff; text-decoration: none }
a { color: #0017c1; text-underline-offset: .2em }
a:focus-visible { outline: 4px solid #000; outline-offset: 2px; background: #ffd43d; color: #000 }
.card { border: 1px solid #767676; border-radius: .75rem; padding: 1rem 1.25rem; margin: 0 0 1rem; break-inside: avoid }
.card header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between }
.state { font-weight: 700 } .given { color: #1d6b3b } .not-yet { color: #6b4f00 } .ended { color: #595959 } .suspended { color: #b00020 } .unprepared { color: #6b4f00 }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1.25rem; margin: .75rem 0 0 }
dt { color: #4d4d4d } dd a { display: inline-block; min-height: 44px; line-height: 44px; min-width: 44px } dd { margin: 0; overflow-wrap: anywhere }
.made { color: #595959; margin-top: 2.5rem }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
@media print { nav { display: none } dd a { min-height: 0; line-height: inherit } body { font-size: 11pt; max-width: none; padding: 0 } a { color: inherit; text-decoration: none } .card { border-color: #000 } h2 { margin-top: 1.25rem } }
`

// Policy is the Content-Security-Policy of a page that Write has made.
var Policy = "default-src 'none'; style-src '" + hashOf(style) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// hashOf names a text as a policy does (CSP Level 3, §2.3.1).
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

var page = template.Must(template.New("office").Funcs(template.FuncMap{
	"say":       func(lang, key string) string { return words[lang][key] },
	"languages": Languages,
	"html": func(lang string) string {
		if lang == "en" {
			return "en"
		}
		return "ja"
	},
}).Parse(`<!doctype html>
<html lang="{{html .Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Name}} — {{say .Lang "title"}}</title>
<style>` + style + `</style>
</head>
<body>
<nav aria-label="{{say .Lang "languages"}}"><ul>{{$lang := .Lang}}{{$id := .ID}}{{range languages}}<li><a href="/offices/{{$id}}?lang={{.}}" hreflang="{{html .}}" lang="{{html .}}"{{if eq . $lang}} aria-current="page"{{end}}>{{say . "self"}}</a></li>{{end}}</ul></nav>
<main>
<h1>{{.Name}}</h1>
{{if .Kana}}<p lang="ja">{{.Kana}}</p>{{end}}
<dl>
{{if .Address}}<dt>{{say .Lang "address"}}</dt><dd>{{.Address}}</dd>{{end}}
{{if .Phone}}<dt>{{say .Lang "phone"}}</dt><dd><a href="tel:{{.Phone}}">{{.Phone}}</a></dd>{{end}}
</dl>
<h2>{{say .Lang "hours"}}</h2>
<dl>{{range .Hours}}<dt>{{.Name}}</dt><dd>{{.Text}}</dd>{{end}}</dl>
{{if .Closed}}<ul>{{range .Closed}}<li>{{.}}</li>{{end}}</ul>{{end}}
<h2>{{say .Lang "services"}}</h2>
{{range .Services}}<article class="card">
<header><h3>{{.Name}}</h3><span class="state {{.State}}">{{say $lang .State}}</span></header>
<dl>
<dt>{{say $lang "by"}}</dt><dd>{{.By}}</dd>
<dt>{{say $lang "length"}}</dt><dd>{{.Minutes}} {{say $lang "minutes"}}</dd>
<dt>{{say $lang "fee"}}</dt><dd>{{if .Fee}}{{.Fee}}{{else}}{{say $lang "ask"}}{{end}}</dd>
<dt>{{say $lang "when"}}</dt><dd>{{.From}} – {{.Until}}</dd>
<dt>{{say $lang "basis"}}</dt><dd>{{.Ground}} <span lang="ja">{{.Basis}}{{if .Law}}<br>{{.Law}}{{end}}</span></dd>
<dt>{{say $lang "spoken"}}</dt><dd>{{.Languages}}</dd>
{{if .First}}<dt>{{say $lang "first"}}</dt><dd>{{.First}}</dd>{{end}}
<dt>{{say $lang "contact"}}</dt><dd><a href="tel:{{.Contact}}">{{.Contact}}</a></dd>
</dl>
</article>
{{end}}
{{if .Hospital}}<h2>{{say .Lang "urgent"}}</h2>
<dl><dt>{{.Hospital}}</dt><dd><a href="tel:{{.Urgent}}">{{.Urgent}}</a></dd></dl>{{end}}
<p class="made">{{say .Lang "made"}} {{.As}}</p>
</main>
</body>
</html>
`))

var words = map[string]map[string]string{
	"ja": {
		"self": "日本語", "title": "この局でできること", "languages": "ことば", "address": "住所", "phone": "電話", "hours": "開いている時間",
		"services": "この局でできること", "by": "担当", "length": "時間", "minutes": "分", "fee": "料金", "ask": "窓口で お尋ねください",
		"when": "行う期間", "basis": "根拠", "spoken": "ことば", "first": "はじめての方", "contact": "問い合わせ", "urgent": "急に 具合が 悪くなったとき",
		"made": "この案内の日付", "given": "行っています", "not-yet": "これから 始まります", "ended": "終わりました", "suspended": "いまは 休止しています", "unprepared": "届出を 準備しています",
		"noon": "昼休み", "closed": "休み", "holidays": "祝日は 休みです", "openHolidays": "祝日も 開いています", "yearEnd": "年末年始の 休み", "extra": "臨時に 開く日",
		"noEnd": "終わりは 決まっていません", "free": "無料", "yen": "円", "refused": "はじめての方は 受けていません",
		"council": "議決", "contract": "委託契約", "notification": "届出", "agreement": "協定",
		"Mon": "月", "Tue": "火", "Wed": "水", "Thu": "木", "Fri": "金", "Sat": "土", "Sun": "日", "to": "から", "rule": "決まった日",
		"lang-ja": "日本語", "lang-en": "英語", "lang-ja-easy": "やさしい日本語", "lang-jsl": "手話", "lang-zh": "中国語", "lang-vi": "ベトナム語", "lang-pt": "ポルトガル語",
	},
	"easy": {
		"self": "やさしい日本語", "title": "この ゆうびんきょくで できること", "languages": "ことば", "address": "ばしょ", "phone": "でんわ", "hours": "あいている じかん",
		"services": "この ゆうびんきょくで できること", "by": "はなす ひと", "length": "じかん", "minutes": "ふん", "fee": "おかね", "ask": "まどぐちで きいて ください",
		"when": "いつから いつまで", "basis": "きまり", "spoken": "ことば", "first": "はじめての ひと", "contact": "わからないとき", "urgent": "きゅうに ぐあいが わるく なったとき",
		"made": "この おしらせの ひ", "given": "やって います", "not-yet": "これから はじまります", "ended": "おわりました", "suspended": "いまは やすみです", "unprepared": "まだ できません（じゅんびを しています）",
		"noon": "ひるやすみ", "closed": "やすみ", "holidays": "しゅくじつは やすみです", "openHolidays": "しゅくじつも あいて います", "yearEnd": "ねんまつ ねんしの やすみ", "extra": "とくべつに あく ひ",
		"noEnd": "おわりは きまって いません", "free": "おかねは いりません", "yen": "えん", "refused": "はじめての ひとは つかえません",
		"council": "ぎかいが きめた こと", "contract": "けいやく", "notification": "とどけで", "agreement": "きょうてい（やくそく）",
		"Mon": "げつ", "Tue": "か", "Wed": "すい", "Thu": "もく", "Fri": "きん", "Sat": "ど", "Sun": "にち", "to": "から", "rule": "きまった ひ",
		"lang-ja": "にほんご", "lang-en": "えいご", "lang-ja-easy": "やさしい にほんご", "lang-jsl": "しゅわ", "lang-zh": "ちゅうごくご", "lang-vi": "ベトナムご", "lang-pt": "ポルトガルご",
	},
	"en": {
		"self": "English", "title": "Services at this post office", "languages": "Language", "address": "Address", "phone": "Telephone", "hours": "Opening hours",
		"services": "Services at this post office", "by": "Given by", "length": "Length", "minutes": "minutes", "fee": "Fee", "ask": "Please ask at the counter",
		"when": "Period", "basis": "Legal ground", "spoken": "Languages", "first": "First visit", "contact": "Questions", "urgent": "If somebody falls ill",
		"made": "As of", "given": "Available", "not-yet": "Not yet", "ended": "Ended", "suspended": "Suspended for now", "unprepared": "Being prepared",
		"noon": "lunch break", "closed": "Closed", "holidays": "Closed on national holidays", "openHolidays": "Open on national holidays", "yearEnd": "Closed at the turn of the year", "extra": "Open besides on",
		"noEnd": "no end fixed", "free": "Free of charge", "yen": "yen", "refused": "Not for a first visit",
		"council": "Council resolution", "contract": "Contract", "notification": "Notification", "agreement": "Agreement",
		"Mon": "Mon", "Tue": "Tue", "Wed": "Wed", "Thu": "Thu", "Fri": "Fri", "Sat": "Sat", "Sun": "Sun", "to": "to", "rule": "certain days",
		"lang-ja": "Japanese", "lang-en": "English", "lang-ja-easy": "plain Japanese", "lang-jsl": "sign language", "lang-zh": "Chinese", "lang-vi": "Vietnamese", "lang-pt": "Portuguese",
	},
}

// Say gives a word of the page, or the key itself where there is none.
func Say(lang, key string) string {
	if w, ok := words[lang][key]; ok {
		return w
	}
	return key
}
