package rewrite

import "time"

// Timestamp maps the RTP timestamps of successive sources to one outgoing clock. The zero value is ready for use.
type Timestamp struct {
	offset uint32
	last   uint32        // newest outgoing timestamp
	at     time.Duration // when it went out, on the caller's monotonic clock
	sent   bool
}

// Start begins a source whose first packet carries source. Its outgoing timestamp continues the previous source's by the
// time that has passed since, at rate ticks a second, and by at least one tick. The first source keeps its own timestamps.
func (t *Timestamp) Start(source uint32, now time.Duration, rate uint32) {
	if !t.sent {
		t.offset = 0
		return
	}
	passed := max(now-t.at, 0)
	ticks := uint64(passed) * uint64(rate) / uint64(time.Second)
	t.offset = t.last + uint32(max(ticks, 1)) - source
}

// Map returns the outgoing timestamp of the present source's timestamp.
func (t *Timestamp) Map(source uint32) uint32 { return source + t.offset }

// Sent records that a packet with the outgoing timestamp out has gone out.
func (t *Timestamp) Sent(out uint32, now time.Duration) {
	if !t.sent || out-t.last < 1<<31 {
		t.last, t.at, t.sent = out, now, true
	}
}

// Last returns the newest outgoing timestamp; false if nothing has gone out.
func (t *Timestamp) Last() (uint32, bool) { return t.last, t.sent }
