package wire

import (
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v4"
)

const (
	slotSize   = 1600 // largest packet sent: an Ethernet frame and some
	batchSlots = 64   // packets a batch holds before it is flushed by itself
	runBytes   = 60 << 10
	runPackets = 60 // the kernel takes at most 64 segments at once
)

// Batch collects packets to send. It belongs to one goroutine.
type Batch struct {
	socket *udpSocket // of the loop that owns the batch; nil elsewhere
	slots  [][]byte
	out    []outgoing
	runs   []run
	order  []int32
	tx     sender

	now   time.Duration // when what is being handled was received
	check stun.Message
}

// outgoing is one sealed datagram, in the slot of the same index.
type outgoing struct {
	to   *path
	size int
}

// run is one send: the packets order[from:to], all of size bytes except perhaps the last, which may be shorter.
type run struct{ from, to, size int }

// spare are batches for those who send outside a loop.
var spare = sync.Pool{New: func() any { return new(Batch) }}

// NewBatch returns an empty batch. Release sends what is in it and gives it back.
func NewBatch() *Batch { return spare.Get().(*Batch) }

// Release sends everything and ends the use of a batch from NewBatch.
func (b *Batch) Release() {
	b.Flush()
	b.socket = nil
	spare.Put(b)
}

// Behind reports whether the loop that owns the batch gives pictures up because it cannot keep up.
func (b *Batch) Behind() bool { return b != nil && b.socket != nil && b.socket.sieve.shed.active() }

// slot returns room for the next packet. It is sent only after commit.
func (b *Batch) slot() []byte {
	if len(b.out) == batchSlots {
		b.Flush()
	}
	if len(b.out) == len(b.slots) {
		b.slots = append(b.slots, make([]byte, slotSize))
	}
	return b.slots[len(b.out)]
}

// commit adds the first size bytes of the latest slot to what is sent.
func (b *Batch) commit(to *path, size int, c class) {
	if to.tcp != nil {
		to.tcp.send(b.slots[len(b.out)][:size], c)
		return
	}
	b.out = append(b.out, outgoing{to, size})
}

// copyIn sends a packet that was built elsewhere.
func (b *Batch) copyIn(to *path, p []byte, c class) {
	if len(p) > slotSize {
		return
	}
	b.commit(to, copy(b.slot(), p), c)
}

// Flush sends everything.
func (b *Batch) Flush() {
	for len(b.out) > 0 {
		group := b.out[0].to.group
		socket := group.sockets[0]
		if b.socket != nil && b.socket.group == group {
			socket = b.socket
		}
		b.plan(group, socket.gso.Load())
		socket.send(b)
		b.drop(group)
	}
}

// plan arranges the packets for a group of sockets into runs.
func (b *Batch) plan(group *udpGroup, grouped bool) {
	b.order, b.runs = planRuns(b.out, group, grouped, b.order[:0], b.runs[:0])
}

// drop forgets the packets for a group of sockets, keeping those for others. Slots change places with their packets.
func (b *Batch) drop(group *udpGroup) {
	kept := 0
	for i, o := range b.out {
		if o.to.group == group {
			continue
		}
		b.slots[kept], b.slots[i] = b.slots[i], b.slots[kept]
		b.out[kept] = o
		kept++
	}
	clear(b.out[kept:])
	b.out = b.out[:kept]
}

// planRuns sorts the packets of one group of sockets into runs. Packets to one destination keep their order; those to
// different destinations may change places. In a grouped run all packets but the last have one size and the last is no
// larger, which is what the kernel can cut up again.
func planRuns(out []outgoing, group *udpGroup, grouped bool, order []int32, runs []run) ([]int32, []run) {
	var taken [batchSlots]bool
	for i := range out {
		if taken[i] || out[i].to.group != group {
			continue
		}
		r := run{from: len(order), size: out[i].size}
		order = append(order, int32(i))
		bytes := r.size
		for j := i + 1; grouped && j < len(out); j++ {
			if taken[j] || out[j].to != out[i].to {
				continue
			}
			size := out[j].size
			bytes += size
			if size > r.size || bytes > runBytes || len(order)-r.from == runPackets {
				break
			}
			taken[j] = true
			order = append(order, int32(j))
			if size < r.size {
				break
			}
		}
		r.to = len(order)
		runs = append(runs, r)
	}
	return order, runs
}

// unmapped writes an IPv4 address that came in IPv6 form as IPv4.
func unmapped(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }
