package facility

import "strings"

// Paper is one document before it is set on pages.
type Paper struct {
	Title    string
	To       string // whom it is addressed to; empty for a notice
	Made     string
	Big      bool // for the wall: to be read from a metre and a half
	Sections []Section
	Link     string // printed as a code at the end; empty for none
	LinkSays string
}

// Section is a heading with its lines, rows or steps.
type Section struct {
	Heading string
	Rows    []Line
	Steps   []string // numbered
	Text    []string
}

// Names are the papers in the order in which an office needs them; each is a word in an address.
func Names() []string { return []string{"notification", "notice", "fees", "emergency"} }

// Of makes the paper of that name, and reports whether there is one.
func Of(name string, s Site) (Paper, bool) {
	make, ok := map[string]func(Site) Paper{"notification": Notification, "notice": Notice, "fees": Fees, "emergency": Emergency}[name]
	if !ok {
		return Paper{}, false
	}
	return make(s), true
}

// Notification is what the prefecture is told when a facility is set up.
func Notification(s Site) Paper {
	p := Paper{Title: "オンライン診療受診施設 設置の届出（記載事項）", To: s.Authority, Made: s.Made}
	p.Sections = []Section{
		{Heading: "施設", Rows: []Line{
			{"名称", s.Name}, {"所在地", join(s.Office, s.Address)}, {"電話", s.Phone}, {"設置の日", day(s.Opened)},
			{"利用できる時間", lines(s.Hours)}, {"ブースと機器", booths(s.Booths)},
		}},
		{Heading: "設置者", Rows: owner(s)},
		{Heading: "講じている措置", Rows: []Line{{"清潔・安全", s.Clean}, {"外部から隔てた空間", s.Private}, {"情報セキュリティ", s.Secure}}},
		{Heading: "連絡先", Rows: []Line{
			{"機器が故障したとき", contact(s.Breakdown)}, {"急変したとき", contact(s.Illness)},
			{"急変時の受け入れ", join(contact(s.Hospital), term("合意", s.HospitalAgreed, s.HospitalUntil))},
		}},
	}
	clinics := Section{Heading: "連携する医療機関"}
	for _, c := range s.Care {
		clinics.Rows = append(clinics.Rows, Line{c.By, join(c.Phone, c.Notified, c.Checked)})
	}
	if len(clinics.Rows) == 0 {
		clinics.Rows = []Line{{"名称・電話", ""}}
	}
	p.Sections = append(p.Sections, clinics, Section{Text: []string{
		"空欄は 記録のない事項です。記入してから お届けください。",
		"標準様式または 都道府県の様式がある場合は、この内容を 書き写してください。",
	}})
	return p
}

func owner(s Site) []Line {
	kind := map[string]string{"corporation": "法人", "municipality": "市町村", "person": "個人"}[s.OwnerKind]
	rows := []Line{{"区分", kind}, {"氏名・名称", s.Owner}}
	if s.OwnerKind != "person" {
		rows = append(rows, Line{"代表者", s.Representative})
	}
	rows = append(rows, Line{"住所", s.OwnerAddress}, Line{"電話", s.OwnerPhone})
	if s.OwnerKind != "person" {
		rows = append(rows, Line{"管理・運営責任者", contact(s.Manager)})
	}
	return rows
}

// Notice hangs on the wall of the booth or beside it.
func Notice(s Site) Paper {
	care := Section{Heading: "ここで 受診できる 医療機関"}
	for _, c := range s.Care {
		care.Rows = append(care.Rows, Line{c.By, c.Phone})
	}
	return Paper{
		Title: s.Name, Made: s.Made, Big: true, Link: s.Page, LinkSays: "この局で できること",
		Sections: []Section{
			{Heading: "利用できる 時間", Rows: s.Hours},
			care,
			{Heading: "こまったとき", Rows: []Line{
				{"ぐあいが 悪くなった", contact(s.Illness)}, {"機器が 動かない", contact(s.Breakdown)}, {"近くの 病院", contact(s.Hospital)},
			}},
			{Heading: "お約束", Text: []string{"部屋の中の 声は 外から 聞こえません。録画も 録音も しません。", "どなたが 画面に 出ているか、いつでも 見えます。"}},
			{Rows: []Line{{"設置者", s.Owner}, {"管理・運営責任者", contact(s.Manager)}}},
		},
	}
}

// Fees is the table of what a visit costs at the office, which has to be shown beforehand.
func Fees(s Site) Paper {
	p := Paper{Title: "利用料の ご案内", Made: s.Made, Big: true, Sections: []Section{{Rows: []Line{{"場所", join(s.Office, s.Address)}}}}}
	table := Section{Heading: "この局での 利用料"}
	for _, f := range s.Fees {
		table.Rows = append(table.Rows, Line{f.Name + "\n" + f.By, join(f.Fee, f.Note)})
	}
	p.Sections = append(p.Sections, table, Section{Text: []string{"わからないことは、窓口で おたずねください。電話 " + s.Phone}})
	return p
}

// Emergency is the plan for somebody who falls ill in the booth.
func Emergency(s Site) Paper {
	return Paper{
		Title: "急変したときの 手順", Made: s.Made, Big: true,
		Sections: []Section{
			{Rows: []Line{{"ここの 場所", join(s.Office, s.Address)}, {"局の電話", s.Phone}}},
			{Heading: "局員が すること", Steps: []string{
				"そばに 行き、声を かける。返事が なければ 119番。",
				"119番では 上の「ここの 場所」を そのまま 読む。",
				"画面の 医師に 伝え、指示に したがう。画面は 切らない。",
				"近くの 病院に 知らせる: " + contact(s.Hospital),
				"責任者に 知らせる: " + contact(s.Illness),
				"おさまったら、時刻と したことを 記録する。病状は 書かない。",
			}},
			{Heading: "連絡先", Rows: []Line{
				{"救急", "119"}, {"受け入れ病院", join(contact(s.Hospital), term("合意", s.HospitalAgreed, s.HospitalUntil))},
				{"急変のとき", contact(s.Illness)}, {"機器の 故障", contact(s.Breakdown)},
			}},
			{Heading: "機器が 止まったとき", Steps: []string{
				"ブースの 画面の「係員を 呼ぶ」で 来てもらうか、窓口へ。", "画面に 出ている 電話番号に かけて、相談を 続ける。", "上の「機器の 故障」に 連絡する。",
			}},
		},
	}
}

func contact(c Contact) string { return strings.TrimSpace(c.Name + " " + c.Phone) }

// join puts what there is on lines of its own.
func join(parts ...string) string {
	var list []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, "\n")
}

func lines(list []Line) string {
	var parts []string
	for _, l := range list {
		parts = append(parts, l.Name+" "+l.Text)
	}
	return join(parts...)
}

func booths(list []Booth) string {
	var parts []string
	for _, b := range list {
		parts = append(parts, b.Name+"（"+b.Equipment+"）")
	}
	return join(parts...)
}

// day writes 2026-04-01 as people do; anything else as it is.
func day(s string) string {
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return s
	}
	return strings.TrimLeft(parts[0], "0") + "年" + strings.TrimLeft(parts[1], "0") + "月" + strings.TrimLeft(parts[2], "0") + "日"
}

func term(what, on, until string) string {
	if on == "" {
		return ""
	}
	return what + " " + day(on) + "（" + day(until) + "まで）"
}
