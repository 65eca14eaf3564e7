package sfu

import (
	"runtime"
	"sync/atomic"

	"madoguchi/sfu/wire"
)

// Ledger says what rooms and their peers own at one moment. Without a room every figure is zero, once the garbage collector
// has been by: rooms, peers and rings count until their memory is free, so that whatever still holds one shows here.
type Ledger struct {
	Rooms     int // in memory, also when closed
	Peers     int // likewise
	Rings     int // of up tracks, likewise
	RingBytes int // packets kept in them
	wire.Ledger
}

// Zero reports whether nothing is owned.
func (l Ledger) Zero() bool { return l == Ledger{} }

// Ledger returns what rooms and peers own now.
func (n *Node) Ledger() Ledger {
	return Ledger{
		Rooms: int(n.owned.rooms.Load()), Peers: int(n.owned.peers.Load()),
		Rings: int(n.owned.rings.Load()), RingBytes: int(n.owned.ringBytes.Load()),
		Ledger: n.endpoint.Ledger(),
	}
}

// owned counts memory from when it is made until it is free.
type owned struct{ rooms, peers, rings, ringBytes atomic.Int64 }

// until counts something in until it is collected.
func until[T any](it *T, in *atomic.Int64) {
	in.Add(1)
	runtime.AddCleanup(it, func(in *atomic.Int64) { in.Add(-1) }, in)
}

// ringAccount is what a ring has taken.
type ringAccount struct {
	of    *owned
	bytes atomic.Int64
}

func (a *ringAccount) add(bytes int) {
	if a != nil {
		a.bytes.Add(int64(bytes))
		a.of.ringBytes.Add(int64(bytes))
	}
}

// ring counts a ring in, with whatever it takes from now on.
func (o *owned) ring(r *ring) {
	r.account = &ringAccount{of: o}
	o.rings.Add(1)
	runtime.AddCleanup(r, func(a *ringAccount) {
		a.of.rings.Add(-1)
		a.of.ringBytes.Add(-a.bytes.Load())
	}, r.account)
}
