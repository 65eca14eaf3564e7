package signaling

import (
	"context"
	"errors"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// hub owns this node's copy of the area's open sessions, and the local sockets. Its one goroutine runs the functions
// given to do, one after the other; they are short, never wait, and only queue messages.
type hub struct {
	work   chan func()
	done   chan struct{}
	places Places
	clock  clock

	all      map[*socket]struct{}
	seats    map[string]*seated
	offices  map[string]map[string]bool // the seats that are here, by office
	sessions map[string]*visit
	visitors map[who]*visitor // equipment connected here
	calls    map[string]call
	dayRev   int64
}

// visitor is equipment: its kinds of connection here, since when, and the newest line it was given for them.
type visitor struct {
	kinds  map[string]bool
	socket string
	since  time.Time
	// adopted: its offer was taken by a broker that no longer vouches for it (adopt.go).
	adopted bool
}

// seated is the socket of a seat, and what it was last told.
type seated struct {
	socket *socket
	opened time.Time
	told   *protocol.Seat
	lobby  *protocol.Lobby // of a screen in a lobby
}

// visit is one session: the newest document known, who is connected, and who of them is connected here.
type visit struct {
	doc     session.Doc
	people  map[string]presence
	members map[string]*member
}

// member is a local socket that has entered a session, and what it was last told of its wait.
type member struct {
	socket  *socket
	waiting *protocol.Waiting
}

var errStopped = errors.New("the broker is not running")

func newHub(p Places, c clock) *hub {
	return &hub{
		work: make(chan func()), done: make(chan struct{}), places: p, clock: c,
		all: map[*socket]struct{}{}, seats: map[string]*seated{}, offices: map[string]map[string]bool{}, sessions: map[string]*visit{},
		visitors: map[who]*visitor{}, calls: map[string]call{},
	}
}

func (h *hub) run(ctx context.Context) error {
	defer close(h.done)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case f := <-h.work:
			f()
		}
	}
}

// do runs f in the hub's goroutine and returns when it is done; false means that the hub has stopped. f must not call
// do.
func (h *hub) do(f func()) bool {
	ran := make(chan struct{})
	select {
	case h.work <- func() { f(); close(ran) }:
		<-ran
		return true
	case <-h.done:
		return false
	}
}

// sockets lists every local socket.
func (h *hub) sockets() (list []*socket) {
	h.do(func() {
		for s := range h.all {
			list = append(list, s)
		}
	})
	return list
}

// arrive notes a new socket unless there are too many.
func (h *hub) arrive(s *socket, most int) (ok bool) {
	h.do(func() {
		if ok = len(h.all) < most; ok {
			h.all[s] = struct{}{}
		}
	})
	return ok
}

// takeSeat makes s the socket of its seat and returns the one it replaces, which is s itself where a later one of the
// same page has come already. The snapshot follows at once.
func (h *hub) takeSeat(s *socket, opened time.Time) (old *socket) {
	h.do(func() {
		if there := h.seats[s.who.participant]; there != nil {
			if old = there.socket; s.who.arrival.before(old.who.arrival) {
				old = s
				return
			}
		}
		h.seats[s.who.participant] = &seated{socket: s, opened: opened}
		h.noteOffice(s.who)
		h.tellSeat(s.who.participant)
	})
	return old
}

func (h *hub) noteOffice(w identity) {
	office := w.seat.Office
	if office == "" {
		return
	}
	if h.offices[office] == nil {
		h.offices[office] = map[string]bool{}
	}
	h.offices[office][w.participant] = true
}

func (h *hub) leaveSeat(w identity) {
	delete(h.seats, w.participant)
	seats := h.offices[w.seat.Office]
	delete(seats, w.participant)
	if len(seats) == 0 {
		delete(h.offices, w.seat.Office)
	}
}

// replaceSeat gives up a seat that has been opened at another node later than here. If what was opened there is an
// earlier socket of the same page, ours stays, and the other node is to be told so again.
func (h *hub) replaceSeat(seat string, by arrival, opened time.Time) (old, stays *socket, since time.Time) {
	h.do(func() {
		there := h.seats[seat]
		switch {
		case there == nil:
		case by.before(there.socket.who.arrival):
			stays, since = there.socket, there.opened
		case opened.After(there.opened) || there.socket.who.arrival.before(by):
			old = there.socket
			h.leaveSeat(old.who)
		}
	})
	return old, stays, since
}

// depart forgets a socket that has ended; it returns the sessions in which its participant is now offline. A newer
// socket of the same participant, here or elsewhere, is not touched.
func (h *hub) depart(s *socket) (lost []who) {
	h.do(func() {
		delete(h.all, s)
		if there := h.seats[s.who.participant]; there != nil && there.socket == s {
			h.leaveSeat(s.who)
		}
		for id, v := range h.sessions {
			m := v.members[s.who.participant]
			if m == nil || m.socket != s {
				continue
			}
			delete(v.members, s.who.participant)
			if v.people[s.who.participant].Socket == s.id {
				lost = append(lost, who{id, s.who.participant})
			}
		}
	})
	return lost
}

// doc is the newest document known.
func (h *hub) doc(id string) (d session.Doc, ok bool) {
	h.do(func() {
		if v := h.sessions[id]; v != nil {
			d, ok = v.doc, true
		}
	})
	return d, ok
}

// open lists the documents that are not closed.
func (h *hub) open() (list []session.Doc) {
	h.do(func() { list = h.openDocs() })
	return list
}

func (h *hub) openDocs() (list []session.Doc) {
	for _, v := range h.sessions {
		if v.doc.State != protocol.StateClosed {
			list = append(list, v.doc)
		}
	}
	return list
}

// update takes a document in, tells everybody it concerns, and says whether it is news and whether it changed the
// gate.
func (h *hub) update(d session.Doc) (news, gate bool) {
	h.do(func() { news, gate = h.take(d) })
	return news, gate
}

// lineFor is the line s is to have in a session: online, muted as before. It is noted already, so that whoever sees
// the participant come in does not see it offline first.
func (h *hub) lineFor(s *socket, id, node string) (l line) {
	l = line{Node: node, Socket: s.id, Online: true, Reason: s.who.reason, Label: s.who.label, Arrival: s.who.arrival}
	h.do(func() {
		v := h.sessions[id]
		if v == nil {
			return
		}
		p := v.people[s.who.participant]
		l.keepMutes(p.line)
		if _, in := v.doc.Participant(s.who.participant); !in {
			p.line = l
			p.said++
			v.people[s.who.participant] = p
		}
	})
	return l
}

// overtaken says whether a later socket of the same page has entered the session, here or elsewhere.
func (h *hub) overtaken(s *socket, id string) (late bool) {
	h.do(func() {
		if v := h.sessions[id]; v != nil {
			late = s.who.arrival.before(v.people[s.who.participant].Arrival)
		}
	})
	return late
}

// attach makes s the local socket of its participant in a session and, after welcome, tells it everything. False means
// that it is not in the session (any more). untold means that others may have heard of an earlier socket after they had
// heard of s.
func (h *hub) attach(s *socket, id string, l line, welcome any) (ok, untold bool) {
	h.do(func() {
		v := h.sessions[id]
		if v == nil || v.doc.State == protocol.StateClosed {
			return
		}
		me := s.who.participant
		if _, ok = v.doc.Participant(me); !ok {
			return
		}
		p := v.people[me]
		if s.who.arrival.before(p.Arrival) {
			ok = false
			return
		}
		l.keepMutes(p.line) // of the socket before, carried out meanwhile
		untold = p.Online && p.Node != l.Node && p.Arrival.before(l.Arrival)
		p.line = l
		p.said++
		v.people[me] = p
		v.members[me] = &member{socket: s}
		s.send(welcome)
		s.send(h.sessionFor(v, s))
		s.send(h.tracksFor(v, me))
		s.send(keysOf(v))
		h.tellPresence(v)
		h.tellWaiting(v, me)
		h.tellSeatsOf(v.doc)
	})
	return ok, untold
}

// detach ends a socket's part in a session without a word.
func (h *hub) detach(s *socket, id string) {
	h.do(func() {
		v := h.sessions[id]
		if v == nil {
			return
		}
		if m := v.members[s.who.participant]; m != nil && m.socket == s {
			delete(v.members, s.who.participant)
		}
	})
}

// entered says whether s takes part in the session it entered: it may have been sent away meanwhile.
func (h *hub) entered(s *socket) (d session.Doc, ok bool) {
	h.do(func() {
		v := h.sessions[s.entered.session]
		if v == nil {
			return
		}
		m := v.members[s.who.participant]
		d, ok = v.doc, m != nil && m.socket == s
	})
	return d, ok
}

// boothBusy says whether a booth takes part in another session than this one.
func (h *hub) boothBusy(booth, id string) (busy bool) {
	h.do(func() {
		for _, d := range h.openDocs() {
			if _, in := d.Participant(session.BoothSeat(booth)); in && d.ID != id && d.Host != id && d.Booth == booth {
				busy = true
			}
		}
	})
	return busy
}

// members lists who is connected here, to renew their leases.
func (h *hub) members() (list []who) {
	h.do(func() {
		for id, v := range h.sessions {
			for participant := range v.members {
				list = append(list, who{id, participant})
			}
		}
		for w, v := range h.visitors {
			if v.adopted && !h.connected(w) {
				delete(h.visitors, w)
				continue
			}
			list = append(list, w)
		}
	})
	return list
}

// endHere tells everybody here that a session is over for them, ahead of its document.
func (h *hub) endHere(id string, why protocol.Reason) {
	h.do(func() {
		v := h.sessions[id]
		if v == nil {
			return
		}
		for participant, m := range v.members {
			delete(v.members, participant)
			m.socket.send(protocol.Ended{Session: id, Reason: why})
		}
	})
}

// idleSince lists the seats' sockets outside any session whose tokens have expired.
func (h *hub) idleSince(now time.Time) (list []*socket) {
	h.do(func() {
		busy := map[*socket]bool{}
		for _, v := range h.sessions {
			for _, m := range v.members {
				busy[m.socket] = true
			}
		}
		for _, there := range h.seats {
			if s := there.socket; !busy[s] && now.After(s.who.expires) {
				list = append(list, s)
			}
		}
	})
	return list
}
