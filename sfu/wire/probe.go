package wire

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pion/stun/v4"
)

// Probe is what somebody needs who wants to know whether the UDP port can be reached from where he is: credentials that are
// no peer's, which a connectivity check may bear and which open nothing. A check without them is not answered, so that the
// port stays silent to strangers.
type Probe struct {
	Addresses []netip.AddrPort `json:"addresses"` // of the port, those by which the world knows it included
	Ufrag     string           `json:"ufrag"`
	Password  string           `json:"password"`
}

// prober is the far end's part of the user name in a probe.
const prober = "probe"

// Probe tells how to probe the UDP port.
func (e *Endpoint) Probe() Probe {
	p := Probe{Ufrag: e.probed.local.Ufrag, Password: e.probed.local.Password}
	seen := map[netip.AddrPort]bool{}
	add := func(at netip.AddrPort) {
		if !seen[at] {
			seen[at] = true
			p.Addresses = append(p.Addresses, at)
		}
	}
	for _, g := range e.udp {
		add(netip.AddrPortFrom(e.public(g.addr.Addr()), g.addr.Port()))
	}
	for _, g := range e.udp {
		add(g.addr)
	}
	return p
}

// Ask builds the check that asks the port for a sign of life.
func (p Probe) Ask() (*stun.Message, error) {
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(p.Ufrag+":"+prober),
		stun.NewShortTermIntegrity(p.Password), stun.Fingerprint)
	if err != nil {
		return nil, fmt.Errorf("build probe: %w", err)
	}
	return m, nil
}

// Answers reports whether a message is the port's answer to a probe, whichever one.
func (p Probe) Answers(m *stun.Message) error {
	if m.Type != stun.BindingSuccess {
		return errors.New("answer to a probe: not a binding success")
	}
	if err := stun.Fingerprint.Check(m); err != nil {
		return fmt.Errorf("answer to a probe: %w", err)
	}
	if err := stun.NewShortTermIntegrity(p.Password).Check(m); err != nil {
		return fmt.Errorf("answer to a probe: %w", err)
	}
	return nil
}
