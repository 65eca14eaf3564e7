package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

var errCrash = errors.New("the process was killed")

// crashingDisk lets a process die at one of its steps: that step is carried out in part or not at all, none after it is, and what was
// not confirmed by the disk is lost in part.
type crashingDisk struct {
	osDisk
	left   int // steps until death
	dead   bool
	random *rand.Rand
	synced map[string]int64 // size of each file that is known to the disk
}

// step reports whether the process lives to carry a step out.
func (d *crashingDisk) step() bool {
	if d.dead {
		return false
	}
	d.left--
	d.dead = d.left < 0
	return !d.dead
}

func (d *crashingDisk) append(name string) (file, error) {
	if !d.step() {
		return nil, errCrash
	}
	f, err := d.osDisk.append(name)
	if err != nil {
		return nil, err
	}
	if _, known := d.synced[name]; !known {
		info, err := os.Stat(d.at(name))
		if err != nil {
			return nil, err
		}
		d.synced[name] = info.Size()
	}
	return &crashingFile{file: f, d: d, name: name}, nil
}

func (d *crashingDisk) replace(name string, content []byte) error {
	if !d.step() {
		return errCrash
	}
	delete(d.synced, name)
	return d.osDisk.replace(name, content)
}

func (d *crashingDisk) remove(name string) error {
	if !d.step() {
		return errCrash
	}
	delete(d.synced, name)
	return d.osDisk.remove(name)
}

func (d *crashingDisk) sync() error {
	if !d.step() {
		return errCrash
	}
	return nil // what is on this disk is what synced says
}

// lose loses what was not confirmed: some of it, all of it or, now and then, all but the length.
func (d *crashingDisk) lose(t *testing.T) {
	t.Helper()
	for name, size := range d.synced {
		info, err := os.Stat(d.at(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		rest := info.Size() - size
		if rest <= 0 {
			continue
		}
		kept := d.random.Int64N(rest + 1)
		if err := os.Truncate(d.at(name), size+kept); err != nil {
			t.Fatal(err)
		}
		if d.random.IntN(4) == 0 { // blocks that were allocated and never written
			if err := os.Truncate(d.at(name), info.Size()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type crashingFile struct {
	file
	d    *crashingDisk
	name string
}

func (f *crashingFile) Write(b []byte) (int, error) {
	if !f.d.dead && !f.d.step() { // dies in this very write
		n, _ := f.file.Write(b[:f.d.random.IntN(len(b)+1)])
		return n, errCrash
	}
	if f.d.dead {
		return 0, errCrash
	}
	return f.file.Write(b)
}

func (f *crashingFile) Sync() error {
	if !f.d.step() {
		return errCrash
	}
	info, err := os.Stat(f.d.at(f.name))
	if err == nil {
		f.d.synced[f.name] = info.Size()
	}
	return err
}

func (f *crashingFile) Truncate(size int64) error {
	if !f.d.step() {
		return errCrash
	}
	f.d.synced[f.name] = min(f.d.synced[f.name], size)
	return f.file.Truncate(size)
}

// feed is a consumer at its barest: it reads on behind the last whole entry and appends in batches, until it has everything or dies.
func feed(w *Writer, found Found, outboxes map[string]int, batch int) error {
	next := map[string]int{}
	for outbox := range outboxes {
		if place := found.Positions[outbox]; place != "" {
			ms, _ := placeNumbers(place)
			next[outbox] = int(ms) + 1
		}
	}
	for {
		var records []Record
		for _, outbox := range []string{OutboxBooking, OutboxNotes, OutboxSignaling} {
			for range batch {
				if next[outbox] < outboxes[outbox] {
					records = append(records, event(outbox, next[outbox]))
					next[outbox]++
				}
			}
		}
		if len(records) == 0 {
			return nil
		}
		if err := w.Append(records...); err != nil {
			return err
		}
	}
}

func TestAWriterThatDiesAtAnyPointNeitherLosesNorDoublesAnEntry(t *testing.T) {
	outboxes := map[string]int{OutboxBooking: 13, OutboxNotes: 11, OutboxSignaling: 7}
	deaths, torn := 0, 0
	for seed := range 2 {
		for at := 0; ; at++ {
			path := filepath.Join(t.TempDir(), strconv.Itoa(at))
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			// The first writer dies at step at; each after it a few steps later than it began, until one lives to the end.
			died := false
			for life := 0; ; life++ {
				d := &crashingDisk{osDisk: osDisk{path}, left: at + 3*life, random: rand.New(rand.NewPCG(uint64(seed), uint64(at))), synced: map[string]int64{}}
				w, found, err := openOn(d, path, optionsOf(t))
				if err == nil {
					if found.Torn > 0 {
						torn++
					}
					if found.Fault != "" {
						t.Fatalf("seed %d, step %d: a fault where somebody only died: %s", seed, at, found.Fault)
					}
					err = errors.Join(feed(w, found, outboxes, 2+seed), w.Close())
				}
				if err == nil {
					break
				}
				if !errors.Is(err, errCrash) {
					t.Fatalf("seed %d, step %d: %v", seed, at, err)
				}
				died = true
				deaths++
				d.lose(t)
			}
			if problem := onceEach(path, outboxes); problem != nil {
				t.Fatalf("seed %d, step %d: %v", seed, at, problem)
			}
			if !died {
				break // it has been killed at every step there is
			}
		}
	}
	t.Logf("%d deaths, %d torn tails", deaths, torn)
	if deaths < 100 || torn < 10 {
		t.Errorf("%d deaths and %d torn tails try nothing", deaths, torn)
	}
}

// onceEach says what is wrong with a trail that should hold every event of the outboxes once, and be whole.
func onceEach(path string, outboxes map[string]int) error {
	secret, err := NewSecret([]byte("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"))
	if err != nil {
		return err
	}
	r, err := Verify(path, Checks{Trust: newSigner("k1").trust, Secret: secret})
	if err != nil {
		return err
	}
	if !r.Whole() || len(r.Remarks) > 0 {
		return fmt.Errorf("%v %v", r.Faults, r.Remarks)
	}
	seen := map[string]int{}
	if err := Read(path, Filter{}, func(_ Place, r Record) error { seen[r.Source]++; return nil }); err != nil {
		return err
	}
	sum := 0
	for outbox, count := range outboxes {
		for n := range count {
			if source := fmt.Sprintf("%s:%d-0", outbox, n); seen[source] != 1 {
				return fmt.Errorf("%s is there %d times", source, seen[source])
			}
		}
		sum += count
	}
	if int(r.Entries) != sum {
		return fmt.Errorf("%d entries, want %d", r.Entries, sum)
	}
	return nil
}

func TestAnErasedPersonIsGoneAndTheChainWhole(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	w, _ := open(t, path, o)
	fill(t, w, 0, 20)
	erased, err := Erase(path, []string{"a_3"})
	if err != nil || erased != 3 {
		t.Fatalf("%d keys erased, %v", erased, err)
	}
	fill(t, w, 20, 28) // a_3 once more, in a segment whose key for it may just have been destroyed
	closed(t, w)
	if r := verified(t, path, Checks{Trust: newSigner("k1").trust, Secret: o.Secret}); !r.Whole() {
		t.Errorf("%s", faultsOf(r))
	}
	opener := NewOpener(path, o.Secret)
	gone, kept := 0, 0
	if err := Read(path, Filter{}, func(p Place, r Record) error {
		person, erased, err := opener.Open(p.Segment, r.Sealed)
		if err != nil {
			return err
		}
		want := r.Visit == "a_3" && r.Seq <= 20
		if erased != want || !erased && person.Address != "2001:db8::7" {
			return fmt.Errorf("entry %d of %s: erased %v, %+v", r.Seq, r.Visit, erased, person.Address)
		}
		if erased {
			gone++
		} else {
			kept++
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if gone != 3 || kept != 25 {
		t.Errorf("%d gone, %d kept", gone, kept)
	}
}

func TestWhatHasHadItsTimeGoesByServiceAndTheRestStaysWhole(t *testing.T) {
	path, o := t.TempDir(), optionsOf(t)
	now := time.UnixMilli(1_800_000_000_000)
	o.Now = func() time.Time { return now }
	w, _ := open(t, path, o)
	for n := range 20 {
		r := event(OutboxBooking, n)
		if n%2 == 1 {
			r.Service, r.Visit = "gyosei-sodan", "a_9"
		}
		if err := w.Append(r); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	keep := Retention{Default: 15 * time.Hour, ByService: map[string]time.Duration{"gyosei-sodan": 5 * time.Hour}}
	p, err := w.Prune(keep)
	if err != nil || p.Segments != 1 || p.Keys == 0 {
		t.Fatalf("pruned %+v, %v", p, err)
	}
	closed(t, w)
	r := verified(t, path, Checks{Trust: newSigner("k1").trust, Secret: o.Secret})
	if !r.Whole() || r.First != 5 {
		t.Errorf("from %d: %s", r.First, faultsOf(r))
	}
	opener, gone := NewOpener(path, o.Secret), map[string]int{}
	if err := Read(path, Filter{}, func(p Place, r Record) error {
		_, erased, err := opener.Open(p.Segment, r.Sealed)
		if past := r.Action == SignIn && now.Sub(r.Recorded) > keep.of(r.Service); erased && !past {
			return fmt.Errorf("entry %d of %s is erased after %s", r.Seq, r.Service, now.Sub(r.Recorded))
		}
		if erased {
			gone[r.Service]++
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if gone["gyosei-sodan"] != 4 || gone["online-care"] != 1 {
		t.Errorf("gone are %v", gone)
	}
	// Somebody who takes more away than the trail says is found.
	if err := os.Remove(filepath.Join(path, segmentName(2))); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, path, Checks{Trust: newSigner("k1").trust}); r.Whole() {
		t.Error("a segment was taken away, and it was not noticed")
	}
}
