package audit

import (
	"strconv"
	"testing"
	"time"
)

// A million entries are verified within this.
const millionWithin = 10 * time.Second

// BenchmarkVerifyAMillion verifies the whole of a trail of a million entries, half of them with sealed personal fields: form, chain,
// order of every outbox, seals against the area's key. Opening every sealed field too is another matter, measured beside it.
func BenchmarkVerifyAMillion(b *testing.B) {
	path, o := b.TempDir(), optionsOf(b)
	o.SegmentBytes = 0
	w, _ := open(b, path, o)
	const entries, batch = 1_000_000, 1000
	for from := 0; from < entries; from += batch {
		records := make([]Record, batch)
		for i := range records {
			n := from + i
			records[i] = event(OutboxBooking, n)
			records[i].Visit = "a_" + strconv.Itoa(n/20)
			if n%2 == 0 {
				records[i].Personal = Personal{}
			}
		}
		if err := w.Append(records...); err != nil {
			b.Fatal(err)
		}
	}
	head, err := w.Head()
	if err != nil {
		b.Fatal(err)
	}
	closed(b, w)
	for _, row := range []struct {
		name   string
		secret *Secret
	}{{"chain", nil}, {"chain-and-sealed-fields", o.Secret}} {
		b.Run(row.name, func(b *testing.B) {
			for b.Loop() {
				begin := time.Now()
				r, err := Verify(path, Checks{Trust: newSigner("k1").trust, Marks: []Mark{{head.Seq, head.Hash}}, Secret: row.secret})
				if err != nil || !r.Whole() || r.Entries != entries {
					b.Fatalf("%d entries, %v, %s", r.Entries, err, faultsOf(r))
				}
				if took := time.Since(begin); row.secret == nil && took > millionWithin {
					b.Errorf("%d entries took %s; want less than %s", r.Entries, took, millionWithin)
				}
			}
		})
	}
}
