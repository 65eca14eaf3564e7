package ics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"madoguchi/booking/ics"
)

var jst = time.FixedZone("JST", 9*60*60)

func visit() ics.Event {
	return ics.Event{
		UID: "a_7gk2@madoguchi.example.jp", Stamp: time.Date(2026, 11, 22, 9, 30, 0, 0, jst),
		Start: time.Date(2026, 11, 25, 10, 0, 0, 0, jst), End: time.Date(2026, 11, 25, 10, 30, 0, 0, jst),
		Summary: "医院", Place: "汐待浜郵便局 ブース1", Notes: "番号 12\nおくれるときは、局に お電話ください; 0999-00-1001, 9時から17時",
	}
}

const office, resident = "yoyaku@example.jp", "fusae@example.jp"

func invite(t testing.TB, e ics.Event) []byte {
	t.Helper()
	text, err := ics.Invite(e, office, `汐待浜郵便局 "窓口"`, resident)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAnInvitationIsWrittenAsTheRFCSays(t *testing.T) {
	text := invite(t, visit())
	for line := range bytes.SplitSeq(bytes.TrimSuffix(text, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 75 || bytes.ContainsAny(line, "\r\n") || !utf8.Valid(line) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	unfolded := strings.ReplaceAll(string(text), "\r\n ", "")
	for _, line := range []string{
		"METHOD:REQUEST", "UID:a_7gk2@madoguchi.example.jp", "SEQUENCE:0", "DTSTAMP:20261122T003000Z", "STATUS:CONFIRMED",
		"DTSTART;TZID=Asia/Tokyo:20261125T100000", "DTEND;TZID=Asia/Tokyo:20261125T103000", "TZID:Asia/Tokyo", "TZOFFSETTO:+0900",
		"SUMMARY:医院", `DESCRIPTION:番号 12\nおくれるときは、局に お電話ください\; 0999-00-1001\, 9時から17時`,
	} {
		if !strings.Contains(unfolded, "\r\n"+line+"\r\n") {
			t.Errorf("%q is not in\n%s", line, unfolded)
		}
	}
}

func TestTheSameAppointmentGivesTheSameText(t *testing.T) {
	if a, b := invite(t, visit()), invite(t, visit()); !bytes.Equal(a, b) {
		t.Errorf("differ:\n%s\n%s", a, b)
	}
}

func TestNobodyCanSmuggleALineIn(t *testing.T) {
	e := visit()
	e.Summary, e.Place, e.Notes = "医院\r\nATTENDEE:mailto:x@example.jp", "a\rX-EVIL:1", "b\x00c"
	text := string(invite(t, e))
	for line := range strings.SplitSeq(text, "\r\n") {
		if strings.HasPrefix(line, "X-EVIL") || strings.HasPrefix(line, "ATTENDEE:mailto:x@") {
			t.Errorf("%q is a line of its own", line)
		}
	}
	if strings.ContainsRune(text, 0) {
		t.Error("a control character is left")
	}
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	for name, change := range map[string]func(*ics.Event){
		"no UID": func(e *ics.Event) { e.UID = "" }, "no summary": func(e *ics.Event) { e.Summary = "" },
		"ends before it starts": func(e *ics.Event) { e.End = e.Start }, "a negative sequence": func(e *ics.Event) { e.Sequence = -1 },
		"a UID of two lines": func(e *ics.Event) { e.UID = "a\r\nb" },
	} {
		e := visit()
		change(&e)
		if _, err := ics.Invite(e, office, "局", resident); !errors.Is(err, ics.ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := ics.Feed("x", time.Hour, []ics.Event{e}); !errors.Is(err, ics.ErrEvent) {
			t.Errorf("%s in a feed: %v", name, err)
		}
	}
	for _, address := range []string{"", "fusae", "Fusae <fusae@example.jp>", "a@example.jp\r\nX: y"} {
		if _, err := ics.Invite(visit(), office, "局", address); !errors.Is(err, ics.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// seen is an event as python3-icalendar understands it.
type seen struct {
	Method, UID, Summary, Location, Status, Start, End string
	Offset                                             int // of the start from UTC, seconds
	Sequence                                           int
	Attendees                                          []string
	Description                                        string
}

// understood lets an independent program, icalendar for Python, read calendars and apply them in order as RFC 5546,
// 2.1.5 says: a message with a lower sequence changes nothing. It answers with what stands in the calendar after each.
func understood(t *testing.T, calendars ...[]byte) [][]seen {
	t.Helper()
	script, err := filepath.Abs("testdata/read.py")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{script}
	for i, text := range calendars {
		name := filepath.Join(dir, string(rune('a'+i))+".ics")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	// The system's Python is meant: another one on the path does not know the system's packages.
	out, err := exec.Command("/usr/bin/python3", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s (apt-get install python3-icalendar)", err, out)
	}
	var states [][]seen
	if err := json.Unmarshal(out, &states); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return states
}

func TestAnotherProgramFollowsInvitationUpdateAndCancellation(t *testing.T) {
	first := visit()
	moved := first
	moved.Sequence, moved.Stamp, moved.Place = 1, first.Stamp.Add(time.Hour), "奥瀬郵便局 ブース2"
	moved.Start, moved.End = first.Start.Add(26*time.Hour), first.End.Add(26*time.Hour)
	gone := moved
	gone.Sequence, gone.Stamp = 2, moved.Stamp.Add(time.Hour)
	cancel, err := ics.Cancel(gone, office, "局", resident)
	if err != nil {
		t.Fatal(err)
	}
	// The first invitation comes once more, late, after the update and after the end.
	states := understood(t, invite(t, first), invite(t, moved), invite(t, first), cancel, invite(t, moved))
	want := []seen{
		{Method: "REQUEST", Start: "2026-11-25T10:00:00+09:00", End: "2026-11-25T10:30:00+09:00", Location: first.Place, Status: "CONFIRMED"},
		{Method: "REQUEST", Start: "2026-11-26T12:00:00+09:00", End: "2026-11-26T12:30:00+09:00", Location: moved.Place, Status: "CONFIRMED", Sequence: 1},
		{Method: "REQUEST", Start: "2026-11-26T12:00:00+09:00", End: "2026-11-26T12:30:00+09:00", Location: moved.Place, Status: "CONFIRMED", Sequence: 1},
		{Method: "CANCEL", Start: "2026-11-26T12:00:00+09:00", End: "2026-11-26T12:30:00+09:00", Location: moved.Place, Status: "CANCELLED", Sequence: 2},
		{Method: "CANCEL", Start: "2026-11-26T12:00:00+09:00", End: "2026-11-26T12:30:00+09:00", Location: moved.Place, Status: "CANCELLED", Sequence: 2},
	}
	if len(states) != len(want) {
		t.Fatalf("%d states", len(states))
	}
	for i, w := range want {
		if len(states[i]) != 1 {
			t.Fatalf("after message %d there are %d events", i, len(states[i]))
		}
		g := states[i][0]
		if g.Method != w.Method || g.Start != w.Start || g.End != w.End || g.Location != w.Location || g.Status != w.Status || g.Sequence != w.Sequence {
			t.Errorf("after message %d: %+v, want %+v", i, g, w)
		}
		if g.UID != first.UID || g.Summary != "医院" || g.Offset != 9*3600 || len(g.Attendees) != 1 || g.Attendees[0] != "mailto:"+resident || g.Description != first.Notes {
			t.Errorf("after message %d: %+v", i, g)
		}
	}
}

func TestAnotherProgramReadsAFeed(t *testing.T) {
	one, two := visit(), visit()
	two.UID, two.Cancelled, two.Sequence = "a_other@madoguchi.example.jp", true, 1
	text, err := ics.Feed("森田 千尋", 15*time.Minute, []ics.Event{one, two})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n") {
		t.Errorf("no refresh interval in\n%s", text)
	}
	feed := understood(t, text)[0]
	if len(feed) != 2 || feed[0].Status != "CONFIRMED" || feed[1].Status != "CANCELLED" || len(feed[0].Attendees) != 0 {
		t.Errorf("%+v", feed)
	}
	if empty := understood(t, must(ics.Feed("森田 千尋", time.Hour, nil)))[0]; len(empty) != 0 {
		t.Errorf("an empty feed has %+v", empty)
	}
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}

func FuzzWhatIsWrittenKeepsItsLines(f *testing.F) {
	f.Add("医院", "汐待浜郵便局", "番号 12\n;,\\")
	f.Add("a\r\nEND:VCALENDAR", "\x7f", strings.Repeat("あ", 200))
	f.Fuzz(func(t *testing.T, summary, place, notes string) {
		if !utf8.ValidString(summary + place + notes) {
			return
		}
		e := visit()
		e.Summary, e.Place, e.Notes = summary, place, notes
		text, err := ics.Invite(e, office, place, resident)
		if err != nil {
			return
		}
		unfolded := strings.ReplaceAll(string(text), "\r\n ", "")
		for _, once := range []string{"BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "METHOD:REQUEST", "SUMMARY:"} {
			n := 0
			for line := range strings.SplitSeq(unfolded, "\r\n") {
				if strings.HasPrefix(line, once) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d lines begin with %s in\n%q", n, once, text)
			}
		}
	})
}
