package sfu

import (
	"madoguchi/sfu/wire"

	"golang.org/x/time/rate"
)

// talkLabel is the label of the one data channel relayed: what people say to each other in writing.
const talkLabel = "talk"

// maxChannels is how many data channels a peer may open before it is disconnected; all but one are ignored.
const maxChannels = 8

// talk is a peer's data channel. What one admitted participant sends goes to every other one, with the sender's id and a line
// feed before it. Nothing is kept: a message that cannot go out at once is dropped for that receiver and counted. Senders
// keep what they say until the far end has acknowledged it, so a drop costs a repetition and a slow receiver costs nobody
// else anything.
type talk struct {
	dc     *wire.Channel
	budget *rate.Limiter
}

// Channel implements wire.Handler.
func (p *peer) Channel(dc *wire.Channel) {
	log := p.node.log
	if p.channels.Add(1) > maxChannels {
		p.node.dropLater(p, "too many data channels")
		return
	}
	if p.key.kind != Main || dc.Label() != talkLabel {
		log.Debug("data channel ignored", "room", p.room.id, "participant", p.key.participant)
		return
	}
	l := p.node.limits
	t := &talk{dc: dc, budget: rate.NewLimiter(rate.Limit(l.MessagesPerSec), max(1, int(3*l.MessagesPerSec)))}
	if !p.talk.CompareAndSwap(nil, t) {
		log.Debug("second data channel ignored", "room", p.room.id, "participant", p.key.participant)
		return
	}
	dc.OnMessage(func(b []byte, text bool) { p.relay(t, b, text) })
}

// relay passes a message on. It runs in the goroutine that reads the sender's channel.
func (p *peer) relay(t *talk, b []byte, text bool) {
	c := &p.node.count
	if len(b) > p.node.limits.MessageBytes || !t.budget.Allow() {
		c.messagesDropped.Add(1)
		return
	}
	audience := *p.room.audience.Load()
	if !contains(audience, p) {
		c.messagesDropped.Add(1)
		return
	}
	whole := append(append(make([]byte, 0, len(p.key.participant)+1+len(b)), p.key.participant...), '\n')
	whole = append(whole, b...)
	for _, other := range audience {
		if other == p || other.key.participant == p.key.participant {
			continue
		}
		if other.say(whole, text) {
			c.messages.Add(1)
		} else {
			c.messagesDropped.Add(1)
		}
	}
}

// say sends one message to the peer; false if there is no channel or too much waits in it already.
func (p *peer) say(b []byte, text bool) bool {
	t := p.talk.Load()
	if t == nil || t.dc.Waiting()+uint64(len(b)) > uint64(p.node.limits.MessageQueue) {
		return false
	}
	return t.dc.Send(b, text) == nil
}

func contains(list []*peer, p *peer) bool {
	for _, o := range list {
		if o == p {
			return true
		}
	}
	return false
}
