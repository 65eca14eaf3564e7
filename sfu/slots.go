package sfu

import (
	"slices"
	"time"

	"madoguchi/sfu/purpose"
)

// The rules by which publishers' tracks come to subscribers' m-lines. Everything here runs with room.mu held and only
// decides; the packet path sees the result.

// settle brings every subscriber's m-lines in line with who is present, admitted and muted, and tells who is affected.
// Whatever has to stop is stopped before anything new starts.
func (r *room) settle(now time.Duration) {
	peers := r.inOrder()
	r.setAudience(peers)
	for _, s := range peers {
		r.place(s, peers, audio)
		r.place(s, peers, video)
	}
	for _, p := range peers {
		for _, up := range p.ups {
			up.setSilent(r.muted[p.key.participant].covers(up))
		}
	}
	for _, s := range peers {
		for _, d := range s.downs {
			if d.attached != nil && d.attached != r.flowing(s, d) {
				d.attached = nil
				d.detach()
			}
		}
	}
	for _, s := range peers {
		for _, d := range s.downs {
			if up := r.flowing(s, d); up != nil && d.attached == nil {
				d.attached = up
				d.attach(up, now)
			}
		}
		r.tell(s)
	}
}

// setAudience notes who may talk over data channels, and with whom.
func (r *room) setAudience(peers []*peer) {
	var audience []listener
	for _, p := range peers {
		if in := r.groupsOf(p); p.key.kind == Main && in != 0 {
			audience = append(audience, listener{p, in})
		}
	}
	r.audience.Store(&audience)
}

// groupsOf is where a peer is let in; one for measuring is let in everywhere.
func (r *room) groupsOf(p *peer) groups {
	if p.join.Bench {
		return everyGroup
	}
	return r.admitted[p.key.participant]
}

// sees reports whether a publisher's tracks are for a subscriber at all.
func (r *room) sees(s, pub *peer) bool {
	return pub.key.participant != s.key.participant && r.groupsOf(s).meet(r.groupsOf(pub)) &&
		(s.join.From == "" || s.join.From == pub.key.participant)
}

// flowing returns the track whose packets an m-line gets now: the one it is for, while both lines have been up and the
// track is not muted.
func (r *room) flowing(s *peer, d *downTrack) *upTrack {
	up := d.assigned
	if up == nil || !s.wasUp || !up.peer.wasUp || r.muted[up.peer.key.participant].covers(up) {
		return nil
	}
	return up
}

// place decides whose tracks of one kind a subscriber's m-lines are for. A track keeps its m-line as long as it lives, and a
// publisher who comes back gets the same one. What is left is filled in the order in which people came: first the m-lines that
// are kept for a purpose, then those that take anything, voices and faces before what else people send.
func (r *room) place(s *peer, peers []*peer, k kind) {
	var downs []*downTrack
	for _, d := range s.downs {
		if d.line.kind == k {
			downs = append(downs, d)
		}
	}
	var waiting []*upTrack
	for _, pub := range peers {
		if !r.sees(s, pub) {
			continue
		}
		for _, up := range pub.ups {
			if up.kind == k && up.here() {
				waiting = append(waiting, up)
			}
		}
	}
	take := func(d *downTrack, match func(*upTrack) bool) bool {
		i := slices.IndexFunc(waiting, func(up *upTrack) bool { return match(up) && d.takes(up) && d.canCarry(up) })
		if i < 0 {
			return false
		}
		d.assigned = waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
		return true
	}
	for _, d := range downs {
		if d.assigned != nil && take(d, func(up *upTrack) bool { return up == d.assigned }) {
			d.kept = true
		}
	}
	for _, d := range downs {
		old := d.assigned
		if old == nil || d.kept {
			continue
		}
		d.kept = take(d, func(up *upTrack) bool {
			return up.peer.key == old.peer.key && up.purpose == old.purpose
		})
	}
	for _, d := range downs {
		if !d.kept {
			d.assigned = nil
		}
		d.kept = false
	}
	if k == video {
		fillBeside(s, downs, take)
	}
	usual := string(purpose.Usual(k == audio))
	for _, match := range []func(*downTrack, *upTrack) bool{
		func(d *downTrack, up *upTrack) bool { return string(d.line.purpose) == up.purpose },
		func(d *downTrack, up *upTrack) bool { return up.purpose == usual },
		func(*downTrack, *upTrack) bool { return true },
	} {
		for _, d := range downs {
			if d.assigned == nil {
				take(d, func(up *upTrack) bool { return match(d, up) })
			}
		}
	}
	s.leftOut(k, waiting, downs)
}

// takes reports whether an m-line is open to a track. Paper and screens may stand in for each other; what is listened to is
// never put where voices are expected, nor the other way round.
func (d *downTrack) takes(up *upTrack) bool {
	here, there := d.line.purpose, purpose.Purpose(up.purpose)
	return here == "" || here == there || isPaper(here) && isPaper(there)
}

func isPaper(p purpose.Purpose) bool { return p == purpose.Document || p == purpose.Screen }

// fillBeside gives a free video m-line to the face of the publisher whose voice is on the audio m-line of the same position,
// not counting those kept for something else: the two share a stream (link.bind), which keeps lips and words together.
func fillBeside(s *peer, downs []*downTrack, take func(*downTrack, func(*upTrack) bool) bool) {
	var voices []*upTrack
	for _, d := range s.downs {
		if d.line.kind == audio && d.line.usual() {
			voices = append(voices, d.assigned)
		}
	}
	for _, d := range downs {
		if !d.line.usual() || len(voices) == 0 {
			continue
		}
		voice := voices[0]
		voices = voices[1:]
		if d.assigned == nil && voice != nil && voice.purpose == string(purpose.Voice) {
			take(d, func(up *upTrack) bool { return up.purpose == string(purpose.Face) && up.peer.key == voice.peer.key })
		}
	}
}

// canCarry reports whether publisher and subscriber have agreed to at least one codec in common.
func (d *downTrack) canCarry(up *upTrack) bool {
	for _, pl := range up.payloads {
		if pl != nil && d.carrying(up, pl) != nil {
			return true
		}
	}
	return false
}

// tell reports a subscriber's m-lines if they have changed.
func (r *room) tell(s *peer) {
	if s.key.kind != Main {
		return
	}
	slots := []TrackSlot{}
	for _, d := range s.downs {
		if up := d.assigned; up != nil {
			slots = append(slots, TrackSlot{Mid: d.line.mid, From: up.peer.key.participant, Purpose: up.purpose})
		}
	}
	if slices.Equal(slots, s.reported) {
		return
	}
	s.reported = slots
	r.node.notify.tracks(r.id, s.key.participant, slots)
}

// muting is what a participant has switched off.
type muting struct{ audio, video bool }

// covers reports whether a track is silenced by it: the switches mean voice and face. Everything else is sent on purpose, and
// switched off where it is switched on.
func (m muting) covers(up *upTrack) bool {
	return m.audio && up.purpose == string(purpose.Voice) || m.video && up.purpose == string(purpose.Face)
}
