package audit

import (
	"strings"
	"testing"
	"time"
)

func secretOf(t testing.TB) *Secret {
	t.Helper()
	s, err := NewSecret([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func whole() Entry {
	return Entry{
		At: time.UnixMilli(1_763_800_000_123).UTC(), Action: SignIn, Outcome: Refused, Who: "desk:morita", Role: "doctor",
		Office: "shiomachihama", Booth: "shiomachihama-1", Visit: "a_1", Session: "s_1", Service: "online-care", Took: 90 * time.Second,
		Detail: map[string]string{"why": "expired", "kid": "20261122T1"}, Sync: Sync{Synced, 1500 * time.Microsecond},
		Personal: Personal{Address: "2001:db8::7", Account: "m@example.jp", Resident: "abcdef", Reason: "心停止。担当者不在"},
	}
}

func TestANoteArrivesAsItWasSent(t *testing.T) {
	s := secretOf(t)
	text, err := s.EncodeNote(whole())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"2001:db8::7", "example.jp", "abcdef", "心停止"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q stands in %q", secret, text)
		}
	}
	got, err := s.DecodeNote(text)
	if err != nil {
		t.Fatal(err)
	}
	want := whole()
	if got.Personal != want.Personal || got.Detail["why"] != "expired" || !got.At.Equal(want.At) || got.Took != want.Took || got.Sync != want.Sync {
		t.Errorf("got %+v", got)
	}
}

func TestANoteUnderAnotherSecretIsKeptWithoutItsPerson(t *testing.T) {
	text, err := secretOf(t).EncodeNote(whole())
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewSecret([]byte(strings.Repeat("x", 32)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := other.DecodeNote(text)
	if err != nil || got.Personal != (Personal{}) || got.Detail["personal"] != "lost" || got.Who != "desk:morita" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWhatIsNoIDIsWithheld(t *testing.T) {
	for _, row := range []struct{ situation, who, want string }{
		{"a seat", "desk:morita", "desk:morita"},
		{"nobody", "", ""},
		{"a name in kana", "ヤマダ", Withheld},
		{"a telephone number", "09012345678", Withheld},
		{"a telephone number with hyphens", "090-1234-5678", Withheld},
		{"an international one", "+819012345678", Withheld},
		{"an address for mail", "m@example.jp", Withheld},
		{"a token", strings.Repeat("eyJ", 40), Withheld},
		{"an address", "192.0.2.7", Withheld},
		{"a longer one", "2001:db8::7", Withheld},
		{"two words", "a b", Withheld},
		{"a line break", "a\nb", Withheld},
	} {
		t.Run(row.situation, func(t *testing.T) {
			e := Entry{Action: "x", Who: row.who, Detail: map[string]string{"what": row.who}}.Clean()
			if e.Who != row.want || e.Detail["what"] != row.want {
				t.Errorf("who %q, detail %q", e.Who, e.Detail["what"])
			}
		})
	}
}

func TestOnlyOneTextStandsForAnEntry(t *testing.T) {
	for _, row := range []struct{ situation, text string }{
		{"nothing", ""},
		{"a word twice", "at=1 act=x act=x out=success"},
		{"words in another order", "act=x at=1 out=success"},
		{"a leading zero", "at=01 act=x out=success"},
		{"a space too many", "at=1  act=x out=success"},
		{"a space at the end", "at=1 act=x out=success "},
		{"an unknown word", "at=1 act=x out=success zzz=1"},
		{"an empty word", "at=1 act=x out=success who="},
		{"details out of order", "at=1 act=x out=success d.b=1 d.a=1"},
		{"no result", "at=1 act=x"},
		{"a box without its key", "at=1 act=x out=success box=aa"},
		{"a result that is none", "at=1 act=x out=maybe"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if r, err := parseText(row.text); err == nil {
				t.Errorf("%q was read as %+v", row.text, r)
			}
		})
	}
}

// FuzzParseText reads anything; what it takes is, written again, the same.
func FuzzParseText(f *testing.F) {
	f.Add("at=1 act=x out=success")
	f.Add(string(Record{Entry: whole(), Recorded: time.UnixMilli(5), Source: "b:1-0", Sealed: Sealed{"k1", "cc", "bb"}}.appendText(nil)))
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseText(text)
		if err != nil {
			return
		}
		if again := string(r.appendText(nil)); again != text {
			t.Fatalf("%q became %q", text, again)
		}
	})
}

// FuzzClean takes anything for an entry; what is written of it can be read.
func FuzzClean(f *testing.F) {
	f.Add("sign-in", "desk:morita", "why", "x", "address")
	f.Fuzz(func(t *testing.T, action, who, name, value, personal string) {
		e := Entry{At: time.UnixMilli(1), Action: Action(action), Who: who, Detail: map[string]string{name: value}, Personal: Personal{Reason: personal}}
		text, err := secretOf(t).EncodeNote(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := secretOf(t).DecodeNote(text); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func TestASpoolGivesNotesInOrderOfTimeUntilTheyAreTaken(t *testing.T) {
	s, err := OpenSpool(t.TempDir() + "/spool")
	if err != nil {
		t.Fatal(err)
	}
	early, late := NewNoteID(1000, [8]byte{9}), NewNoteID(2000, [8]byte{1})
	for id, text := range map[string]string{late: "b", early: "a"} {
		if err := s.Put(id, text); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.List(10)
	if err != nil || len(list) != 2 || list[0].Text != "a" || list[1].Text != "b" {
		t.Fatalf("got %v, %v", list, err)
	}
	for range 2 {
		if err := s.Remove(early); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.List(10); err != nil || len(list) != 1 || list[0].ID != late {
		t.Errorf("got %v, %v", list, err)
	}
	if err := s.Put("../x", "a"); err == nil {
		t.Error("a path was taken for an id")
	}
}

func TestTheKernelSaysHowTheClockStands(t *testing.T) {
	var c SyncClock
	if s := c.State(); s != c.State() || s.Error < 0 || s.State != Synced && s.Error != 0 {
		t.Errorf("got %+v", s)
	}
}
