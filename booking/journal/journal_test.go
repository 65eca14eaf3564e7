package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, path string, o Options) (*Journal, []Line, Report) {
	t.Helper()
	j, lines, report, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return j, lines, report
}

func write(t testing.TB, j *Journal, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if err := j.Append(context.Background(), []byte(p)); err != nil {
			t.Fatal(err)
		}
	}
}

func texts(lines []Line) string {
	var list []string
	for _, l := range lines {
		list = append(list, string(l.Payload))
	}
	return strings.Join(list, " ")
}

func closed(t testing.TB, j *Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasWrittenIsThereAfterTheNextOpening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, lines, _ := open(t, path, Options{})
	if len(lines) != 0 {
		t.Errorf("a new one has %d lines", len(lines))
	}
	write(t, j, "a", "b")
	if lines, report, err := j.Read(); err != nil || texts(lines) != "a b" || len(report.Broken) != 0 {
		t.Errorf("read %q, %+v, %v", texts(lines), report, err)
	}
	closed(t, j)
	j, lines, report := open(t, path, Options{})
	if texts(lines) != "a b" || report.Torn != 0 || len(report.Broken) != 0 || time.Since(lines[0].At).Abs() > time.Minute {
		t.Errorf("found %v, %+v", lines, report)
	}
	write(t, j, "c")
	closed(t, j)
	j, lines, report = open(t, path, Options{})
	defer closed(t, j)
	if texts(lines) != "a b c" || len(report.Broken) != 0 {
		t.Errorf("found %v, %+v", lines, report)
	}
}

func TestManyWritersAtOnceAreAllWritten(t *testing.T) {
	j, _, _ := open(t, t.TempDir(), Options{})
	var all sync.WaitGroup
	for n := range 200 {
		all.Go(func() { write(t, j, fmt.Sprint("line", n)) })
	}
	all.Wait()
	if lines, report, err := j.Read(); err != nil || len(lines) != 200 || len(report.Broken) != 0 {
		t.Errorf("read %d lines, %+v, %v", len(lines), report, err)
	}
	closed(t, j)
	if err := j.Append(context.Background(), []byte("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("written after the end: %v", err)
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	path := t.TempDir()
	j, _, _ := open(t, path, Options{})
	defer closed(t, j)
	if _, _, _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("opened twice: %v", err)
	}
}

// spoil changes the newest segment that has lines.
func spoil(t *testing.T, path string, how func([]byte) []byte) {
	t.Helper()
	numbers, err := folder(path).segments()
	if err != nil {
		t.Fatal(err)
	}
	name := folder(path).path(numbers[len(numbers)-1])
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, how(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatDoesNotFitIsReportedAndWhatIsBeforeItBelieved(t *testing.T) {
	for _, row := range []struct {
		situation string
		how       func([]byte) []byte
		want      string
		torn      int
		broken    string
	}{
		{"nothing happened", func(b []byte) []byte { return b }, "a b c", 0, ""},
		{"the last line is torn", func(b []byte) []byte { return b[:len(b)-4] }, "a b", 1, ""},
		{"the last line lacks its end", func(b []byte) []byte { return b[:len(b)-1] }, "a b", 1, ""},
		{"only part of the first line was written", func(b []byte) []byte { return b[:9] }, "", 1, ""},
		{"a letter was changed", func(b []byte) []byte { return bytes.Replace(b, []byte(" Yg\n"), []byte(" Yw\n"), 1) }, "a", 0, "line 3: the chain"},
		{"a line was taken out", func(b []byte) []byte {
			lines := bytes.SplitAfter(b, []byte("\n"))
			return bytes.Join(append(lines[:2:2], lines[3:]...), nil)
		}, "a", 0, "line 3: the chain"},
		{"it is another file", func([]byte) []byte { return []byte("{}\n") }, "", 0, "line 1: want"},
		{"a line never ends", func(b []byte) []byte { return append(b, bytes.Repeat([]byte("x"), maxLine+1)...) }, "a b c", 0, "line 5: longer"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			path := t.TempDir()
			j, _, _ := open(t, path, Options{})
			write(t, j, "a", "b", "c")
			closed(t, j)
			spoil(t, path, row.how)
			j, lines, report := open(t, path, Options{})
			write(t, j, "d")
			closed(t, j)
			said := fmt.Sprint(errors.Join(report.Broken...))
			if texts(lines) != row.want || report.Torn != row.torn || (row.broken == "") != (len(report.Broken) == 0) || !strings.Contains(said, row.broken) {
				t.Errorf("found %q, %d torn, broken: %s", texts(lines), report.Torn, said)
			}
			j, lines, _ = open(t, path, Options{}) // it goes on after all of this
			defer closed(t, j)
			if !strings.HasSuffix(texts(lines), "d") {
				t.Errorf("after it: %q", texts(lines))
			}
		})
	}
}

func TestOnlyMinutesAreKept(t *testing.T) {
	path := t.TempDir()
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	j, _, _ := open(t, path, Options{Keep: 10 * time.Minute, Now: clock})
	for n := range 6 {
		write(t, j, fmt.Sprint("line", n))
		numbers, err := folder(path).segments()
		if err == nil { // the file's own time is the machine's
			err = os.Chtimes(folder(path).path(numbers[len(numbers)-1]), now, now)
		}
		if err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		now = now.Add(3 * time.Minute)
		mu.Unlock()
	}
	lines, report, err := j.Read()
	if err != nil || texts(lines) != "line2 line3 line4 line5" || len(report.Broken) != 0 {
		t.Errorf("read %q, %+v, %v", texts(lines), report, err)
	}
	closed(t, j)
}

func TestItNeverGrowsBeyondItsBounds(t *testing.T) {
	path := t.TempDir()
	early := 0
	j, _, _ := open(t, path, Options{Segment: 1 << 10, Most: 8 << 10, Dropped: func(n int, err error) {
		if early += n; err != nil {
			t.Error(err)
		}
	}})
	for range 400 {
		write(t, j, strings.Repeat("x", 100))
	}
	closed(t, j)
	var sum int64
	numbers, err := folder(path).segments()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range numbers {
		info, err := os.Stat(folder(path).path(n))
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if sum > 8<<10 || early == 0 {
		t.Errorf("%d bytes in %d segments, %d gone early", sum, len(numbers), early)
	}
	if err := func() error {
		j, _, _ := open(t, path, Options{})
		defer closed(t, j)
		return j.Append(context.Background(), make([]byte, MaxPayload+1))
	}(); err == nil {
		t.Error("a line longer than possible was written")
	}
}

// FuzzReadSegment reads anything. What it believes is, written again, what was read.
func FuzzReadSegment(f *testing.F) {
	good := appendHeader(nil, hash{1})
	last := hash{1}
	for _, p := range []string{"", "a", "some payload"} {
		good, last = appendLine(good, last, Line{At: time.UnixMilli(1_700_000_000_000), Payload: []byte(p)})
	}
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add([]byte(header))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := readSegment(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if !s.begun {
			if len(s.lines) > 0 {
				t.Fatal("lines without a beginning")
			}
			return
		}
		again, last := appendHeader(nil, s.from), s.from
		for _, l := range s.lines {
			again, last = appendLine(again, last, l)
		}
		if !bytes.HasPrefix(text, again) || last != s.last {
			t.Fatalf("believed %q of %q", again, text)
		}
		if !s.torn && s.broken == nil && len(again) != len(text) {
			t.Fatalf("passed over %q", text[len(again):])
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	j, _, _ := open(b, b.TempDir(), Options{})
	defer closed(b, j)
	payload := bytes.Repeat([]byte{0xa5}, 900)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := j.Append(context.Background(), payload); err != nil {
				b.Error(err)
			}
		}
	})
}
