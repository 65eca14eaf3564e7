package sfu

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// sizeBuckets are the classes of packet sizes that are told apart: up to 64, 128, 256, 512, 1024 bytes, and more.
const sizeBuckets = 6

// traffic is what has passed one track. It belongs to the track's lock, which every packet takes anyway: counting costs
// no atomic operation, and no two processors share a count.
type traffic struct {
	Packets, Bytes uint64
	Largest        uint64 // bytes of the largest packet
	sizes          [sizeBuckets]uint64
}

func (t *traffic) count(size int) {
	t.Packets++
	t.Bytes += uint64(size)
	t.Largest = max(t.Largest, uint64(size))
	t.sizes[sizeBucket(size)]++
}

func sizeBucket(size int) int { return min(sizeBuckets-1, bits.Len(uint(max(size, 1)-1)>>6)) }

func (t *traffic) add(o traffic) {
	t.Packets += o.Packets
	t.Bytes += o.Bytes
	t.Largest = max(t.Largest, o.Largest)
	for i := range t.sizes {
		t.sizes[i] += o.sizes[i]
	}
}

// trackCounters count what is rare on one up or down track.
type trackCounters struct {
	dropped, doubles atomic.Uint64
	nacks, resent    atomic.Uint64
	returned         atomic.Uint64 // up: arrived only when asked for again
	recovered        atomic.Uint64 // down: made up for from the redundancy of a later one
	replayed, failed atomic.Uint64
	keyframeRequests atomic.Uint64 // up: made; down: received
	keyframesRefused atomic.Uint64 // down: too many
	resendsRefused   atomic.Uint64 // down: asked for beyond the budget
}

// dropReason says why something a peer sent went no further.
type dropReason int

const (
	dropFlood     dropReason = iota // more than its budget
	dropMalformed                   // could not be read
	dropUnknown                     // of a stream nobody negotiated
	dropTooLarge                    // larger than is forwarded
	dropReasons
)

// dropNames are the reasons as metrics call them.
var dropNames = [dropReasons]string{"flood", "malformed", "unknown", "too_large"}

// refusal says why a data message was not passed on.
type refusal int

const (
	refusedFast  refusal = iota // more than the sender's budget
	refusedLarge                // longer than is passed on
	refusedGate                 // the sender is not let in
	refusedFull                 // one receiver takes nothing at the moment: dropped for that one
	refusals
)

// refusalNames are the reasons as senders and metrics are told them.
var refusalNames = [refusals]string{"too-fast", "too-large", "gate", "receiver"}

// peerCounters count what is rare about one peer.
type peerCounters struct {
	drops    [dropReasons]atomic.Uint64
	messages [channelKinds]struct {
		relayed, bytes atomic.Uint64
		refused        [refusals]atomic.Uint64
	}
}

// nodeCounters count what happened on the node since it started and belongs to no peer.
type nodeCounters struct {
	peers, rooms    atomic.Uint64 // ever
	offers, refused atomic.Uint64
}

// purposes are what tracks are for, as metrics tell them apart; whatever else a client says counts as the last.
var purposes = [...]string{"voice", "stethoscope", "face", "document", "screen", "other"}

func purposeIndex(purpose string) int {
	for i, p := range purposes {
		if p == purpose {
			return i
		}
	}
	return len(purposes) - 1
}

// totals are counts since the node started.
type totals struct {
	in  [len(purposes)]traffic
	out [kinds]traffic

	missing, returned, doubles uint64 // of publishers' packets
	redundant, recovered       uint64
	nacksOut, nacksIn          uint64 // packets asked for, by us and of us
	resent, resendsRefused     uint64
	replayed, failed           uint64
	keyframesAsked             uint64 // of publishers
	keyframesWanted            uint64 // by subscribers
	keyframesRefused           uint64
	notAgreed                  uint64 // packets of a codec the subscriber did not agree to
	muted                      uint64
	drops                      [dropReasons]uint64
	messages                   [channelKinds]messageTotals
}

type messageTotals struct {
	relayed, bytes uint64
	refused        [refusals]uint64
}

// accounts knows the counters of every peer there is, and the sum of those that have gone: sums over the node never fall.
type accounts struct {
	mu   sync.Mutex // before the locks of tracks
	live map[*peer]struct{}
	past totals
}

func (a *accounts) open(p *peer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.live == nil {
		a.live = map[*peer]struct{}{}
	}
	a.live[p] = struct{}{}
}

func (a *accounts) close(p *peer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, there := a.live[p]; there {
		delete(a.live, p)
		a.past.take(p)
	}
}

// sum adds everything up.
func (a *accounts) sum() totals {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.past
	for p := range a.live {
		t.take(p)
	}
	return t
}

// take adds one peer's counts.
func (t *totals) take(p *peer) {
	for _, u := range p.ups {
		u.mu.Lock()
		t.in[purposeIndex(u.purpose)].add(u.passed)
		t.missing += u.reception.missing()
		t.muted += u.swallowed
		t.redundant += u.redundant
		u.mu.Unlock()
		c := &u.count
		t.returned += c.returned.Load()
		t.doubles += c.doubles.Load()
		t.nacksOut += c.nacks.Load()
		t.keyframesAsked += c.keyframeRequests.Load()
		t.drops[dropUnknown] += c.dropped.Load()
	}
	for _, d := range p.downs {
		d.mu.Lock()
		t.out[d.line.kind.index()].add(d.passed)
		d.mu.Unlock()
		c := &d.count
		t.nacksIn += c.nacks.Load()
		t.resent += c.resent.Load()
		t.recovered += c.recovered.Load()
		t.resendsRefused += c.resendsRefused.Load()
		t.replayed += c.replayed.Load()
		t.failed += c.failed.Load()
		t.keyframesWanted += c.keyframeRequests.Load()
		t.keyframesRefused += c.keyframesRefused.Load()
		t.notAgreed += c.dropped.Load()
	}
	for i := range p.count.drops {
		t.drops[i] += p.count.drops[i].Load()
	}
	for i := range p.count.messages {
		m := &p.count.messages[i]
		t.messages[i].relayed += m.relayed.Load()
		t.messages[i].bytes += m.bytes.Load()
		for j := range m.refused {
			t.messages[i].refused[j] += m.refused[j].Load()
		}
	}
}
