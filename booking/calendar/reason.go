package calendar

import "fmt"

// Reason is why a visit cannot start at some time. Code is for machines and does not change; Text is for the counter,
// in Japanese, broken by spaces between phrases, and names the other side by its neutral word only.
type Reason struct {
	Code string
	Text string
}

// Codes of reasons.
const (
	CodePast          = "past"
	CodeTooFar        = "too-far"
	CodeOffGrid       = "off-grid"
	CodeOfficeClosed  = "office-closed"
	CodeOfficeNoon    = "office-noon"
	CodeOfficeHours   = "office-hours"
	CodeNoEquipment   = "no-equipment"
	CodeBoothsBusy    = "booths-busy"
	CodeDeskClosed    = "desk-closed"
	CodeDeskMorning   = "desk-morning-off"
	CodeDeskAfternoon = "desk-afternoon-off"
	CodeDeskHours     = "desk-hours"
	CodeDesksBusy     = "desks-busy"
	CodeResidentBusy  = "resident-busy"
	CodeFull          = "full"
)

var (
	past         = Reason{CodePast, "もう 過ぎました"}
	tooFar       = Reason{CodeTooFar, "まだ 予約を 受けていません"}
	offGrid      = Reason{CodeOffGrid, "この 時刻からは 始められません"}
	officeNoon   = Reason{CodeOfficeNoon, "局の 昼休み"}
	officeHours  = Reason{CodeOfficeHours, "局は 閉まっています"}
	noEquipment  = Reason{CodeNoEquipment, "必要な 機器の ある ブースが ありません"}
	residentBusy = Reason{CodeResidentBusy, "同じ 時間に ほかの 予約が あります"}
	full         = Reason{CodeFull, "空きが ありません"}
)

func officeClosed(why string) Reason {
	if why == "" {
		return Reason{CodeOfficeClosed, "局は 休み"}
	}
	return Reason{CodeOfficeClosed, "局は 休み（" + why + "）"}
}

func boothsBusy(n int) Reason {
	if n == 1 {
		return Reason{CodeBoothsBusy, "ブースを 使っています"}
	}
	return Reason{CodeBoothsBusy, fmt.Sprintf("ブースは %dつとも 使っています", n)}
}

func deskClosed(word string) Reason { return Reason{CodeDeskClosed, word + "は 休み"} }

func deskMorningOff(word string) Reason { return Reason{CodeDeskMorning, word + "は 午前 休み"} }

func deskAfternoonOff(word string) Reason {
	return Reason{CodeDeskAfternoon, word + "は 午後 休み"}
}

func deskHours(word string) Reason { return Reason{CodeDeskHours, word + "は 時間外"} }

func desksBusy(word string) Reason {
	return Reason{CodeDesksBusy, word + "に 空きがありません"}
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
		return 0, officeClosed("")
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
