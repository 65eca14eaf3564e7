package audit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Record is an entry as it stands in a trail.
type Record struct {
	Entry // its Personal is empty: that is sealed

	Seq      int64     // number in the trail, from 1
	Hash     Hash      // of the chain up to and with it
	Recorded time.Time // when it was written, by the writer's clock
	Source   string    // outbox and place in it: "b:1763800000000-0"; "" for what the trail says of itself
	Sealed   Sealed
}

// Sealed is what has become of an entry's personal fields.
type Sealed struct {
	Key        string // name of the key they are sealed under; "" where there are none
	Commitment string // SHA-256 over a salt and the fields, base64url; the salt is in the box
	Box        string // AES-256-GCM under the key, base64url
}

// maxLine bounds a line of a segment, in bytes; what an entry can hold comes to much less.
const maxLine = 16 << 10

// The text of an entry is words name=value in a fixed order, without those that are empty, and without anything that would have to
// be escaped. So there is exactly one text for an entry, and what reads as one is one.
func (r Record) appendText(b []byte) []byte {
	word := func(name, value string) {
		if value == "" {
			return
		}
		if len(b) > 0 && b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
		b = append(b, name...)
		b = append(b, '=')
		b = append(b, value...)
	}
	word("at", millis(r.At))
	word("rec", millis(r.Recorded))
	word("act", string(r.Action))
	word("out", string(r.Outcome))
	word("who", r.Who)
	word("role", r.Role)
	word("office", r.Office)
	word("booth", r.Booth)
	word("visit", r.Visit)
	word("session", r.Session)
	word("service", r.Service)
	if r.Took > 0 {
		word("took", strconv.FormatInt(r.Took.Milliseconds(), 10))
	}
	if r.Detail != nil {
		for _, name := range sortedNames(r.Detail) {
			word("d."+name, r.Detail[name])
		}
	}
	word("sync", string(r.Sync.State))
	if r.Sync.Error > 0 {
		word("err", strconv.FormatInt(r.Sync.Error.Microseconds(), 10))
	}
	word("key", r.Sealed.Key)
	word("com", r.Sealed.Commitment)
	word("box", r.Sealed.Box)
	word("src", r.Source)
	return b
}

func millis(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

// orderOf is the place of a word; those of Detail stand between took and sync. 0 is no word of ours.
func orderOf(name string) int {
	switch name {
	case "at":
		return 1
	case "rec":
		return 2
	case "act":
		return 3
	case "out":
		return 4
	case "who":
		return 5
	case "role":
		return 6
	case "office":
		return 7
	case "booth":
		return 8
	case "visit":
		return 9
	case "session":
		return 10
	case "service":
		return 11
	case "took":
		return 12
	case "sync":
		return 14
	case "err":
		return 15
	case "key":
		return 16
	case "com":
		return 17
	case "box":
		return 18
	case "src":
		return 19
	}
	return 0
}

const orderOfDetail = 13

var errEmpty = errors.New("no words")

// parseText reads the text of an entry. It takes nothing but what appendText writes.
func parseText(text string) (Record, error) {
	var r Record
	before, beforeName := 0, ""
	if text == "" {
		return r, errEmpty
	}
	for rest, more := text, true; more; {
		var pair string
		pair, rest, more = strings.Cut(rest, " ")
		name, value, found := strings.Cut(pair, "=")
		if !found || value == "" {
			return r, fmt.Errorf("%q: want name=value", cutText(pair, 40))
		}
		place := orderOf(name)
		detail, isDetail := strings.CutPrefix(name, "d.")
		if isDetail {
			place = orderOfDetail
		}
		if place == 0 {
			return r, fmt.Errorf("%q is no word of an entry", cutText(name, 40))
		}
		if place < before || place == before && (!isDetail || name <= beforeName) {
			return r, fmt.Errorf("%s stands in the wrong place, or twice", name)
		}
		before, beforeName = place, name
		if isDetail {
			if err := r.setDetail(detail, value); err != nil {
				return r, err
			}
			continue
		}
		if err := r.set(name, value); err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
	}
	if r.Action == "" || r.Outcome == "" || r.At.IsZero() {
		return r, errors.New("at, act or out is missing")
	}
	if s := r.Sealed; (s.Key == "") != (s.Box == "") || (s.Key == "") != (s.Commitment == "") {
		return r, errors.New("key, com and box go together")
	}
	return r, nil
}

func (r *Record) setDetail(name, value string) error {
	if !isName(name) || !fits(value, maxWord, isWord) {
		return fmt.Errorf("d.%s: not a word", cutText(name, 40))
	}
	if r.Detail == nil {
		r.Detail = map[string]string{}
	}
	if len(r.Detail) == maxDetails {
		return fmt.Errorf("more than %d details", maxDetails)
	}
	r.Detail[name] = value
	return nil
}

var (
	errID     = errors.New("not an id")
	errNumber = errors.New("not a number as it is written here")
)

func (r *Record) set(name, value string) (err error) {
	id := func(to *string) {
		if *to = value; !fits(value, maxID, isID) {
			err = errID
		}
	}
	switch name {
	case "at":
		r.At, err = fromMillis(value)
	case "rec":
		r.Recorded, err = fromMillis(value)
	case "act":
		if r.Action = Action(value); !isAction(value) {
			err = errors.New("not an action")
		}
	case "out":
		switch r.Outcome = Outcome(value); r.Outcome {
		case Success, Refused, Failed:
		default:
			err = errors.New("want success, refused or failed")
		}
	case "who":
		id(&r.Who)
	case "role":
		id(&r.Role)
	case "office":
		id(&r.Office)
	case "booth":
		id(&r.Booth)
	case "visit":
		id(&r.Visit)
	case "session":
		id(&r.Session)
	case "service":
		id(&r.Service)
	case "took":
		r.Took, err = span(value, time.Millisecond)
	case "sync":
		if r.Sync.State = SyncState(value); r.Sync.State != Synced && r.Sync.State != Unsynced {
			err = errors.New("want synced or unsynced")
		}
	case "err":
		r.Sync.Error, err = span(value, time.Microsecond)
	case "key":
		id(&r.Sealed.Key)
	case "com":
		r.Sealed.Commitment, err = base64Word(value)
	case "box":
		r.Sealed.Box, err = base64Word(value)
	case "src":
		id(&r.Source)
	}
	return err
}

// number reads a positive number as we write it: no sign, no leading zero.
func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || text[0] == '0' || text[0] == '+' {
		return 0, errNumber
	}
	return n, nil
}

// maxMillis keeps times within what RFC 3339 can say (year 9999), and spans within what a Duration can.
const maxMillis = 253402300799999

func fromMillis(text string) (time.Time, error) {
	n, err := number(text)
	if err != nil || n > maxMillis {
		return time.Time{}, errNumber
	}
	return time.UnixMilli(n).UTC(), nil
}

func span(text string, unit time.Duration) (time.Duration, error) {
	n, err := number(text)
	if err != nil || n > int64(1<<62)/int64(unit) {
		return 0, errNumber
	}
	return time.Duration(n) * unit, nil
}

func base64Word(text string) (string, error) {
	for i := range len(text) {
		if c := text[i]; !isID[c] || c == ':' || c == '.' {
			return "", errors.New("not base64url")
		}
	}
	return text, nil
}
