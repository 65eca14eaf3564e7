package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Bounds of a recurrence rule. A rule is written out once, when it is read, so they bound memory and time.
const (
	ruleYears    = 20  // how long after its start a rule is written out
	maxRuleText  = 200 // characters
	maxRuleStep  = 400 // INTERVAL
	maxRuleParts = 62  // numbers in one BY… list
)

// Recurrence is a set of days given by a recurrence rule of RFC 5545 (3.3.10): each third Wednesday, every other
// Friday. It is written out from its start for 20 years; after those a rule has to be written anew.
type Recurrence struct {
	text  string
	start Date
	days  []int // ascending, as Date.number
}

// ParseRecurrence reads a rule such as "FREQ=MONTHLY;BYDAY=3WE" that begins to count on start. It takes rules of days
// only: YEARLY, MONTHLY, WEEKLY and DAILY, without hours, with UNTIL as a day (20271231). Unlike in the RFC, start is no
// day of the rule unless the rule itself names it.
func ParseRecurrence(text string, start Date) (*Recurrence, error) {
	if err := checkRule(text); err != nil {
		return nil, err
	}
	option, err := rrule.StrToROption(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no recurrence rule: %w", text, err)
	}
	first := time.Date(start.Year, start.Month, start.Day, 0, 0, 0, 0, time.UTC)
	option.Dtstart = first
	if last := first.AddDate(ruleYears, 0, 0); option.Until.IsZero() || option.Until.After(last) {
		option.Until = last
	}
	if err := checkOption(option); err != nil {
		return nil, err
	}
	r := &Recurrence{text: text, start: start}
	if r.days, err = writtenOut(*option); err != nil {
		return nil, fmt.Errorf("%q is no recurrence rule: %w", text, err)
	}
	if len(r.days) == 0 {
		return nil, fmt.Errorf("%q names no day within %d years of %s", text, ruleYears, start)
	}
	return r, nil
}

// writtenOut lists the days of a rule. Should the library give up on one, that is an error like any other: rules come from
// files and tables that many people write.
func writtenOut(option rrule.ROption) (days []int, err error) {
	defer func() {
		if gaveUp := recover(); gaveUp != nil {
			days, err = nil, fmt.Errorf("it cannot be written out: %v", gaveUp)
		}
	}()
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, err
	}
	next := rule.Iterator()
	for t, more := next(); more; t, more = next() {
		days = append(days, dayNumber(t))
	}
	return days, nil
}

// ruleKeys are the parts a rule of days may have.
var ruleKeys = []string{
	"FREQ", "INTERVAL", "WKST", "COUNT", "UNTIL", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY",
}

// checkRule checks the form before the library sees it: it takes more than a rule of days, and some parts twice.
func checkRule(text string) error {
	if len(text) > maxRuleText {
		return fmt.Errorf("the rule is longer than %d characters", maxRuleText)
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		key, value, pair := strings.Cut(part, "=")
		switch {
		case !pair || value == "":
			return fmt.Errorf("%q is no part of a rule: write KEY=VALUE, parts divided by semicolons, as in FREQ=MONTHLY;BYDAY=3WE", part)
		case !slices.Contains(ruleKeys, key):
			return fmt.Errorf("%q cannot stand in a rule of days: possible are %s", key, strings.Join(ruleKeys, ", "))
		case seen[key]:
			return fmt.Errorf("%s stands twice in the rule", key)
		case key == "FREQ" && !slices.Contains([]string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}, value):
			return fmt.Errorf("FREQ is %q: write YEARLY, MONTHLY, WEEKLY or DAILY", value)
		case key == "UNTIL" && len(value) != len("20060102"):
			return fmt.Errorf("UNTIL is %q: write a day, as 20271231", value)
		}
		seen[key] = true
	}
	if !seen["FREQ"] {
		return errors.New("the rule has no FREQ: write for example FREQ=MONTHLY;BYDAY=3WE")
	}
	return nil
}

func checkOption(o *rrule.ROption) error {
	if o.Interval < 0 || o.Interval > maxRuleStep {
		return fmt.Errorf("INTERVAL is %d: write a number from 1 to %d", o.Interval, maxRuleStep)
	}
	if o.Count < 0 {
		return fmt.Errorf("COUNT is %d: write a number above 0", o.Count)
	}
	if o.Until.Before(o.Dtstart) {
		return fmt.Errorf("UNTIL %s comes before the start %s", o.Until.Format(time.DateOnly), o.Dtstart.Format(time.DateOnly))
	}
	for _, list := range [][]int{o.Bysetpos, o.Bymonth, o.Bymonthday, o.Byyearday, o.Byweekno} {
		if len(list) > maxRuleParts {
			return fmt.Errorf("a list has %d numbers: at most %d are possible", len(list), maxRuleParts)
		}
	}
	for _, day := range o.Byweekday {
		if day.N() != 0 && o.Freq != rrule.MONTHLY && o.Freq != rrule.YEARLY {
			return errors.New("a numbered weekday such as 3WE needs FREQ=MONTHLY or YEARLY")
		}
		most := 5
		if o.Freq == rrule.YEARLY && len(o.Bymonth) == 0 {
			most = 53
		}
		if n := day.N(); n < -most || n > most { // the library panics over the eighth Friday of a month
			return fmt.Errorf("BYDAY names weekday number %d: there are at most %d, counted from either end", n, most)
		}
	}
	return nil
}

// On reports whether d is a day of the rule.
func (r *Recurrence) On(d Date) bool {
	_, found := slices.BinarySearch(r.days, d.number())
	return found
}

// MarshalText gives what the recurrence was read from, so that rules can be compared.
func (r *Recurrence) MarshalText() ([]byte, error) {
	return []byte(r.start.String() + " " + r.text), nil
}
