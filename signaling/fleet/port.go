package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v4"

	"madoguchi/sfu"
	"madoguchi/sfu/wire"
)

// A node may live, beat and answer while its media port is cut off: a firewall changed, a line of its own gone. Nobody there
// hears anybody then, and neither heart nor voice tells. So brokers probe the port as a browser checks its way, five times a
// second, and nodes tell whom their port reaches. Neither is believed alone: a broker may not reach the port where people do,
// and of people nobody may be heard because the one room's office has lost its line.

// When a media port counts as cut off.
const (
	portAfter   = 1500 * time.Millisecond // probes not answered for so long: seven in a row
	silentPort  = 1200 * time.Millisecond // and nothing from anybody for so long,
	unreadPort  = 3 * time.Second         // or nobody has read a report of the node's for so long
	silentMany  = 3500 * time.Millisecond // or, whatever the probes say, nothing for so long
	manyAre     = 3                       // from people in so many networks
	manyAtOnce  = 3 * time.Second         // who fell silent within so long: pages in which everything is off are heard every 2.5 s
	flooded     = 500.0                   // datagrams of strangers a second
	cutRests    = 10 * time.Second        // a port that was cut off gets no room before it has answered for so long without a break
	probesKnown = 16                      // latest ones of a node an answer may be to
)

// cutOff judges a node's media port by two witnesses: for how long it has not answered us, and what the node says of people.
// Where people of several networks fall silent at once, no answer is needed: we may be on the same side as the node. A port on
// which strangers press so hard that people and probes are not heard is reached only too well: what it needs is not another
// node to be flooded.
func cutOff(unanswered time.Duration, r sfu.Reach, noise float64) bool {
	if r.People == 0 || noise > flooded {
		return false
	}
	if r.Networks >= manyAre && r.Silent >= silentMany && r.Spread <= manyAtOnce {
		return true
	}
	return unanswered >= portAfter && (r.Silent >= silentPort || r.Unread >= unreadPort)
}

// sounding is what goes between us and a node's media port.
type sounding struct {
	answers uint64 // to our probes; while it is 0 we may just be where the port cannot be reached
	asked   [probesKnown]question
	next    int
	since   time.Duration // it has answered without a break since, by the fleet's clock; 0: it does not answer
}

// question is one probe, known by its transaction.
type question struct {
	id   [stun.TransactionIDSize]byte
	open bool
}

// unanswered is for how long the port of a node that has answered before does not, with the lock held.
func (m *member) unanswered() time.Duration {
	if m.sounding.answers == 0 {
		return 0
	}
	return m.port.time
}

// deaf says whether the port of a node does not answer any more, with the lock held.
func (m *member) deaf() bool { return m.unanswered() >= portAfter }

// judgePort finds out whether a node's media port is cut off, or is no longer, with the lock held, so long after the look before.
func (f *Fleet) judgePort(id string, m *member, after time.Duration) {
	m.port.looked(m.sounding.answers, after)
	switch unanswered := m.unanswered(); {
	case unanswered > portAfter/2:
		m.sounding.since = 0
	case m.sounding.since == 0:
		m.sounding.since = f.now()
	}
	switch r := m.record.Reach; {
	case m.lost:
	case !m.cut && cutOff(m.unanswered(), r, m.record.Noise):
		m.cut, m.cutAt = true, f.now()
		f.meters.cut.Inc()
		f.log.Error("the media port of a node is cut off", "node", id, "unanswered", m.unanswered().Round(time.Millisecond),
			"people", r.People, "networks", r.Networks, "silent", r.Silent.Round(time.Millisecond), "unread", r.Unread.Round(time.Millisecond))
		wakeUp(f.wake)
	case m.cut && m.sounding.since > 0 && f.now()-m.sounding.since > cutRests:
		m.cut = false
		f.log.Info("the media port of a node is reached again", "node", id)
	}
}

// sounder is the sockets that probes leave from and answers come to.
type sounder struct{ four, six *net.UDPConn }

func newSounder() (*sounder, error) {
	four, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return nil, fmt.Errorf("probe media ports: %w", err)
	}
	six, err := net.ListenUDP("udp6", nil)
	if err != nil {
		six = nil // a machine without IPv6 has no node by IPv6 either
	}
	return &sounder{four, six}, nil
}

func (s *sounder) all() []*net.UDPConn {
	if s.six == nil {
		return []*net.UDPConn{s.four}
	}
	return []*net.UDPConn{s.four, s.six}
}

// send asks one address. That it fails is what an answer that does not come says as well.
func (s *sounder) send(to netip.AddrPort, raw []byte) {
	conn := s.four
	if to.Addr().Is6() {
		conn = s.six
	}
	if conn != nil {
		_, _ = conn.WriteToUDPAddrPort(raw, to)
	}
}

// soundPorts probes the media ports of all nodes until ctx ends. Where there can be no sockets nobody's port is judged by us.
func (f *Fleet) soundPorts(ctx context.Context) error {
	s, err := newSounder()
	if err != nil {
		f.log.Warn("media ports are not probed", "error", err)
		<-ctx.Done()
		return ctx.Err()
	}
	var hearing sync.WaitGroup
	for _, conn := range s.all() {
		hearing.Go(func() { f.hearPorts(conn) }) // ends when the socket is closed
	}
	defer func() {
		for _, conn := range s.all() {
			_ = conn.Close()
		}
		hearing.Wait()
	}()
	tick := time.NewTicker(f.cfg.beat)
	defer tick.Stop()
	for {
		for _, one := range f.questions() {
			for _, to := range one.to {
				s.send(to, one.raw)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// outgoing is one probe with the addresses of the port.
type outgoing struct {
	to  []netip.AddrPort
	raw []byte
}

// questions makes a probe for each node and remembers it.
func (f *Fleet) questions() (list []outgoing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.nodes {
		p := m.record.Probe
		if p == nil || m.lost {
			continue
		}
		ask, err := p.Ask()
		if err != nil {
			continue // a record of nonsense
		}
		s := &m.sounding
		s.asked[s.next] = question{ask.TransactionID, true}
		s.next = (s.next + 1) % len(s.asked)
		list = append(list, outgoing{p.Addresses[:min(len(p.Addresses), addressesAtMost)], ask.Raw})
	}
	return list
}

// addressesAtMost is how many addresses of one node are probed.
const addressesAtMost = 8

// hearPorts takes answers in until the socket is closed.
func (f *Fleet) hearPorts(conn *net.UDPConn) {
	raw := make([]byte, 1500)
	for {
		n, _, err := conn.ReadFromUDPAddrPort(raw)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a port that says it is not there is one that does not answer
		}
		f.portAnswered(raw[:n])
	}
}

// portAnswered counts an answer that is to one of our probes, and by the node that was asked.
func (f *Fleet) portAnswered(raw []byte) {
	m := &stun.Message{Raw: append([]byte(nil), raw...)}
	if !stun.IsMessage(m.Raw) || m.Decode() != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.nodes {
		s := &n.sounding
		for i := range s.asked {
			if !s.asked[i].open || s.asked[i].id != m.TransactionID {
				continue
			}
			if answersProbe(n.record.Probe, m) {
				s.asked[i].open = false
				s.answers++
			}
			return
		}
	}
}

func answersProbe(p *wire.Probe, m *stun.Message) bool { return p != nil && p.Answers(m) == nil }
