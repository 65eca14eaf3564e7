package signaling

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// This file is a model of an area: Redis, brokers, media node, booking and the people at their screens, without sockets and
// without time, so that hundreds of thousands of lives can be lived in a minute. The machine in it is the real one. That its Redis
// behaves like the scripts is tested beside it (modelstore_test.go).

// request is one thing somebody asks of a broker, once, however often it is delivered.
type request struct {
	id      int
	session string
	event   session.Event
}

// modelNode is a broker: its copies, and nothing else that outlives a step.
type modelNode struct{ docs map[string]stored }

// bug is a fault planted to see whether the model finds it.
type bug string

const (
	none             bug = ""
	ignoresVersions  bug = "the store takes whatever comes last"
	ignoresBooths    bug = "the store lets a booth be in two sessions"
	owesNothing      bug = "what is to be done is not stored with the document"
	forgetsTrail     bug = "pauses are not in the trail"
	joinsInside      bug = "whoever joins a consultation is in it"
	staysAdmitted    bug = "putting back leaves everybody admitted"
	neverWiped       bug = "the booth's word that it has wiped itself is lost"
	lateGateCounts   bug = "the media node takes an older gate that comes late"
	differenceInGate bug = "the gate is told as a difference"
	keepsWord        bug = "a desk that was asked in stays when it is dismissed"
)

var bugs = []bug{
	ignoresVersions, ignoresBooths, owesNothing, forgetsTrail, joinsInside, staysAdmitted, neverWiped, lateGateCounts,
	differenceInGate, keepsWord,
}

// room is what the media node knows of one.
type room struct {
	version int64
	groups  [][]string
	closed  bool
}

// model is one life of an area.
type model struct {
	bug     bug
	rand    *rand.Rand
	redis   modelRedis
	past    []modelRedis // what a replica may know
	nodes   []*modelNode
	rooms   map[string]*room
	told    map[string]map[string]bool // booking, by session: "started 0", "finish"
	pending []request
	late    []word // under way to the media node
	asked   int
	clock   time.Time // of the brokers and the people; it jumps
	server  int64     // of Redis, in ms
	failed  bool      // Redis has lost something in this life
	fault   error
}

var (
	modelDay    = time.Date(2026, 11, 25, 10, 0, 0, 0, tokyo)
	modelDesks  = []session.Actor{desk("d1", "clinic"), desk("d2", "clinic"), desk("p1", "pharmacy"), desk("x1", "ward")}
	modelVisits = []string{"s_1", "s_2", "s_3"} // the first two are in one booth
)

func desk(id, pool string) session.Actor {
	return session.Actor{Side: session.SideDesk, ID: session.DeskSeat(id), Desk: id, Pool: pool}
}

func newModel(seed uint64, b bug) *model {
	m := &model{
		bug: b, rand: rand.New(rand.NewPCG(seed, 7)), redis: newModelRedis(), rooms: map[string]*room{},
		told: map[string]map[string]bool{}, clock: modelDay,
	}
	for range 2 + m.rand.IntN(2) {
		m.nodes = append(m.nodes, &modelNode{docs: map[string]stored{}})
	}
	for i, id := range modelVisits {
		booth := "b1"
		if i == 2 {
			booth = "b2"
		}
		d := session.Open(session.Visit{
			Session: id, Appointment: "a" + id, Office: "o1", Booth: booth, Number: i + 1,
			Legs: []session.Leg{
				{Service: "medical", Role: "doctor", Pool: "clinic", Desk: "d1", StartsAt: modelDay, EndsAt: modelDay.Add(20 * time.Minute)},
				{Service: "guidance", Role: "pharmacist", Pool: "pharmacy", Desk: "p1", StartsAt: modelDay.Add(20 * time.Minute), EndsAt: modelDay.Add(30 * time.Minute)},
			},
		}, session.SideCounter, modelDay)
		m.redis.docs[id] = stored{doc: d, let: map[string]bool{}}
		m.redis.trail = append(m.redis.trail, trailed{id, "checked_in", 1})
		m.rooms[id], m.told[id] = &room{}, map[string]bool{}
	}
	return m
}

// live lives one life of so many steps and then lets everything come to rest; nil if nothing ever was as it must not be.
func (m *model) live(steps int) error {
	for range steps {
		m.step()
		if m.check(); m.fault != nil {
			return m.fault
		}
	}
	m.comeToRest()
	return m.fault
}

func (m *model) wrong(format string, args ...any) {
	if m.fault == nil {
		m.fault = fmt.Errorf(format, args...)
	}
}

func (m *model) step() {
	m.pass(time.Duration(m.rand.IntN(20)) * time.Second)
	switch n := m.rand.IntN(100); {
	case n < 42:
		m.ask()
	case n < 84:
		m.deliver()
	case n < 87:
		m.settle(m.node())
	case n < 89:
		m.reload(m.node())
	case n < 91:
		m.restart()
	case n < 92:
		m.clock = m.clock.Add(time.Duration(m.rand.IntN(7200)-3600) * time.Second)
	case m.rand.IntN(12) == 0:
		m.failOver()
	case n < 95:
		m.openLate(false)
	case n < 96:
		m.keeperActs()
	default:
		m.wipe(m.pick(modelVisits))
	}
}

func (m *model) pass(d time.Duration) {
	m.clock = m.clock.Add(d)
	m.server += d.Milliseconds()
}

func (m *model) node() *modelNode { return m.nodes[m.rand.IntN(len(m.nodes))] }

func (m *model) pick(list []string) string { return list[m.rand.IntN(len(list))] }

// deliver hands one of the requests under way, whichever, to a broker.
func (m *model) deliver() {
	if len(m.pending) == 0 {
		return
	}
	i := 0 // mostly in order
	if m.rand.IntN(3) == 0 {
		i = m.rand.IntN(len(m.pending))
	}
	r := m.pending[i]
	m.pending = slices.Delete(m.pending, i, i+1)
	if m.redis.claimed[r.id] {
		return
	}
	m.redis.claimed[r.id] = true
	m.apply(m.node(), r.session, r.event)
}

var errModelDown = errors.New("the store does not answer")

// apply is Broker.apply.
func (m *model) apply(n *modelNode, id string, e session.Event) error {
	s, known := n.docs[id]
	if !known {
		s = m.redis.docs[id]
		n.docs[id] = s
	}
	for range contended {
		next, effects, refused := m.next(s, e)
		if refused != nil || next.doc.Version == s.doc.Version {
			if there := m.redis.docs[id]; there.doc.Version > s.doc.Version {
				s = there
				n.docs[id] = s
				continue
			}
			return refused
		}
		if m.rand.IntN(60) == 0 {
			return errModelDown // and nothing has happened
		}
		m.remember()
		answer, there := m.redis.put(next, s.doc.Version, e.Type, effects, m.server+owedAfter.Milliseconds(), m.bug, false)
		if m.rand.IntN(60) == 0 {
			return errModelDown // and it has happened
		}
		switch answer {
		case "newer":
			s = there
			n.docs[id] = s
			continue
		case "older":
			m.putBack(n, s, m.redis.docs[id])
			s = m.redis.docs[id]
			n.docs[id] = s
			continue
		case "busy":
			holder := m.redis.docs[there.doc.ID]
			if holder.doc.HoldsBooth() {
				return &session.Refusal{Event: e.Type, Err: session.ErrNotNow, Why: "the booth is in another session"}
			}
			delete(m.redis.booths, next.doc.Booth)
			continue
		}
		n.docs[id] = next
		for _, other := range m.nodes { // the word that goes round; some do not hear it
			if other != n && m.rand.IntN(5) > 0 {
				m.hear(other, next)
			}
		}
		if m.rand.IntN(25) == 0 {
			n.docs = map[string]stored{} // dies before it acts
			return nil
		}
		m.carryOut(n, next, owedKey(next.doc), effects)
		return nil
	}
	return errors.New("too much happens at once")
}

func (m *model) hear(n *modelNode, s stored) {
	if known, ok := n.docs[s.doc.ID]; ok && known.doc.Version >= s.doc.Version {
		return
	}
	n.docs[s.doc.ID] = s
	m.setGate(n, s.doc.ID)
}

// next is the machine, with the observer's notes; and with the planted bug, if it is one of the machine's.
func (m *model) next(s stored, e session.Event) (stored, []session.Effect, error) {
	d, effects, err := session.Next(s.doc, e)
	if err != nil {
		return s, nil, err
	}
	switch {
	case m.bug == joinsInside && e.Type == session.GuestJoined && d.State == protocol.StateConsultation && d.Version > s.doc.Version:
		d.Participants[len(d.Participants)-1].Admitted = true
	case m.bug == staysAdmitted && e.Type == session.Requeue && d.Version > s.doc.Version:
		d.State, d.StartedAt = protocol.StateConsultation, s.doc.StartedAt
		for i := range d.Participants {
			d.Participants[i].Admitted = true
		}
	case m.bug == neverWiped && e.Type == session.Wiped:
		return s, nil, nil
	case m.bug == keepsWord && e.Type == session.Dismiss && strings.HasPrefix(e.Whom, "desk:") && d.Version > s.doc.Version:
		d.Participants = slices.Clone(s.doc.Participants)
	}
	return stored{d, permitted(s, d, e)}, effects, nil
}

// permitted is the rule, said another way than the machine does: who may be in the room now is whom a professional has named in
// this consultation and who has not gone, been sent away or been handed over since.
func permitted(before stored, now session.Doc, e session.Event) map[string]bool {
	let := maps.Clone(before.let)
	if now.State != protocol.StateConsultation || now.Host != "" {
		return map[string]bool{}
	}
	if now.StartedAt != nil && (before.doc.StartedAt == nil || !before.doc.StartedAt.Equal(*now.StartedAt)) {
		let = map[string]bool{}
	}
	switch e.Type {
	case session.Admit:
		let[e.Whom], let[e.By.ID] = true, true
	case session.Gather:
		let[session.BoothSeat(e.Booth)] = true
	case session.Entered:
		if before.doc.Asks(e.By.Desk) {
			let[e.By.ID] = true
		}
	case session.Dismiss, session.GraceExpired:
		delete(let, e.Whom)
	case session.Gone, session.Leave:
		delete(let, e.By.ID)
	case session.Release:
		for _, g := range before.doc.Gathered {
			if g.Session == e.Other {
				delete(let, session.BoothSeat(g.Booth))
			}
		}
	}
	return let
}

// carryOut is Broker.carryOut.
func (m *model) carryOut(n *modelNode, s stored, key string, effects []session.Effect) {
	if len(effects) == 0 {
		return
	}
	done := true
	for _, effect := range effects {
		if m.rand.IntN(40) == 0 {
			done = false // whom it concerns does not answer
			continue
		}
		if err := m.carryOutOne(n, s.doc, effect); errors.Is(err, errModelDown) {
			done = false
		}
	}
	if done {
		delete(m.redis.owed, key)
		delete(m.redis.due, key)
	}
}

func (m *model) carryOutOne(n *modelNode, d session.Doc, effect session.Effect) error {
	system := session.Actor{Side: session.SideSystem}
	switch e := effect.(type) {
	case session.Gate:
		m.setGate(n, d.ID)
	case session.CloseRoom:
		*m.rooms[d.ID] = room{closed: true}
	case session.LegStarted:
		m.told[d.ID][fmt.Sprint("started ", e.Leg)] = true
	case session.LegDone:
		m.told[d.ID][fmt.Sprint("done ", e.Leg)] = true
	case session.Finish:
		m.told[d.ID]["finish"] = true
	case session.Host:
		by := session.Actor{Side: session.SideSystem, Desk: e.Desk, Pool: e.Pool}
		err := m.apply(n, e.Other, session.Event{Type: session.Hosted, By: by, Other: d.ID, At: m.clock})
		if err == nil || errors.Is(err, errModelDown) {
			return err
		}
		return m.apply(n, d.ID, session.Event{Type: session.Release, By: system, Other: e.Other, At: m.clock})
	case session.Unhost:
		other := m.redis.docs[e.Other].doc
		if other.Host != d.ID {
			return nil
		}
		event := session.Event{Type: session.Unhosted, By: system, Other: d.ID, Over: e.Over, At: m.clock}
		if e.Left {
			event = session.Event{Type: session.Leave, By: boothActor(other.Booth), At: m.clock}
		} else if e.Lost {
			event = session.Event{Type: session.GraceExpired, By: system, Whom: session.BoothSeat(other.Booth), At: m.clock}
		}
		return m.apply(n, e.Other, event)
	case session.Part:
		return m.apply(n, e.Other, session.Event{Type: session.Release, By: system, Other: d.ID, At: m.clock})
	}
	return nil
}

// setGate is Broker.setGate, and what the media node makes of it: an older word changes nothing.
func (m *model) setGate(n *modelNode, id string) {
	s, known := n.docs[id]
	if !known || s.doc.State == protocol.StateClosed {
		return
	}
	w := word{id, s.doc.Version, s.doc.Gate()}
	for _, who := range slices.Concat(w.groups...) {
		if !s.let[who] {
			m.wrong("%s is let into %s at version %d, and no professional has said so", who, id, s.doc.Version)
		}
	}
	if m.rand.IntN(8) == 0 {
		m.late = append(m.late, w)
		return
	}
	m.open(w)
}

// settle is Broker.settle.
func (m *model) settle(n *modelNode) {
	for _, key := range slices.Sorted(maps.Keys(m.redis.owed)) {
		effects, still := m.redis.owed[key]
		if !still || m.redis.due[key] > m.server {
			continue
		}
		m.redis.due[key] = m.server + settleFor.Milliseconds()
		id, _, _ := strings.Cut(key, ":")
		s := m.redis.docs[id]
		if known, ok := n.docs[id]; !ok || known.doc.Version < s.doc.Version {
			n.docs[id] = s
		}
		m.carryOut(n, s, key, effects)
	}
}

// reload is Broker.readAll: what Redis has is news, or what it has lost is put back.
func (m *model) reload(n *modelNode) {
	for _, id := range modelVisits {
		s := m.redis.docs[id]
		ours, known := n.docs[id]
		switch {
		case !known || ours.doc.Version < s.doc.Version:
			n.docs[id] = s
			m.setGate(n, id)
		case ours.doc.Version > s.doc.Version:
			m.putBack(n, ours, s)
		case !same(ours.doc, s.doc): // another has taken the place of what was lost
			n.docs[id] = s
			m.setGate(n, id)
		}
	}
}

// putBack is Broker.putBack.
func (m *model) putBack(n *modelNode, ours, there stored) {
	m.remember()
	effects := session.Derived(ours.doc)
	switch answer, _ := m.redis.put(ours, ours.doc.Version-1, "restored", effects, m.server, m.bug, true); answer {
	case "stored":
		m.carryOut(n, ours, owedKey(ours.doc), effects)
		return
	case "newer":
		return
	}
	// The booth is in another session by now: what was lost stays lost, for everybody.
	back := stored{session.Follow(there.doc, ours.doc), there.let}
	effects = session.Derived(back.doc)
	if answer, _ := m.redis.put(back, ours.doc.Version, "lost", effects, m.server, m.bug, true); answer == "stored" {
		n.docs[back.doc.ID] = back
		m.carryOut(n, back, owedKey(back.doc), effects)
	}
}

// restart kills one broker and starts another in its place.
func (m *model) restart() { m.node().docs = map[string]stored{} }

// remember keeps what a replica may know: the last few states before this one.
func (m *model) remember() {
	m.past = append(m.past, m.redis.snapshot())
	if len(m.past) > 3 {
		m.past = m.past[1:]
	}
}

// failOver promotes a replica that has not heard the last few steps.
func (m *model) failOver() {
	if len(m.past) == 0 {
		return
	}
	m.redis = m.past[m.rand.IntN(len(m.past))].snapshot()
	m.past = nil
	m.failed = true
	m.server += int64(m.rand.IntN(20_000) - 10_000) // another clock
}

// keeperActs: somebody's time of grace is over.
func (m *model) keeperActs() {
	id := m.pick(modelVisits)
	d := m.redis.docs[id].doc
	who := session.BoothSeat(d.Booth)
	if m.rand.IntN(6) > 0 && len(d.Participants) > 0 {
		who = d.Participants[m.rand.IntN(len(d.Participants))].ID
	}
	m.apply(m.node(), id, session.Event{Type: session.GraceExpired, By: session.Actor{Side: session.SideSystem}, Whom: who, At: m.clock})
}

// wipe is the booth's page, which is told of what it has to wipe and says so when it has.
func (m *model) wipe(id string) {
	d := m.redis.docs[id].doc
	if d.Stage() == protocol.StageClosing {
		m.send(id, session.Event{Type: session.Wiped, By: boothActor(d.Booth), At: m.clock})
	}
}
