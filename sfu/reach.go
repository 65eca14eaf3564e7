package sfu

import (
	"net/netip"
	"slices"
	"time"

	"madoguchi/sfu/wire"
)

// Reach is what a node knows of whether its UDP port reaches people, told so that others need not guess: of those who come by
// TCP nothing is said here.
type Reach struct {
	People   int           `json:"people"`           // who have been connected and come by UDP
	Networks int           `json:"networks"`         // they come from
	Silent   time.Duration `json:"silent,omitempty"` // since anything has come from any of them
	Spread   time.Duration `json:"spread,omitempty"` // between the last packet of the first that fell silent and that of the last
	Unread   time.Duration `json:"unread,omitempty"` // for how long none of those to whom reports go has answered one; 0: somebody has, or none go
}

// Reach returns how the UDP port reaches people now.
func (n *Node) Reach() Reach {
	var all reachOf
	now := n.now()
	for _, r := range n.allRooms() {
		r.mu.Lock()
		for _, p := range r.peers {
			if p.wasUp && p.link != nil {
				p.addReach(&all, now)
			}
		}
		r.mu.Unlock()
	}
	return all.sum()
}

// Probe is how others may ask the UDP port for a sign of life.
func (n *Node) Probe() wire.Probe { return n.endpoint.Probe() }

// reachOf gathers what is known of one person after the other.
type reachOf struct {
	silent, unread []time.Duration // of each; unread of those only to whom reports go
	networks       map[netip.Prefix]bool
}

// addReach adds what is known of one peer.
func (p *peer) addReach(all *reachOf, now time.Duration) {
	from, ok := p.link.conn.ByUDP()
	if !ok {
		return
	}
	all.add(from.Addr(), p.link.conn.Silence())
	var waits []time.Duration
	for _, d := range p.downs {
		if one, reports := d.unread(now); reports {
			waits = append(waits, one)
		}
	}
	if len(waits) > 0 {
		all.unread = append(all.unread, slices.Min(waits))
	}
}

func (a *reachOf) add(from netip.Addr, silent time.Duration) {
	if a.networks == nil {
		a.networks = map[netip.Prefix]bool{}
	}
	a.networks[network(from)] = true
	a.silent = append(a.silent, max(0, silent))
}

func (a *reachOf) sum() Reach {
	r := Reach{People: len(a.silent), Networks: len(a.networks)}
	if r.People > 0 {
		r.Silent = slices.Min(a.silent)
		r.Spread = slices.Max(a.silent) - r.Silent
	}
	if len(a.unread) > 0 {
		r.Unread = slices.Min(a.unread)
	}
	return r
}

// network is what shares a line, as far as an address tells: a site's prefix.
func network(a netip.Addr) netip.Prefix {
	bits := 24
	if a.Is6() && !a.Is4In6() {
		bits = 48
	}
	p, err := a.Unmap().Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
