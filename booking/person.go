package booking

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// Person is what is kept of a resident: the name in kana and a telephone number. It prints itself as [redacted] in every
// way there is, JSON included; to show it to somebody who may see it, make a ResidentView.
type Person struct {
	// A function, so that even printing a struct that hides a Person in an unexported field, where fmt asks no methods,
	// shows an address and no name.
	reveal func() personal
}

type personal struct {
	kana, phone string
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

func personOf(kana, phone string) Person {
	return Person{func() personal { return personal{kana, phone} }}
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
}

// Format prints [redacted] for every verb.
func (ResidentView) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue logs [redacted].
func (ResidentView) LogValue() slog.Value { return slog.StringValue(redacted) }
