package calendar

import (
	"fmt"
	"strings"
)

// Reason is why a visit cannot start at some time. Code is for machines and does not change; the texts are for people,
// in Japanese broken by spaces between phrases, in やさしい日本語 and in English. They name the other side by its neutral
// word only, and nobody.
type Reason struct {
	Code string
	Text string
	Easy string
	En   string
}

// In gives the text in a language: "ja", "easy" or "en".
func (r Reason) In(lang string) string {
	switch lang {
	case "easy":
		return r.Easy
	case "en":
		return r.En
	default:
		return r.Text
	}
}

// Codes of reasons.
const (
	CodePast          = "past"
	CodeTooSoon       = "too-soon"
	CodeTooFar        = "too-far"
	CodeOffGrid       = "off-grid"
	CodeOfficeClosed  = "office-closed"
	CodeOfficeHoliday = "office-holiday"
	CodeOfficeNoon    = "office-noon"
	CodeOfficeHours   = "office-hours"
	CodeNotYet        = "service-not-yet"
	CodeEnded         = "service-ended"
	CodeSuspended     = "service-suspended"
	CodeUnprepared    = "facility-incomplete"
	CodeServiceHours  = "service-hours"
	CodeFirstVisit    = "first-visit"
	CodeNoEquipment   = "no-equipment"
	CodeBoothsBusy    = "booths-busy"
	CodeBoothCleaning = "booth-cleaning"
	CodeBoothBlocked  = "booth-blocked"
	CodeDeskClosed    = "desk-closed"
	CodeDeskMorning   = "desk-morning-off"
	CodeDeskAfternoon = "desk-afternoon-off"
	CodeDeskHours     = "desk-hours"
	CodeDesksBusy     = "desks-busy"
	CodeDeskBuffer    = "desk-buffer"
	CodeDeskBlocked   = "desk-blocked"
	CodeResidentBusy  = "resident-busy"
	CodeFull          = "full"
)

// Taken reports whether the reason is somebody else's visit or a block, which may go away, and not a rule.
func (r Reason) Taken() bool {
	switch r.Code {
	case CodeBoothsBusy, CodeBoothCleaning, CodeBoothBlocked, CodeDesksBusy, CodeDeskBuffer, CodeDeskBlocked, CodeResidentBusy, CodeFull:
		return true
	default:
		return false
	}
}

var (
	past         = Reason{CodePast, "もう 過ぎました", "もう すぎました", "This time has passed"}
	tooFar       = Reason{CodeTooFar, "まだ 予約を 受けていません", "まだ よやくは できません", "Bookings are not open yet for this day"}
	offGrid      = Reason{CodeOffGrid, "この 時刻からは 始められません", "この じこくからは はじめられません", "Visits do not start at this time"}
	officeNoon   = Reason{CodeOfficeNoon, "局の 昼休み", "ゆうびんきょくの ひるやすみです", "The post office is closed for lunch"}
	officeHours  = Reason{CodeOfficeHours, "局は 閉まっています", "ゆうびんきょくは しまっています", "The post office is closed at this time"}
	noEquipment  = Reason{CodeNoEquipment, "必要な 機器の ある ブースが ありません", "ひつような きかいの ある ブースが ありません", "No booth here has the equipment needed"}
	boothBlocked = Reason{CodeBoothBlocked, "ブースを 止めています", "ブースは つかえません", "The booth is out of use"}
	residentBusy = Reason{CodeResidentBusy, "同じ 時間に ほかの 予約が あります", "おなじ じかんに ほかの よやくが あります", "There is another appointment at this time"}
	full         = Reason{CodeFull, "空きが ありません", "あいて いません", "Nothing is free"}
	boothClean   = Reason{CodeBoothCleaning, "ブースの 清掃が 間に合いません", "ブースの そうじが まにあいません", "The booth could not be cleaned in time"}
)

func tooSoon(minutes int) Reason {
	if minutes%60 == 0 {
		return Reason{CodeTooSoon, fmt.Sprintf("予約は %d時間 前までです", minutes/60), fmt.Sprintf("よやくは %dじかん まえまでです", minutes/60),
			fmt.Sprintf("Book at least %d h ahead", minutes/60)}
	}
	return Reason{CodeTooSoon, fmt.Sprintf("予約は %d分 前までです", minutes), fmt.Sprintf("よやくは %dふん まえまでです", minutes),
		fmt.Sprintf("Book at least %d minutes ahead", minutes)}
}

func officeClosed(ja, easy, en string) Reason {
	return Reason{CodeOfficeClosed, "局は 休み" + bracketed(ja), "ゆうびんきょくは やすみです" + bracketed(easy), "The post office is closed" + spaced(en)}
}

func officeHoliday(name string, provisional bool) Reason {
	en, known := holidayEnglish[name]
	if !known {
		en = "national holiday"
	}
	if provisional {
		return Reason{CodeOfficeHoliday, "局は 休み" + bracketed(name+"・見込み"), "ゆうびんきょくは やすみです" + bracketed(name+" の よてい"),
			"The post office is closed" + spaced(en+", expected")}
	}
	return Reason{CodeOfficeHoliday, "局は 休み" + bracketed(name), "ゆうびんきょくは やすみです" + bracketed(name), "The post office is closed" + spaced(en)}
}

var holidayEnglish = map[string]string{
	"元日": "New Year's Day", "成人の日": "Coming of Age Day", "建国記念の日": "National Foundation Day", "天皇誕生日": "Emperor's Birthday",
	"春分の日": "Vernal Equinox Day", "昭和の日": "Showa Day", "憲法記念日": "Constitution Memorial Day", "みどりの日": "Greenery Day",
	"こどもの日": "Children's Day", "海の日": "Marine Day", "山の日": "Mountain Day", "敬老の日": "Respect for the Aged Day",
	"秋分の日": "Autumnal Equinox Day", "スポーツの日": "Sports Day", "文化の日": "Culture Day", "勤労感謝の日": "Labour Thanksgiving Day",
	"休日": "day off in lieu of a holiday",
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "（" + s + "）"
}

func spaced(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func boothsBusy(n int) Reason {
	if n == 1 {
		return Reason{CodeBoothsBusy, "ブースを 使っています", "ブースは つかって います", "The booth is taken"}
	}
	return Reason{CodeBoothsBusy, fmt.Sprintf("ブースは %dつとも 使っています", n), fmt.Sprintf("ブースは %dつとも つかって います", n),
		fmt.Sprintf("All %d booths are taken", n)}
}

func lacks(missing []string) Reason {
	r := noEquipment
	if list := strings.Join(missing, ", "); list != "" {
		r.Text += bracketed(list)
		r.Easy += bracketed(list)
		r.En += spaced(list)
	}
	return r
}

// words is a leg's neutral word in three languages.
type words struct{ ja, easy, en string }

func (l Leg) words() words {
	w := words{l.Word, l.WordEasy, l.WordEn}
	if w.easy == "" {
		w.easy = w.ja
	}
	if w.en == "" {
		w.en = w.ja
	}
	return w
}

func (w words) reason(code, ja, easy, en string) Reason {
	return Reason{code, w.ja + ja, w.easy + easy, w.en + ": " + en}
}

func (w words) deskClosed() Reason {
	return w.reason(CodeDeskClosed, "は 休み", "は やすみです", "closed that day")
}

func (w words) morningOff() Reason {
	return w.reason(CodeDeskMorning, "は 午前 休み", "は ごぜん やすみです", "closed in the morning")
}

func (w words) afternoonOff() Reason {
	return w.reason(CodeDeskAfternoon, "は 午後 休み", "は ごご やすみです", "closed in the afternoon")
}

func (w words) deskHours() Reason {
	return w.reason(CodeDeskHours, "は 時間外", "は その じかん やっていません", "outside its hours")
}

func (w words) desksBusy() Reason {
	return w.reason(CodeDesksBusy, "に 空きがありません", "は あいて いません", "nobody is free")
}

func (w words) deskBuffer() Reason {
	return w.reason(CodeDeskBuffer, "は 前後の 準備に かかります", "は じゅんびの じかんです", "needs time before or after another visit")
}

func (w words) deskBlocked() Reason {
	return w.reason(CodeDeskBlocked, "は この 時間 受けていません", "は この じかん うけていません", "not available at this time")
}

func (w words) notYet(from Date) Reason {
	return w.reason(CodeNotYet, "は "+from.String()+" から 始まります", "は "+from.String()+" から はじまります", "begins on "+from.String())
}

func (w words) ended(until Date) Reason {
	return w.reason(CodeEnded, "は "+until.String()+" で 終わりました", "は "+until.String()+" で おわりました", "ended on "+until.String())
}

func (w words) unprepared() Reason {
	return w.reason(CodeUnprepared, "は 局の 届出の 準備が 終わるまで 予約できません", "は まだ できません。郵便局が じゅんびを して います", "not bookable before the office's notification is complete")
}

func (w words) suspended() Reason {
	return w.reason(CodeSuspended, "は いま 休止しています", "は いま やすんで います", "suspended for now")
}

func (w words) serviceHours() Reason {
	return w.reason(CodeServiceHours, "は この 曜日・時間には ありません", "は この ようび・じかんには ありません", "not given on this day or at this time")
}

func (w words) firstVisit() Reason {
	return w.reason(CodeFirstVisit, "は はじめての 方を 受けていません", "は はじめての ひとは つかえません", "not for a first visit")
}

func (w words) tooFar(days int) Reason {
	return w.reason(CodeTooFar, fmt.Sprintf("は %d日 先まで 受けています", days), fmt.Sprintf("は %dにち さきまで よやくできます", days),
		fmt.Sprintf("can be booked %d days ahead", days))
}

// ForDay sums the answers of one day up: how many starts are free and, where none is, the one reason that says most:
// the one every start shares, else that there is no room.
func ForDay(answers []Answer) (free int, why Reason) {
	shared := map[Reason]int{}
	upcoming := 0
	for _, a := range answers {
		if a.Free() {
			free++
			continue
		}
		if a.Reasons[0].Code != CodePast {
			upcoming++
		}
		for _, r := range a.Reasons {
			shared[r]++
		}
	}
	switch {
	case free > 0:
		return free, Reason{}
	case len(answers) == 0:
		return 0, officeClosed("", "", "")
	case upcoming == 0:
		return 0, past
	}
	// The order of the first upcoming answer's reasons is the order of importance.
	for _, a := range answers {
		if a.Reasons[0].Code == CodePast {
			continue
		}
		for _, r := range a.Reasons {
			if shared[r] == upcoming {
				return 0, r
			}
		}
		break
	}
	return 0, full
}
