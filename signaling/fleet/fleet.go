package fleet

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/sfu"
	"madoguchi/signaling/placement"
)

// Config says what a Fleet works with. Area, Redis and TLS are required.
type Config struct {
	Area     string
	Redis    redis.UniversalClient
	TLS      *tls.Config  // access.Keys.InternalTLS
	Zone     string       // where the people of this broker are
	Observer sfu.Observer // hears of the peers of all nodes, in order; must not block or call the Fleet
	// Moved hears where a room is whenever that changes; must not block or call the Fleet.
	Moved func(room string, epoch int64)
	Log   *slog.Logger

	beat time.Duration // how often the registry is read; tests look more often
	lost time.Duration // how long a heart may stand still
}

// Fleet is all media nodes of an area as one broker sees them. It has the methods of an sfu.Node, which may be called from
// any goroutine while Run runs.
type Fleet struct {
	cfg     Config
	log     *slog.Logger
	id      string
	store   *store
	meters  *meters
	started time.Time
	wake    chan struct{}  // holds one token when the rooms of some node are to be moved
	ended   chan struct{}  // likewise when somebody waits for the end of a connection that is over
	settled chan struct{}  // closed once every node of the first look has told everything or had its time
	closing sync.WaitGroup // links of nodes that are gone

	mu      sync.Mutex // held while Observer and Moved are called, so that they hear everything in one order
	nodes   map[string]*member
	rooms   map[string]*room
	tickets map[string]ticket
	endings []func()        // of connections that are over, to be called
	floor   int64           // greatest epoch ever seen
	looked  bool            // the registry has been read once
	base    context.Context // of Run; links end with it
}

// member is a node of the registry.
type member struct {
	record Record
	witnesses
	lost     bool
	lostAt   time.Duration // by the fleet's clock
	draining bool
	link     *link
	sounding sounding
	cut      bool          // its media port is cut off: it takes no rooms
	cutAt    time.Duration // by the fleet's clock
	fresh    map[who]bool  // while it tells everything as it is: whom it has named
	whole    bool          // it has told everything once
}

type who struct{ room, participant string }

// room is where a room is and what is known of its peers there.
type room struct {
	at
	people map[string]*view
	// before are those of the place before who have not come to this one yet, since when.
	before map[string]*view
	since  time.Duration
}

// ticket is an offer whose end somebody wants to know.
type ticket struct {
	node  string
	ended func()
}

// New makes a fleet. It starts nothing.
func New(cfg Config) *Fleet {
	if cfg.beat == 0 {
		cfg.beat = beatEvery
	}
	if cfg.lost == 0 {
		cfg.lost = lostAfter
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Moved == nil {
		cfg.Moved = func(string, int64) {}
	}
	return &Fleet{
		cfg: cfg, log: cfg.Log, id: "b_" + rand.Text()[:16], store: newStore(cfg.Redis, cfg.Area), meters: newMeters(), started: time.Now(),
		wake: make(chan struct{}, 1), ended: make(chan struct{}, 1), settled: make(chan struct{}),
		nodes: map[string]*member{}, rooms: map[string]*room{}, tickets: map[string]ticket{},
	}
}

// now is the fleet's monotonic clock. It starts at one, so that zero is never.
func (f *Fleet) now() time.Duration { return time.Since(f.started) + 1 }

// Run follows registry, placements and nodes until ctx ends.
func (f *Fleet) Run(ctx context.Context) error {
	work, inner := errgroup.WithContext(ctx)
	f.mu.Lock()
	f.base = inner
	f.mu.Unlock()
	work.Go(func() error { return f.watch(inner) })
	work.Go(func() error { return f.tellEnds(inner) })
	work.Go(func() error { return f.moveRooms(inner) })
	work.Go(func() error { return f.soundPorts(inner) })
	work.Go(func() error {
		return f.store.listen(inner, func() { f.compare(inner) }, f.placed)
	})
	err := work.Wait()
	f.mu.Lock()
	members := f.nodes
	f.nodes = map[string]*member{}
	f.mu.Unlock()
	for _, m := range members {
		m.link.end()
		<-m.link.done
	}
	f.closing.Wait()
	return err
}

// Settled is closed once what goes on at the nodes is known, or those that do not answer have had two seconds.
func (f *Fleet) Settled() <-chan struct{} { return f.settled }

// Usable counts the nodes that could be given a room now.
func (f *Fleet) Usable() (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.nodes {
		if m.whole && !m.lost && !m.draining && !m.cut {
			n++
		}
	}
	return n
}

// Offer has an offer answered by the node of its room, which is chosen now if there is none.
func (f *Fleet) Offer(ctx context.Context, j sfu.Join) (answer string, err error) {
	answer, _, err = f.OfferAt(ctx, j)
	return answer, err
}

// OfferAt is Offer, and tells the epoch under which the room is at that node.
func (f *Fleet) OfferAt(ctx context.Context, j sfu.Join) (answer string, epoch int64, err error) {
	request := frame{
		Do: doOffer, Room: j.Room, Participant: j.Participant, Kind: j.Kind,
		Join: &join{
			Name: j.Name, Publish: j.Publish, Subscribe: j.Subscribe, Bench: j.Bench, From: j.From, Purposes: j.Purposes, Uses: j.Uses, SDP: j.SDP,
		},
	}
	if j.Ended != nil {
		request.Ticket = rand.Text()
	}
	for range tries {
		var p at
		if p, err = f.somewhere(ctx, j.Room); err != nil {
			return "", 0, err
		}
		f.await(request.Ticket, p.Node, j.Ended)
		var got frame
		if got, err = f.askAt(ctx, p, request); err == nil {
			return got.SDP, p.Epoch, nil
		}
		f.forgetTicket(request.Ticket)
		if !errors.Is(err, errStale) && !errors.Is(err, errDraining) {
			return "", 0, err
		}
		f.doubt(ctx, j.Room, p, err)
	}
	return "", 0, err
}

// tries is how often a request follows a room that is being moved.
const tries = 4

// Candidate is CandidateOf for a participant's main connection.
func (f *Fleet) Candidate(ctx context.Context, room, participant, candidate, mid string) error {
	return f.candidate(ctx, frame{Do: doCandidate, Room: room, Participant: participant, Candidate: candidate, Mid: mid})
}

// CandidateOf adds a candidate of a connection.
func (f *Fleet) CandidateOf(room, participant string, k sfu.Kind, candidate, mid string) error {
	return f.candidate(context.Background(), frame{Do: doCandidate, Room: room, Participant: participant, Kind: k, Candidate: candidate, Mid: mid})
}

func (f *Fleet) candidate(ctx context.Context, request frame) error {
	return f.ask(ctx, request)
}

// Admit sets the gate of a room, unless a newer word on it has been heard. Where the room is nowhere there is no gate yet:
// it is set after the first offer.
func (f *Fleet) Admit(ctx context.Context, room string, version int64, together ...[]string) error {
	return f.ask(ctx, frame{Do: doAdmit, Room: room, Gate: version, Groups: together})
}

// Prepare keeps pictures ready to be shown.
func (f *Fleet) Prepare(ctx context.Context, room string, participants []string, within time.Duration) error {
	return f.ask(ctx, frame{Do: doPrepare, Room: room, People: participants, Within: within.Milliseconds()})
}

// Mute stops forwarding a participant's sound or camera, or lets it pass again.
func (f *Fleet) Mute(ctx context.Context, room, participant string, audio, video bool) error {
	return f.ask(ctx, frame{Do: doMute, Room: room, Participant: participant, Audio: audio, Video: video})
}

// Leave ends all connections of a participant.
func (f *Fleet) Leave(ctx context.Context, room, participant string) error {
	return f.ask(ctx, frame{Do: doLeave, Room: room, Participant: participant})
}

// LeaveKind ends one connection of a participant.
func (f *Fleet) LeaveKind(room, participant string, k sfu.Kind) error {
	return f.ask(context.Background(), frame{Do: doLeaveKind, Room: room, Participant: participant, Kind: k})
}

// CloseRoom ends all connections in a room and forgets where it was. A node that cannot be reached learns it from Redis.
func (f *Fleet) CloseRoom(ctx context.Context, room string) error {
	asked := f.ask(ctx, frame{Do: doClose, Room: room})
	return errors.Join(asked, f.store.forget(ctx, room))
}

// Tell tells an observer what is known of a room's peers.
func (f *Fleet) Tell(id string, o sfu.Observer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.rooms[id]
	if r == nil {
		return
	}
	for participant, v := range r.people {
		o.PeerState(id, participant, v.State)
		o.Tracks(id, participant, v.Tracks)
		o.Quality(id, participant, v.Line)
	}
}

// Place is the epoch under which a room is where it is, 0 if that is not known here.
func (f *Fleet) Place(id string) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.rooms[id]; r != nil {
		return r.Epoch
	}
	return 0
}

// ask sends a request to the node of its room. Where the room is nowhere, or its node is lost, there is nothing to do.
func (f *Fleet) ask(ctx context.Context, request frame) (err error) {
	for range tries {
		p, there, e := f.known(ctx, request.Room)
		if e != nil || !there {
			return e
		}
		if _, err = f.askAt(ctx, p, request); !errors.Is(err, errStale) {
			return err
		}
		f.doubt(ctx, request.Room, p, err)
	}
	return err
}

// askAt sends a request to one node.
func (f *Fleet) askAt(ctx context.Context, p at, request frame) (frame, error) {
	f.mu.Lock()
	m := f.nodes[p.Node]
	f.mu.Unlock()
	if m == nil {
		return frame{}, unreachable{p.Node, errors.New("it is not in the registry")}
	}
	request.Epoch = p.Epoch
	return m.link.ask(ctx, request)
}

// known is where a room is: as remembered, or as Redis has it. False where it is nowhere, or nowhere any more.
func (f *Fleet) known(ctx context.Context, id string) (p at, there bool, err error) {
	f.mu.Lock()
	r := f.rooms[id]
	if r != nil && r.Epoch > 0 {
		p = r.at
	}
	usable := f.usable(p.Node)
	f.mu.Unlock()
	if p.Epoch > 0 {
		return p, usable, nil
	}
	found, err := f.store.where(ctx, id)
	if err != nil {
		return at{}, false, err
	}
	p, there = found[id]
	if there {
		f.take(id, p)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return p, there && f.usable(p.Node), nil
}

// usable says, with the lock held, whether a node can be asked.
func (f *Fleet) usable(node string) bool {
	m := f.nodes[node]
	return m != nil && !m.lost
}

// somewhere is where a room is, which is decided now where it is nowhere or at a node that is gone.
func (f *Fleet) somewhere(ctx context.Context, id string) (at, error) {
	p, usable, err := f.known(ctx, id)
	if err != nil || usable {
		return p, err
	}
	if err := f.look(ctx); err != nil { // a node may have come this moment
		return at{}, err
	}
	f.mu.Lock()
	usable = f.usable(p.Node)
	f.mu.Unlock()
	if usable {
		return p, nil
	}
	return f.move(ctx, id, p)
}

// move gives a room a place, away from where it is. Who comes second finds the choice of the first.
func (f *Fleet) move(ctx context.Context, id string, from at) (at, error) {
	f.mu.Lock()
	node, ok := f.choose(id, from.Node)
	floor := f.floor
	f.mu.Unlock()
	if !ok {
		return at{}, unreachable{"for room " + id, ErrNoNode}
	}
	p, err := f.store.place(ctx, id, from.Epoch, node, floor)
	if err != nil {
		return at{}, err
	}
	f.take(id, p)
	return p, nil
}

// choose picks a node, with the lock held. One whose media port does not answer is taken only where none does.
func (f *Fleet) choose(id, current string) (string, bool) {
	var nodes, deaf []placement.Node
	for node, m := range f.nodes {
		if m.lost || node == current || !m.whole {
			continue
		}
		one := placement.Node{
			ID: node, Zone: m.record.Zone, Draining: m.draining || m.record.State != StateUp, Rooms: m.record.Rooms, Packets: m.record.Packets, CPU: m.record.CPU,
		}
		if m.cut || m.deaf() {
			deaf = append(deaf, one)
		} else {
			nodes = append(nodes, one)
		}
	}
	room := placement.Room{ID: id, Zone: f.cfg.Zone}
	if chosen, ok := placement.Choose(nodes, room); ok || current != "" {
		return chosen, ok // nobody is moved to where nothing is heard
	}
	return placement.Choose(deaf, room)
}

// doubt looks anew where a room is after its node has refused it. A node that holds the place but takes no new rooms has
// never had this one: it gets another.
func (f *Fleet) doubt(ctx context.Context, id string, p at, why error) {
	if errors.Is(why, errDraining) {
		f.drains(p.Node)
		if _, err := f.move(ctx, id, p); err != nil {
			f.log.Warn("room not moved", "room", id, "error", err)
		}
		return
	}
	found, err := f.store.where(ctx, id)
	if err != nil {
		return
	}
	if newer, there := found[id]; there && newer.Epoch > p.Epoch {
		f.take(id, newer)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.rooms[id]; r != nil && r.at == p {
		f.clear(id, r)
	}
}

func (f *Fleet) await(id, node string, ended func()) {
	if id == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tickets[id] = ticket{node, ended}
}

func (f *Fleet) forgetTicket(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.tickets, id)
}

// over has whoever waits for the end of a connection called.
func (f *Fleet) over(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, there := f.tickets[id]; there {
		delete(f.tickets, id)
		f.endings = append(f.endings, t.ended)
		wakeUp(f.ended)
	}
}

// tellEnds calls those who wait for the end of a connection, one after the other. They may ask nodes for something, so
// it is done in a goroutine of its own.
func (f *Fleet) tellEnds(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.ended:
		}
		f.mu.Lock()
		list := f.endings
		f.endings = nil
		f.mu.Unlock()
		for _, ended := range list {
			ended()
		}
	}
}

// wakeUp leaves a token unless there is one.
func wakeUp(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
