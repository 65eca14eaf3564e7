package booking

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

const redacted = "[redacted]"

// Person is what is kept of a resident: the name in kana, a telephone number and, where given, an address for mail, the
// number the clinic knows the resident by, and how to be reminded. It prints itself as [redacted] in every
// way there is, JSON included; to show it to somebody who may see it, make a ResidentView.
type Person struct {
	// A function, so that even printing a struct that hides a Person in an unexported field, where fmt asks no methods,
	// shows an address and no name.
	reveal func() personal
}

type personal struct {
	kana, phone   string
	mail, patient string
	remind        []string
}

// Extras are what a resident may add to name and number. All may be empty.
type Extras struct {
	Mail          string   // address for notices
	PatientNumber string   // the clinic's own
	Remind        []string // ways to be reminded, of Ways; none: the resident is left alone
}

// Ways a resident can be reminded.
const (
	WayMail  = "mail"
	WaySMS   = "sms"
	WayVoice = "voice"
)

// Errors of Extras. They never repeat what was entered.
var (
	ErrMail    = errors.New("メールアドレスは name@example.jp の 形で 入れてください")
	ErrPatient = errors.New("診察券番号は 英数字と - で 20文字までで 入れてください")
	ErrRemind  = errors.New("お知らせの 方法は mail, sms, voice から えらんでください。mail には メールアドレスが いります")
)

// maxMail is the longest address a path can have (RFC 5321, 4.5.3.1.3).
const maxMail = 254

var patientForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,20}$`)

// With adds extras to somebody. It gives ErrMail, ErrPatient or ErrRemind.
func (p Person) With(e Extras) (Person, error) {
	who := p.reveal()
	if who.mail = strings.TrimSpace(e.Mail); who.mail != "" && !plainAddress(who.mail) {
		return Person{}, ErrMail
	}
	if who.patient = strings.TrimSpace(e.PatientNumber); who.patient != "" && !patientForm.MatchString(who.patient) {
		return Person{}, ErrPatient
	}
	who.remind = nil
	for _, way := range []string{WayMail, WaySMS, WayVoice} {
		if slices.Contains(e.Remind, way) {
			who.remind = append(who.remind, way)
		}
	}
	if len(who.remind) != len(e.Remind) || slices.Contains(who.remind, WayMail) && who.mail == "" {
		return Person{}, ErrRemind
	}
	return sealedIn(who), nil
}

// plainAddress wants one address as it goes on an envelope: no name, nothing that could become a second header.
func plainAddress(text string) bool {
	if len(text) > maxMail {
		return false
	}
	for _, r := range text {
		if r <= ' ' || r > '~' || strings.ContainsRune(`"\,;:<>()[]`, r) {
			return false
		}
	}
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && a.Name == "" && strings.Contains(text[strings.LastIndexByte(text, '@'):], ".")
}

// NewPerson normalises and checks a name and number. It gives ErrKana or ErrPhone, neither of which repeats them.
func NewPerson(kana, phone string) (Person, error) {
	k, err := NormalizeKana(kana)
	if err != nil {
		return Person{}, err
	}
	n, err := NormalizePhone(phone)
	if err != nil {
		return Person{}, err
	}
	return personOf(k, n), nil
}

func personOf(kana, phone string) Person { return sealedIn(personal{kana: kana, phone: phone}) }

func sealedIn(who personal) Person { return Person{func() personal { return who }} }

// text is the person as it is sealed: one line each, those at the end left out where empty.
func (p Person) text() []byte {
	who := p.reveal()
	lines := []string{who.kana, who.phone, who.mail, who.patient, strings.Join(who.remind, ",")}
	return []byte(strings.TrimRight(strings.Join(lines, "\n"), "\n"))
}

// personFrom reads text back; lines that were not known yet when it was sealed are empty.
func personFrom(text []byte) Person {
	lines := append(strings.Split(string(text), "\n"), "", "", "", "", "")
	who := personal{kana: lines[0], phone: lines[1], mail: lines[2], patient: lines[3]}
	if lines[4] != "" {
		who.remind = strings.Split(lines[4], ",")
	}
	return sealedIn(who)
}

// endsIn reports whether the telephone number ends in these digits, in a time that does not depend on them.
func (p Person) endsIn(digits string) bool {
	number := phoneDigits(p.reveal().phone)
	if len(digits) == 0 || len(number) < len(digits) {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(number[len(number)-len(digits):]), []byte(digits)) == 1
}

// Known reports whether there is anybody.
func (p Person) Known() bool { return p.reveal != nil }

// key is what two clerks who write the same name differently still agree on: kana without spaces, digits alone.
func (p Person) key() string {
	who := p.reveal()
	return strings.ReplaceAll(who.kana, " ", "") + "|" + phoneDigits(who.phone)
}

// Format prints [redacted] for every verb.
func (Person) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue logs [redacted].
func (Person) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalJSON writes "[redacted]".
func (Person) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// ResidentView is a resident as an authorised caller sees one over HTTP. Its JSON is plain; it still prints itself
// redacted in logs and errors.
type ResidentView struct {
	Kana  string `json:"kana" doc:"name in katakana"`
	Phone string `json:"phone,omitempty" doc:"for counters and receptions only"`

	Mail          string   `json:"mail,omitempty" doc:"for counters and receptions only"`
	PatientNumber string   `json:"patientNumber,omitempty" doc:"the clinic's own; for desk and reception of the first leg only"`
	Remind        []string `json:"remind,omitempty" doc:"mail, sms, voice; for counters and receptions only"`
}

// Format prints [redacted] for every verb.
func (ResidentView) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue logs [redacted].
func (ResidentView) LogValue() slog.Value { return slog.StringValue(redacted) }
