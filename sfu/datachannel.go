package sfu

import (
	"fmt"
	"sync/atomic"
	"time"

	"madoguchi/sfu/wire"

	"golang.org/x/time/rate"
)

// channelKind tells the data channels apart that are relayed. A client opens one of each.
type channelKind int

const (
	// talkChannel carries what people say to each other in writing and whatever else must arrive: ordered, reliable.
	talkChannel channelKind = iota
	// latestChannel carries what only matters while it is new, pointers and strokes being drawn: unordered, never sent
	// again. A message is one packet, and one that would have to wait is dropped.
	latestChannel
	channelKinds
)

// channelLabels are the labels of the channels relayed. All others are ignored.
var channelLabels = [channelKinds]string{"talk", "latest"}

// maxChannels is how many data channels a peer may have open, or open in all, before it is disconnected.
const (
	maxChannels     = 8
	maxChannelsEver = 48
)

// How often a sender is told that messages of its are not passed on, and how much it may owe us then.
const (
	refusalEvery = 500 * time.Millisecond
	noticeQueue  = 4 << 10
)

// lane is one kind of data channel of one peer. What one admitted participant sends goes to every other one of its groups, with the
// sender's id and a line feed before it. Nothing is kept: a message that cannot go out at once is dropped for that receiver
// and counted. Senders of what must arrive keep it until the far end has acknowledged it, so a drop costs a repetition and
// a slow receiver costs nobody else anything. What is dropped because of its sender is told to the sender: a line feed with
// nobody before it, and then why, and when to try again.
type lane struct {
	messages, bytes *rate.Limiter
	largest, queue  int
	open            atomic.Pointer[wire.Channel] // the newest; nil without one
	told            [refusals]atomic.Int64       // when the sender was told of each refusal, on the node's clock; 0 never
}

func (p *peer) makeLanes(l Limits) {
	budget := func(perSec float64, times float64) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(perSec), max(1, int(times*perSec)))
	}
	set := func(k channelKind, messages, bytes, times float64, largest, queue int) {
		v := &p.lanes[k]
		v.messages, v.bytes, v.largest, v.queue = budget(messages, times), budget(bytes, times), largest, queue
	}
	set(talkChannel, l.MessagesPerSec, l.MessageBytesPerSec, 3, l.MessageBytes, l.MessageQueue)
	set(latestChannel, l.LatestPerSec, l.LatestBytesPerSec, 1, l.LatestBytes, l.LatestQueue)
}

// Channel implements wire.Handler.
func (p *peer) Channel(dc *wire.Channel) {
	log := p.node.log
	if p.channels.Add(1) > maxChannels || p.channelsEver.Add(1) > maxChannelsEver {
		p.node.dropLater(p, "too many data channels")
		return
	}
	kind := labelled(dc.Label())
	if p.key.kind != Main || kind == channelKinds {
		log.Debug("data channel ignored", "room", p.room.id, "participant", p.key.participant)
		dc.OnEnd(func() { p.channels.Add(-1) })
		return
	}
	lane := &p.lanes[kind]
	lane.open.Store(dc) // a newer one takes the place of one that has died unnoticed
	dc.OnEnd(func() {
		p.channels.Add(-1)
		lane.open.CompareAndSwap(dc, nil)
	})
	dc.OnMessage(func(b []byte, text bool) { p.relay(kind, dc, b, text) })
}

// labelled returns the kind of channel that has a label; channelKinds if none has.
func labelled(label string) channelKind {
	for k, l := range channelLabels {
		if l == label {
			return channelKind(k)
		}
	}
	return channelKinds
}

// relay passes a message on. It runs in the goroutine that reads the sender's channel.
func (p *peer) relay(k channelKind, from *wire.Channel, b []byte, text bool) {
	lane, count := &p.lanes[k], &p.count.messages[k]
	now := p.node.now()
	refuse := func(why refusal) {
		count.refused[why].Add(1)
		lane.tell(from, why, now)
	}
	audience := *p.room.audience.Load()
	within := heardBy(audience, p)
	switch {
	case len(b) > lane.largest:
		refuse(refusedLarge)
		return
	case !lane.take(now, len(b)):
		refuse(refusedFast)
		return
	case within == 0:
		refuse(refusedGate)
		return
	}
	whole := append(append(make([]byte, 0, len(p.key.participant)+1+len(b)), p.key.participant...), '\n')
	whole = append(whole, b...)
	for _, listening := range audience {
		other := listening.peer
		if other.key.participant == p.key.participant || !listening.within.meet(within) {
			continue
		}
		if other.lanes[k].say(whole, text) {
			count.relayed.Add(1)
			count.bytes.Add(uint64(len(b)))
		} else {
			count.refused[refusedFull].Add(1)
		}
	}
}

// take spends the sender's budget; nothing is spent if it does not suffice.
func (v *lane) take(now time.Duration, size int) bool {
	at := time.Time{}.Add(now)
	if v.bytes.TokensAt(at) < float64(size) {
		return false
	}
	return v.messages.AllowN(at, 1) && v.bytes.AllowN(at, size)
}

// say sends one message on; false if there is no channel or too much waits in it already.
func (v *lane) say(b []byte, text bool) bool {
	dc := v.open.Load()
	if dc == nil || dc.Waiting()+uint64(len(b)) > uint64(v.queue) {
		return false
	}
	return dc.Send(b, text) == nil
}

// tell lets the sender know that something was not passed on, now and then, and never a sender that does not read.
func (v *lane) tell(to *wire.Channel, why refusal, now time.Duration) {
	told := &v.told[why]
	last := told.Load()
	if last != 0 && now-time.Duration(last) < refusalEvery || !told.CompareAndSwap(last, max(int64(now), 1)) {
		return
	}
	if to.Waiting() > noticeQueue {
		return
	}
	_ = to.Send(fmt.Appendf(nil, "\n"+`{"v":1,"kind":"refused","why":%q,"retryMs":%d}`, refusalNames[why], v.retryAfter(why)), true)
}

// retryAfter is when the sender may try again, in milliseconds; 0 means never with this message.
func (v *lane) retryAfter(why refusal) int64 {
	switch why {
	case refusedLarge:
		return 0
	case refusedFast:
		return max(50, int64(2000/float64(v.messages.Limit())))
	default:
		return 2000
	}
}

// listener is a peer that may talk over data channels, and with whom.
type listener struct {
	peer   *peer
	within groups
}

// heardBy is where a sender is let in; none if it is not.
func heardBy(audience []listener, p *peer) groups {
	for _, l := range audience {
		if l.peer == p {
			return l.within
		}
	}
	return 0
}
