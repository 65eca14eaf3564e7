package calendar

import (
	"slices"
	"time"
)

// lastExpected is the last year whose equinoxes the usual approximation gives.
const lastExpected = 2099

// expected holds the holidays of the years not published yet.
var expected = func() map[int][]holiday {
	years := map[int][]holiday{}
	for year := holidayLastYear + 1; year <= lastExpected; year++ {
		years[year] = expectedIn(year)
	}
	return years
}()

// expectedIn gives a year's holidays by the law as it stands since 2022 (国民の祝日に関する法律, articles 2 and 3): the days
// it names, a day off for one that falls on a Sunday, and the day between two of them.
func expectedIn(year int) []holiday {
	list := named(year)
	taken := map[Date]bool{}
	for _, h := range list {
		taken[Date{year, h.month, h.day}] = true
	}
	for _, h := range slices.Clone(list) {
		d := Date{year, h.month, h.day}
		if d.Weekday() == time.Sunday {
			next := d.Add(1)
			for taken[next] {
				next = next.Add(1)
			}
			list = append(list, holiday{next.Month, next.Day, "休日"})
			taken[next] = true
		}
	}
	for _, h := range named(year) {
		between, after := Date{year, h.month, h.day}.Add(1), Date{year, h.month, h.day}.Add(2)
		if !taken[between] && names(year, after) {
			list = append(list, holiday{between.Month, between.Day, "休日"})
		}
	}
	slices.SortFunc(list, func(a, b holiday) int { return (int(a.month)*100 + a.day) - (int(b.month)*100 + b.day) })
	return list
}

// named gives the days the law names.
func named(year int) []holiday {
	return []holiday{
		{time.January, 1, "元日"}, {time.January, monday(year, time.January, 2), "成人の日"},
		{time.February, 11, "建国記念の日"}, {time.February, 23, "天皇誕生日"}, {time.March, equinox(year, 20.8431), "春分の日"},
		{time.April, 29, "昭和の日"}, {time.May, 3, "憲法記念日"}, {time.May, 4, "みどりの日"}, {time.May, 5, "こどもの日"},
		{time.July, monday(year, time.July, 3), "海の日"}, {time.August, 11, "山の日"},
		{time.September, monday(year, time.September, 3), "敬老の日"}, {time.September, equinox(year, 23.2488), "秋分の日"},
		{time.October, monday(year, time.October, 2), "スポーツの日"}, {time.November, 3, "文化の日"}, {time.November, 23, "勤労感謝の日"},
	}
}

// names reports whether the law names d.
func names(year int, d Date) bool {
	return slices.ContainsFunc(named(year), func(h holiday) bool { return h.month == d.Month && h.day == d.Day })
}

// monday gives the day of the nth Monday of a month.
func monday(year int, month time.Month, n int) int {
	first := Date{year, month, 1}.Weekday()
	return 1 + (int(time.Monday)-int(first)+7)%7 + 7*(n-1)
}

// equinox approximates the day of March or September, good from 1980 to 2099; base is the moment of 1980 in days.
func equinox(year int, base float64) int {
	n := year - 1980
	return int(base+0.242194*float64(n)) - n/4
}
