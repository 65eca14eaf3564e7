package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"madoguchi/sfu/wire"
)

// Node is one media server: a UDP and a TCP port, and the rooms that meet there. Its methods may be called from any
// goroutine.
type Node struct {
	cfg      Config
	limits   Limits
	log      *slog.Logger
	endpoint *wire.Endpoint
	notify   *notifier
	started  time.Time
	owned    owned
	count    nodeCounters
	accounts accounts
	measured *histograms

	stop    chan struct{}  // ends the janitor
	running sync.WaitGroup // the janitor and every connection being closed

	mu     sync.Mutex
	rooms  map[string]*room
	closed bool
}

// Join is one offer of one participant, with what the participant may do. The caller has checked who it is.
type Join struct {
	Room        string
	Participant string
	Name        string // shown nowhere by the node; kept for whoever asks
	Kind        Kind   // which of the participant's connections this is
	Publish     bool
	Subscribe   bool
	Bench       bool   // counts as admitted, for measuring
	From        string // receive this participant only; empty: everybody
	// Purposes says by mid what the client sends there, as package purpose names it (default "voice" and "face"), or which
	// tracks a receiving m-line is kept for (default any).
	Purposes map[string]string
	Uses     []string // likewise for all that a client sends, by purpose alone
	SDP      string
	// Ended, if set, is called once when the connection that this join made is gone for whatever reason, from the goroutine
	// that calls the Observer.
	Ended func()
}

// New opens the sockets and starts a node. Close ends it.
func New(cfg Config) (*Node, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("sfu configuration: %w", err)
	}
	n := &Node{
		cfg: cfg, limits: cfg.Limits, log: cfg.Log, started: time.Now(), rooms: map[string]*room{}, stop: make(chan struct{}),
	}
	listen, err := cfg.listen()
	if err != nil {
		return nil, err
	}
	n.measured = newHistograms()
	if n.endpoint, err = wire.Open(listen); err != nil {
		return nil, err
	}
	n.notify = newNotifier(cfg.Observer)
	n.running.Go(n.sweep) // ends when Close closes stop
	n.running.Go(n.pulse) // likewise
	udp, tcp := n.Addr()
	n.log.Info("media node listens", "udp", udp, "tcp", tcp)
	return n, nil
}

// Addr returns the first UDP and TCP address the node listens on; tcp is the zero value if TCP is off.
func (n *Node) Addr() (udp, tcp netip.AddrPort) { return n.endpoint.Addr() }

// now is the node's monotonic clock, from its start.
func (n *Node) now() time.Duration { return time.Since(n.started) }

// wall is the time of day at a moment of the node's clock. It never jumps while the node runs.
func (n *Node) wall(now time.Duration) time.Time { return n.started.Add(now) }

// Offer answers an offer, with all candidates inside. The first offer of a connection makes a peer, or replaces the one that
// the participant had (a reloaded page, another browser); whether it is admitted belongs to the participant and stays. A
// further offer of the same connection, known by its session and DTLS fingerprint, restarts ICE and keeps everything else.
//
// Errors wrap ErrOffer, ErrNoCodec, ErrNotAllowed, ErrFull or ErrClosed.
func (n *Node) Offer(_ context.Context, join Join) (answer string, err error) {
	defer func() {
		if err != nil {
			n.count.refused.Add(1)
			err = fmt.Errorf("offer of %s in room %s: %w", join.Participant, join.Room, err)
		}
	}()
	o, err := readOffer(join.SDP, n.limits)
	if err != nil {
		return "", err
	}
	if err := o.arrange(join); err != nil {
		return "", err
	}
	r, err := n.hold(join.Room, true)
	if err != nil {
		return "", err
	}
	defer n.release(r)
	r.offers.Lock()
	defer r.offers.Unlock()
	if p := r.peer(peerKey{join.Participant, join.Kind}); p != nil && p.session == o.session && p.fingerprint == o.fingerprint {
		answer, err = p.reoffer(o)
	} else {
		answer, err = n.admitPeer(r, join, o)
	}
	if err == nil {
		n.count.offers.Add(1)
	}
	return answer, err
}

// admitPeer makes a new peer, which then waits in the room for the gate to open.
func (n *Node) admitPeer(r *room, join Join, o *offer) (string, error) {
	if err := r.hasPlace(peerKey{join.Participant, join.Kind}); err != nil {
		return "", err
	}
	p, err := newPeer(n, r, join, o)
	if err != nil {
		return "", err
	}
	answer := p.answer(o)
	n.accounts.open(p)
	replaced, err := r.enter(p, n.now())
	if err != nil {
		n.accounts.close(p)
		n.closeLink(p)
		return "", err
	}
	n.count.peers.Add(1)
	if replaced != nil {
		n.ended(replaced)
	}
	return answer, nil
}

// Candidate adds an ICE candidate of a participant's main connection, as in RTCIceCandidate.candidate. An empty one marks
// the end and does nothing.
func (n *Node) Candidate(_ context.Context, room, participant, candidate, mid string) error {
	return n.CandidateOf(room, participant, Main, candidate, mid)
}

// CandidateOf is Candidate for a connection of any kind. A candidate is only checked: the node learns where its peers are from
// their connectivity checks.
func (n *Node) CandidateOf(room, participant string, k Kind, candidate, _ string) error {
	p, err := n.find(room, peerKey{participant, k})
	if err == nil && candidate != "" {
		if int(p.candidates.Add(1)) > n.limits.Candidates {
			err = fmt.Errorf("%w: %d candidates", ErrFull, n.limits.Candidates)
		} else if e := wire.CheckCandidate(candidate); e != nil {
			err = fmt.Errorf("%w: candidate: %w", ErrOffer, e)
		}
	}
	if err != nil {
		return fmt.Errorf("candidate of %s in room %s: %w", participant, room, err)
	}
	return nil
}

// Admit sets who is let in, and with whom: sound, pictures and messages pass among the participants of each group, and
// between nobody else. Whoever is in two groups hears both; usually there is one, and a second while some of a room have a
// word in private. The groups are always named whole, 16 of them at most. Admit may be called before any of them has
// connected. When it returns, nothing of or for anybody else passes any more; for those let in, key frames have been asked
// for. No groups, or empty ones, close the gate.
func (n *Node) Admit(_ context.Context, room string, together ...[]string) error {
	if err := checkGate(together); err != nil {
		return fmt.Errorf("admit to room %s: %w", room, err)
	}
	let := len(gate(together))
	r, err := n.hold(room, let > 0)
	if err != nil {
		return fmt.Errorf("admit to room %s: %w", room, err)
	}
	if r == nil {
		return nil // nobody is there to be shut out
	}
	defer n.release(r)
	if err := r.admit(together, n.now()); err != nil {
		return fmt.Errorf("admit to room %s: %w", room, err)
	}
	n.log.Info("gate set", "room", room, "admitted", let, "groups", len(together))
	return nil
}

// Mute stops forwarding a participant's sound or camera, or lets it pass again.
func (n *Node) Mute(_ context.Context, room, participant string, audio, video bool) error {
	r, err := n.hold(room, false)
	if err == nil && r == nil {
		err = ErrNoPeer
	}
	if err == nil {
		defer n.release(r)
		err = r.mute(participant, muting{audio, video}, n.now())
	}
	if err != nil {
		return fmt.Errorf("mute %s in room %s: %w", participant, room, err)
	}
	return nil
}

// Leave ends all connections of a participant. Leaving twice is no error.
func (n *Node) Leave(_ context.Context, room, participant string) error {
	for _, k := range []Kind{Main, WHIP, WHEP} {
		if p, err := n.find(room, peerKey{participant, k}); err == nil {
			n.drop(p, "left")
		}
	}
	return nil
}

// LeaveKind ends one connection of a participant; ErrNoPeer if there is none.
func (n *Node) LeaveKind(room, participant string, k Kind) error {
	p, err := n.find(room, peerKey{participant, k})
	if err != nil {
		return fmt.Errorf("leave of %s in room %s: %w", participant, room, err)
	}
	n.drop(p, "left")
	return nil
}

// CloseRoom ends all connections in a room and forgets who was admitted. Closing a room that is not there is no error.
func (n *Node) CloseRoom(_ context.Context, room string) error {
	r, err := n.hold(room, false)
	if err != nil || r == nil {
		return nil // gone already, or going
	}
	defer n.release(r)
	n.mu.Lock()
	delete(n.rooms, room)
	n.mu.Unlock()
	n.endRoom(r)
	return nil
}

func (n *Node) endRoom(r *room) {
	for _, p := range r.close(n.now()) {
		n.ended(p)
	}
	r.logScores()
}

// Close ends every connection and waits until all goroutines are done, or ctx is.
func (n *Node) Close(ctx context.Context) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil
	}
	n.closed = true
	rooms := n.rooms
	n.rooms = map[string]*room{}
	n.mu.Unlock()
	close(n.stop)
	for _, r := range rooms {
		n.endRoom(r) // the sweeper is still running or this is its last round: Wait has not begun
	}
	done := make(chan struct{})
	go func() { // ends with the last connection; if that hangs, ctx gives up waiting
		defer close(done)
		n.running.Wait()
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = fmt.Errorf("close media node: connections still closing: %w", ctx.Err())
	}
	if e := n.endpoint.Close(); e != nil && err == nil {
		err = fmt.Errorf("close media sockets: %w", e)
	}
	select {
	case <-n.notify.stop():
	case <-ctx.Done():
		if err == nil {
			err = fmt.Errorf("close media node: observer still busy: %w", ctx.Err())
		}
	}
	return err
}
