package calendar

import (
	"slices"
	"testing"
	"time"
)

func weekdays(from, to int, days ...time.Weekday) Window {
	w := Window{From: from, To: to}
	for _, d := range days {
		w.Days[d] = true
	}
	return w
}

const (
	mon, tue, wed, thu, fri = time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday
	nine, twelve, seventeen = 9 * 60, 12 * 60, 17 * 60
)

// visit is 医院 20 minutes, then 薬局 10, in an office with two booths that is closed at noon. The clinic is away on
// Thursdays, Monday mornings and Wednesday afternoons.
func visit() Question {
	hours := weekdays(nine, seventeen, mon, tue, wed, thu, fri)
	hours.NoonFrom, hours.NoonTo = twelve, 13*60
	yearEnd := Place{YearEndFrom: MonthDay{12, 31}, YearEndTo: MonthDay{1, 3}}
	return Question{
		Now: Date{2026, time.November, 20}.At(nine), Until: Date{2027, time.February, 20}, Office: yearEnd, Hours: []Window{hours},
		Every: 30, Fine: 10, Booths: []Booth{{Equipped: true}, {Equipped: true}}, Cleaning: 5 * time.Minute,
		Legs: []Leg{
			{Word: "医院", Length: 20 * time.Minute, Place: yearEnd, Desks: []Desk{{Roster: []Window{
				weekdays(nine, twelve, tue, wed, fri), weekdays(14*60, seventeen, mon, tue, fri),
			}}}},
			{Word: "薬局", Length: 10 * time.Minute, Place: yearEnd, Desks: []Desk{{Roster: []Window{weekdays(nine, seventeen, mon, tue, wed, thu, fri)}}}},
		},
	}
}

func at(d Date, hour, minute, length int) Interval {
	start := d.At(hour*60 + minute)
	return Interval{start, start.Add(time.Duration(length) * time.Minute)}
}

func TestEveryRefusedStartSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change func(q *Question)
		start  time.Time
		want   []string
	}{
		"a free start has no reason":     {nil, wednesday.At(nine), nil},
		"ending as noon begins is free":  {nil, wednesday.At(11*60 + 30), nil},
		"it is over":                     {func(q *Question) { q.Now = wednesday.At(nine + 1) }, wednesday.At(nine), []string{"もう 過ぎました"}},
		"now is not yet over":            {func(q *Question) { q.Now = wednesday.At(nine) }, wednesday.At(nine), nil},
		"running into noon":              {nil, wednesday.At(11*60 + 40), []string{"局の 昼休み"}},
		"at noon, and the clinic leaves": {nil, wednesday.At(twelve), []string{"局の 昼休み", "医院は 午後 休み"}},
		"the clinic's free afternoon":    {nil, wednesday.At(13 * 60), []string{"医院は 午後 休み"}},
		"the clinic's free morning":      {nil, wednesday.Add(5).At(nine), []string{"医院は 午前 休み"}},
		"between the clinic's hours":     {nil, wednesday.Add(6).At(13 * 60), []string{"医院は 時間外"}},
		"the clinic's free day":          {nil, wednesday.Add(1).At(nine), []string{"医院は 休み"}},
		"before opening":                 {nil, wednesday.Add(2).At(8 * 60), []string{"局は 閉まっています", "医院は 時間外", "薬局は 時間外"}},
		"Sunday":                         {nil, wednesday.Add(4).At(nine), []string{"局は 休み", "医院は 休み", "薬局は 休み"}},
		"a national holiday":             {nil, Date{2026, time.November, 23}.At(14 * 60), []string{"局は 休み（勤労感謝の日）", "医院は 休み", "薬局は 休み"}},
		"年末年始":                           {nil, Date{2026, time.December, 31}.At(nine), []string{"局は 休み（年末年始）", "医院は 休み", "薬局は 休み"}},
		"beyond what can be booked":      {nil, Date{2027, time.February, 26}.At(nine), []string{"まだ 予約を 受けていません"}},
		"off the grid":                   {nil, wednesday.At(nine + 3), []string{"この 時刻からは 始められません"}},
		"a closure with its reason": {
			func(q *Question) { q.Office.Closures = []Closure{{wednesday, wednesday, "設備点検"}} }, wednesday.At(nine),
			[]string{"局は 休み（設備点検）"},
		},
		"both booths taken": {
			func(q *Question) {
				q.Booths[0].Busy, q.Booths[1].Busy = []Interval{at(wednesday, 9, 0, 30)}, []Interval{at(wednesday, 9, 30, 30)}
			},
			wednesday.At(nine), []string{"ブースは 2つとも 使っています"},
		},
		"the only booth taken": {
			func(q *Question) { q.Booths = []Booth{{Equipped: true, Busy: []Interval{at(wednesday, 8, 0, 61)}}} },
			wednesday.At(nine), []string{"ブースを 使っています"},
		},
		"cleaning runs into the next visit": {
			func(q *Question) { q.Booths = []Booth{{Equipped: true, Busy: []Interval{at(wednesday, 9, 34, 30)}}} },
			wednesday.At(nine), []string{"ブースの 清掃が 間に合いません"},
		},
		"no booth has what is needed": {
			func(q *Question) { q.Booths[0].Equipped, q.Booths[1].Equipped = false, false },
			wednesday.At(nine), []string{"必要な 機器の ある ブースが ありません"},
		},
		"the pharmacy is taken during its leg": {
			func(q *Question) { q.Legs[1].Desks[0].Busy = []Interval{at(wednesday, 9, 29, 5)} },
			wednesday.At(nine), []string{"薬局に 空きがありません"},
		},
		"the pharmacy is taken before its leg only": {
			func(q *Question) { q.Legs[1].Desks[0].Busy = []Interval{at(wednesday, 9, 0, 20)} }, wednesday.At(nine), nil,
		},
		"the resident is elsewhere": {
			func(q *Question) { q.Resident = []Interval{at(wednesday, 9, 25, 60)} },
			wednesday.At(nine), []string{"同じ 時間に ほかの 予約が あります"},
		},
		"several things at once": {
			func(q *Question) {
				q.Legs[0].Desks[0].Busy = []Interval{at(wednesday, 9, 0, 20)}
				q.Legs[1].Desks[0].Busy = []Interval{at(wednesday, 9, 20, 10)}
			},
			wednesday.At(nine), []string{"医院に 空きがありません", "薬局に 空きがありません"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := visit()
			if c.change != nil {
				c.change(&q)
			}
			var got []string
			for _, r := range q.Judge(c.start).Reasons {
				got = append(got, r.Text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v: %q, want %q", c.start, got, c.want)
			}
		})
	}
}

func TestARefusedStartIsReplacedByTheNextFineOne(t *testing.T) {
	q := visit()
	q.Booths = q.Booths[:1]
	q.Booths[0].Busy = []Interval{at(wednesday, 9, 30, 35)} // until 10:05
	var got []string
	for _, a := range q.Day(wednesday) {
		mark := "-"
		if a.Free() {
			mark = "+"
		}
		got = append(got, mark+a.Start.Format("15:04"))
	}
	// 9:00 would need cleaning until 9:35; 10:00 is taken until 10:05, so 10:10 stands in for it.
	want := []string{"-09:00", "-09:30", "-10:00", "+10:10", "+10:30", "+11:00", "+11:30", "-12:00", "-12:30", "-13:00"}
	if !slices.Equal(got[:len(want)], want) {
		t.Errorf("got %q, want %q", got[:len(want)], want)
	}
}

func TestADayIsSummedUpByTheReasonThatSaysMost(t *testing.T) {
	busy := func(q *Question) {
		for n := range q.Booths {
			q.Booths[n].Busy = []Interval{at(wednesday, 0, 0, 1440)}
		}
	}
	for name, c := range map[string]struct {
		change func(q *Question)
		day    Date
		free   int
		text   string
	}{
		"room":                        {nil, wednesday, 6, ""},
		"the clinic is away all day":  {nil, wednesday.Add(1), 0, "医院は 休み"},
		"Saturday":                    {nil, wednesday.Add(3), 0, "局は 休み"},
		"a national holiday":          {nil, Date{2026, time.November, 23}, 0, "局は 休み（勤労感謝の日）"},
		"the booths are full all day": {busy, wednesday, 0, "ブースは 2つとも 使っています"},
		"the day is over":             {func(q *Question) { q.Now = wednesday.At(18 * 60) }, wednesday, 0, "もう 過ぎました"},
		"several reasons":             {func(q *Question) { busy(q); q.Now = wednesday.At(16*60 + 20) }, wednesday.Add(1), 0, "医院は 休み"},
	} {
		t.Run(name, func(t *testing.T) {
			q := visit()
			if c.change != nil {
				c.change(&q)
			}
			free, why := ForDay(q.Day(c.day))
			if free != c.free || why.Text != c.text {
				t.Errorf("%d free, %q; want %d, %q", free, why.Text, c.free, c.text)
			}
		})
	}
}
