package booking

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

// leaks fails the test where text shows a resident.
func leaks(t *testing.T, how, text string) {
	t.Helper()
	// Digits only by themselves: the address that is shown in place of a name may hold them by chance.
	if found := regexp.MustCompile(`ミナミ|フサエ|\b1456\b|0999001456`).FindString(text); found != "" {
		t.Errorf("%s shows %q: %s", how, found, text)
	}
}

func TestAPersonNeverPrintsItself(t *testing.T) {
	p, err := NewPerson("ミナミ フサエ", "0999-00-1456")
	if err != nil {
		t.Fatal(err)
	}
	view := ResidentView{Kana: "ミナミ フサエ", Phone: "0999-00-1456"}
	type hidden struct{ inside Person }
	type holder struct {
		Who  Person
		View ResidentView
		Ref  *ResidentView
		Hid  hidden
	}
	all := []any{p, &p, view, &view, holder{p, view, &view, hidden{p}}, []Person{p}, map[string]Person{"who": p},
		HoldRequest{Resident: p}, ConfirmRequest{Resident: p}, Appointment{ID: "a_1", Resident: &view}}
	for _, v := range all {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			leaks(t, verb, fmt.Sprintf(verb, v))
		}
		var out bytes.Buffer
		timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{} // its digits may be anybody's number
			}
			return a
		}}
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, timeless), slog.NewJSONHandler(&out, timeless)} {
			slog.New(h).InfoContext(context.Background(), "booked", "who", p, "view", view, "ref", &view)
		}
		leaks(t, "slog", out.String())
	}
	text, err := json.Marshal(map[string]any{"who": p, "request": HoldRequest{Resident: p}})
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, "json", string(text))
	if text, err = json.Marshal(view); err != nil || !strings.Contains(string(text), "ミナミ フサエ") {
		t.Errorf("a view made for somebody who may see it says %s, %v", text, err)
	}
	_, err = NewPerson("南 房江 1456", "0999-00-1456")
	leaks(t, "the error", fmt.Sprint(err))
}

func TestTwoClerksReachTheSameLedger(t *testing.T) {
	s, err := newSecrets([]byte("a secret of at least thirty-two bytes"))
	if err != nil {
		t.Fatal(err)
	}
	index := func(area, kana, phone string) string {
		p, err := NewPerson(kana, phone)
		if err != nil {
			t.Fatal(err)
		}
		return s.residentIndex(area, p)
	}
	one := index("shiomachi", "ミナミ フサエ", "0999-00-1456")
	if other := index("shiomachi", "みなみふさえ", "０９９９００１４５６"); one != other {
		t.Errorf("%s and %s are the same person", one, other)
	}
	for _, other := range []string{
		index("shiomachi", "ミナミ フサヱ", "0999-00-1456"), index("shiomachi", "ミナミ フサエ", "0999-00-1457"), index("elsewhere", "ミナミ フサエ", "0999-00-1456"),
	} {
		if one == other {
			t.Error("different persons, or areas, share a ledger")
		}
	}
}

func TestASealedRecordOpensOnlyWithItsOwnKeyForItsOwnAppointment(t *testing.T) {
	s, err := newSecrets([]byte("a secret of at least thirty-two bytes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPerson("ミナミ フサエ", "0999-00-1456")
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.seal("a_1", p)
	if err != nil {
		t.Fatal(err)
	}
	two, err := s.seal("a_2", p)
	if err != nil {
		t.Fatal(err)
	}
	leaks(t, "the record", string(one.record))
	if got, err := s.open("a_1", one.record, one.wrapped); err != nil || got.key() != p.key() {
		t.Fatalf("its own key: %v", err)
	}
	other, err := newSecrets([]byte("another secret of thirty-two bytes and more"))
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(one.record)
	broken[len(broken)-1] ^= 1
	for name, open := range map[string]func() (Person, error){
		"another appointment's key": func() (Person, error) { return s.open("a_1", one.record, two.wrapped) },
		"for another appointment":   func() (Person, error) { return s.open("a_2", one.record, one.wrapped) },
		"another secret":            func() (Person, error) { return other.open("a_1", one.record, one.wrapped) },
		"a changed record":          func() (Person, error) { return s.open("a_1", broken, one.wrapped) },
		"no record":                 func() (Person, error) { return s.open("a_1", nil, one.wrapped) },
		"no key":                    func() (Person, error) { return s.open("a_1", one.record, nil) },
	} {
		if _, err := open(); err == nil {
			t.Errorf("%s opens it", name)
		}
	}
	if _, err := newSecrets([]byte("short")); err == nil {
		t.Error("a short secret is taken")
	}
}

func TestExtrasAreSealedWithThePerson(t *testing.T) {
	s, err := newSecrets([]byte("a secret of at least thirty-two bytes"))
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := NewPerson("ミナミ フサエ", "0999-00-1456")
	for _, e := range []Extras{{}, {Mail: "fusae@example.jp"}, {PatientNumber: "M-1"}, {Remind: []string{WaySMS, WayVoice}},
		{"fusae@example.jp", "M-1", []string{WayMail}}} {
		p, err := plain.With(e)
		if err != nil {
			t.Fatal(err)
		}
		box, err := s.seal("a_1", p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.open("a_1", box.record, box.wrapped)
		if err != nil || string(back.text()) != string(p.text()) || back.reveal().mail != e.Mail || back.reveal().patient != e.PatientNumber ||
			len(back.reveal().remind) != len(e.Remind) {
			t.Errorf("%v comes back otherwise", err)
		}
	}
}

func TestExtrasThatAreNoneAreRefusedWithoutRepeatingThem(t *testing.T) {
	plain, _ := NewPerson("ミナミ フサエ", "0999-00-1456")
	for want, list := range map[error][]Extras{
		ErrMail: {
			{Mail: "fusae"}, {Mail: "fusae@jp"}, {Mail: "a@example.jp, b@example.jp"}, {Mail: "Fusae <a@example.jp>"},
			{Mail: "a@example.jp\r\nBcc: x@example.jp"}, {Mail: "あ@example.jp"}, {Mail: strings.Repeat("a", 250) + "@example.jp"},
		},
		ErrPatient: {{PatientNumber: "M 1"}, {PatientNumber: strings.Repeat("1", 21)}, {PatientNumber: "1\n2"}},
		ErrRemind:  {{Remind: []string{"mail"}}, {Remind: []string{"pigeon"}}, {Remind: []string{"sms", "sms"}}},
	} {
		for _, e := range list {
			if _, err := plain.With(e); err != want {
				t.Errorf("%+v gives %v", e, err)
			} else if e.Mail != "" && strings.Contains(err.Error(), e.Mail) {
				t.Errorf("%v repeats what was entered", err)
			}
		}
	}
}

func TestTheLastDigitsOfANumber(t *testing.T) {
	p, _ := NewPerson("ミナミ フサエ", "0999-00-1456")
	for digits, want := range map[string]bool{"1456": true, "0999001456": true, "1457": false, "": false, "99990999001456": false} {
		if p.endsIn(digits) != want {
			t.Errorf("ends in %q: %v", digits, !want)
		}
	}
}
