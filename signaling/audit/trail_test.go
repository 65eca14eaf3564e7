package audit

import (
	"crypto/ed25519"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// signer is a key of the area.
type signer struct {
	kid string
	key ed25519.PrivateKey
}

func newSigner(kid string) *signer {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, kid)
	return &signer{kid, ed25519.NewKeyFromSeed(seed)}
}

func (s *signer) Sign(message []byte) (string, ed25519.PublicKey, []byte, error) {
	return s.kid, s.key.Public().(ed25519.PublicKey), ed25519.Sign(s.key, message), nil
}

func (s *signer) trust(kid string) (ed25519.PublicKey, bool) {
	return s.key.Public().(ed25519.PublicKey), kid == s.kid
}

func optionsOf(t testing.TB) Options {
	return Options{Area: "east", Secret: secretOf(t), Signer: newSigner("k1"), SegmentBytes: 2000}
}

func open(t testing.TB, path string, o Options) (*Writer, Found) {
	t.Helper()
	w, found, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return w, found
}

func closed(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// event is number n of an outbox.
func event(outbox string, n int) Record {
	e := whole()
	e.Visit = "a_" + strconv.Itoa(n%7)
	e.At = time.UnixMilli(int64(n + 1))
	return Record{Entry: e, Source: outbox + ":" + strconv.Itoa(n) + "-0"}
}

func fill(t testing.TB, w *Writer, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if err := w.Append(event(OutboxBooking, n)); err != nil {
			t.Fatal(err)
		}
	}
}

func verified(t testing.TB, path string, c Checks) Report {
	t.Helper()
	r, err := Verify(path, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func faultsOf(r Report) string {
	var b strings.Builder
	for _, f := range r.Faults {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func TestATrailThatNobodyTouchedIsWholeAcrossSegmentsAndOpenings(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	w, found := open(t, path, o)
	if !found.New || found.Last != 0 {
		t.Errorf("a new one has %+v", found)
	}
	fill(t, w, 0, 20)
	closed(t, w)
	w, found = open(t, path, o)
	if found.New || found.Last != 20 || found.Positions[OutboxBooking] != "19-0" || found.Torn != 0 || found.Fault != "" {
		t.Errorf("found %+v", found)
	}
	fill(t, w, 20, 40)
	head, err := w.Head()
	if err != nil {
		t.Fatal(err)
	}
	closed(t, w)
	again, err := ParseHead(head.String(), newSigner("k1").trust)
	if err != nil || again.Seq != 40 || again.Hash != head.Hash {
		t.Errorf("the head was read as %+v, %v", again, err)
	}
	r := verified(t, path, Checks{Trust: newSigner("k1").trust, Marks: []Mark{{head.Seq, head.Hash}}, Area: "east", Secret: o.Secret})
	if !r.Whole() || r.Entries != 40 || r.Segments < 5 || r.Signed != r.Segments-1 || r.Hash != head.Hash {
		t.Errorf("%+v\n%s", r, faultsOf(r))
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	w, _ := open(t, path, o)
	defer closed(t, w)
	if _, _, err := Open(path, o); err == nil || !strings.Contains(err.Error(), ErrInUse.Error()) {
		t.Errorf("opened twice: %v", err)
	}
}

// lines of a segment, to be put elsewhere.
func linesOf(b []byte) []string { return strings.SplitAfter(string(b), "\n") }

func TestWhateverIsDoneToATrailIsFoundAtItsPlace(t *testing.T) {
	third := func(how func(lines []string) []string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			name := filepath.Join(path, segmentName(3))
			text, err := os.ReadFile(name)
			if err == nil {
				err = os.WriteFile(name, []byte(strings.Join(how(linesOf(text)), "")), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(names ...string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			for _, name := range names {
				if err := os.Remove(filepath.Join(path, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for _, row := range []struct {
		situation string
		how       func(t *testing.T, path string)
		place     string // with which the first fault begins
		what      string
	}{
		{"nothing", func(*testing.T, string) {}, "", ""},
		{"a letter of an entry was changed", third(func(l []string) []string {
			l[2] = strings.Replace(l[2], "desk:morita", "desk:norita", 1)
			return l
		}), "00000003.audit line 3, entry 10", "its hash does not follow"},
		{"the number of an entry was changed", third(func(l []string) []string { l[2] = "9" + l[2][1:]; return l }), "00000003.audit line 3, entry 90", "follows entry 9"},
		{"the hash of an entry was changed", third(func(l []string) []string {
			l[2] = l[2][:3] + flip(l[2][3:])
			return l
		}), "00000003.audit line 3, entry 10", "its hash does not follow"},
		{"two entries were exchanged", third(func(l []string) []string { l[2], l[3] = l[3], l[2]; return l }), "00000003.audit line 3, entry 11", "follows entry 9"},
		{"an entry was taken out", third(func(l []string) []string { return append(l[:2:2], l[3:]...) }), "00000003.audit line 3, entry 11", "follows entry 9"},
		{"an entry is there twice", third(func(l []string) []string { return append(l[:3:3], l[2:]...) }), "00000003.audit line 4, entry 10", "follows entry 10"},
		{"an entry was put in", third(func(l []string) []string {
			return append(append(l[:3:3], "11 "+strings.Repeat("0", 64)+" at=1 act=x out=success\n"), l[3:]...)
		}), "00000003.audit line 4, entry 11", "its hash does not follow"},
		{"a line that is none was put in", third(func(l []string) []string { return append(append(l[:3:3], "hello\n"), l[3:]...) }), "00000003.audit line 4", "not an entry"},
		{"the end of a segment was cut off", third(func(l []string) []string { return l[:3] }), "00000003.audit", "its end is missing"},
		{"the end of a segment was cut off in a line", third(func(l []string) []string { l[3] = l[3][:20]; return l[:4] }), "00000003.audit line 4", "no end"},
		{"the seal was taken away", third(func(l []string) []string { return l[:len(l)-2] }), "00000003.audit", "not closed and signed"},
		{"the signature was changed", third(func(l []string) []string {
			l[len(l)-2] = strings.Replace(l[len(l)-2], " sig=", " sig=AAAA", 1)
			return l
		}), "00000003.audit line ", "wrong signature"},
		{"something stands behind the seal", third(func(l []string) []string { return append(l[:len(l)-1], "x\n") }), "00000003.audit line ", "behind the seal"},
		{"the header was changed", third(func(l []string) []string { l[0] = strings.Replace(l[0], " b=", " b=9", 1); return l }), "00000003.audit line 2, entry 9", "its hash does not follow"},
		{"a segment was taken away", remove(segmentName(3)), "00000003.audit", "missing"},
		{"the first segment was taken away", remove(segmentName(1)), "00000001.audit", "no signed base"},
		{"two segments were exchanged", func(t *testing.T, path string) {
			t.Helper()
			a, b := filepath.Join(path, segmentName(3)), filepath.Join(path, segmentName(4))
			for _, way := range [][2]string{{a, a + "x"}, {b, a}, {a + "x", b}} {
				if err := os.Rename(way[0], way[1]); err != nil {
					t.Fatal(err)
				}
			}
		}, "00000003.audit line 1", "segment 4 under another's name"},
		{"the newest segments were taken away", remove(segmentName(4), segmentName(5)), "00000003.audit, entry 12", "cut short or set back"},
		{"everything was taken away", func(t *testing.T, path string) {
			t.Helper()
			if err := os.RemoveAll(path); err == nil {
				err = os.Mkdir(path, 0o700)
				if err != nil {
					t.Fatal(err)
				}
			}
		}, "", "no segment here"},
		{"it was set back and written anew", func(t *testing.T, path string) {
			t.Helper()
			remove(segmentName(4), segmentName(5))(t, path)
			w, _ := open(t, path, optionsOf(t))
			defer closed(t, w)
			for n := range 20 {
				if err := w.Append(event(OutboxSignaling, n)); err != nil {
					t.Fatal(err)
				}
			}
		}, "0000000", "another than the one noted outside"},
		{"it was written anew with another key", func(t *testing.T, path string) {
			t.Helper()
			o := optionsOf(t)
			o.Signer = newSigner("k2")
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
			w, _ := open(t, path, o)
			defer closed(t, w)
			fill(t, w, 0, 20)
		}, "0000000", "not one of the area's"},
		{"an event was written again by somebody who has the key", func(t *testing.T, path string) {
			t.Helper()
			w, _ := open(t, path, optionsOf(t))
			defer closed(t, w)
			fill(t, w, 5, 6)
		}, "00000006.audit line ", "doubled"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			path, o := filepath.Join(t.TempDir(), "trail"), optionsOf(t)
			w, _ := open(t, path, o)
			fill(t, w, 0, 20)
			head, err := w.Head()
			if err != nil {
				t.Fatal(err)
			}
			closed(t, w)
			row.how(t, path)
			r := verified(t, path, Checks{Trust: newSigner("k1").trust, Marks: []Mark{{head.Seq, head.Hash}}})
			if row.what == "" {
				if !r.Whole() || r.Segments != 5 {
					t.Errorf("%d segments\n%s", r.Segments, faultsOf(r))
				}
				return
			}
			if r.Whole() || !strings.HasPrefix(r.Faults[0].String(), row.place) || !strings.Contains(faultsOf(r), row.what) {
				t.Errorf("want %q at %q, found\n%s", row.what, row.place, faultsOf(r))
			}
		})
	}
}

// flip changes the first letter.
func flip(text string) string {
	if text[0] == '0' {
		return "1" + text[1:]
	}
	return "0" + text[1:]
}

func TestWhatWasCutOffTheEndIsFoundOnlyByWhatWasNotedOutside(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	w, _ := open(t, path, o)
	fill(t, w, 0, 2)
	head, err := w.Head()
	if err != nil {
		t.Fatal(err)
	}
	closed(t, w)
	name := filepath.Join(path, segmentName(1))
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, []byte(strings.Join(linesOf(text)[:2], "")), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := verified(t, path, Checks{}); !r.Whole() {
		t.Errorf("found without a mark: %s", faultsOf(r))
	}
	mark, err := ParseMark(head.Mark())
	if err != nil {
		t.Fatal(err)
	}
	if r := verified(t, path, Checks{Marks: []Mark{mark}}); !strings.Contains(faultsOf(r), "00000001.audit, entry 1: the trail ends here, and entry 2 was noted outside") {
		t.Errorf("found %s", faultsOf(r))
	}
}

func TestAKeyThatWasRotatedAwayIsVouchedForByTheNext(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	w, _ := open(t, path, o)
	fill(t, w, 0, 10)
	closed(t, w)
	o.Signer = newSigner("k2")
	w, _ = open(t, path, o)
	fill(t, w, 10, 20)
	closed(t, w)
	if r := verified(t, path, Checks{Trust: newSigner("k2").trust}); !r.Whole() {
		t.Errorf("with the new key: %s", faultsOf(r))
	}
	if r := verified(t, path, Checks{Trust: newSigner("k1").trust}); r.Whole() {
		t.Error("nobody vouches for the new key, and it was taken")
	}
}
