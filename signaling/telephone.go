package signaling

import (
	"context"
	"sync"
	"time"
)

// Telephone rings a post office, somewhere outside of us.
type Telephone interface {
	// Ring asks once for the office to be telephoned. Asking again for the same call is no second call.
	Ring(ctx context.Context, r Ring) error
}

// Ring is why an office is telephoned. It names nobody.
type Ring struct {
	Call, Office, OfficeName, Booth, BoothName string

	At         time.Time // when the booth called
	Unattended bool      // nobody is signed in at the counter
}

// Times of a call that nobody answers.
const (
	ringsFirst   = 15 * time.Second // it rings at a counter so long before the office is telephoned
	unheardFor   = time.Second      // for a counter to say that it rings there; after that nobody is there
	takenOver    = 5 * time.Second  // after which another node sees to a call whose own has not
	phoneEvery   = 250 * time.Millisecond
	phoneWithin  = 10 * time.Second // for one try
	phoneClaim   = 15 * time.Second // no other node tries meanwhile
	phoneTries   = 8
	phonesAtOnce = 16
)

// with is a call to which a newer or older word of it is added: what has happened once stays so.
func (c call) with(other call) call {
	keep := func(to **time.Time, from *time.Time) {
		if *to == nil {
			*to = from
		}
	}
	keep(&c.AnsweredAt, other.AnsweredAt)
	keep(&c.PhonedAt, other.PhonedAt)
	if c.HeardAt == nil && other.HeardAt != nil {
		c.HeardAt, c.PhoneAt = other.HeardAt, other.PhoneAt
	}
	c.PhoneFailed = (c.PhoneFailed || other.PhoneFailed) && c.PhonedAt == nil
	return c
}

// heard is a call that rings at a counter from now on: there is time before the telephone.
func (c call) heard(now time.Time) call {
	c.HeardAt = &now
	if c.PhoneAt != nil {
		at := c.At.Add(ringsFirst)
		c.PhoneAt = &at
	}
	return c
}

// rings says whether a call still wants somebody.
func (c call) rings(now time.Time) bool { return c.AnsweredAt == nil && !c.over(now) }

// telephonist is what one node knows of the calls it telephones for. One goroutine owns it.
type telephonist struct {
	tries map[string]*phoneTry
	done  chan phoned
	busy  sync.WaitGroup
	lines int // tries under way
}

type phoneTry struct {
	made  int
	next  time.Time
	under bool
}

// phoned is the end of one try.
type phoned struct {
	call call
	ok   bool
	ours bool // false: another node is at it
}

// seeToTelephone telephones the office of every call that nobody answers. It goes by memory, so that it works while Redis
// is down; each node sees to the calls of its own booths, and later to those whose node has not.
func (b *Broker) seeToTelephone(ctx context.Context) error {
	beat, stop := b.clock.Every(phoneEvery)
	defer stop()
	t := &telephonist{tries: map[string]*phoneTry{}, done: make(chan phoned, phonesAtOnce)}
	defer t.busy.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p := <-t.done:
			b.afterRing(t, p)
		case <-beat:
			for _, c := range b.hub.unheard() {
				b.ring(c.heard(b.now()))
			}
			b.telephone(ctx, t)
		}
	}
}

// telephone begins what is due.
func (b *Broker) telephone(ctx context.Context, t *telephonist) {
	now := b.clock.Now()
	ringing := map[string]bool{}
	for _, c := range b.hub.unanswered() {
		ringing[c.ID] = true
		if b.cfg.Telephone == nil || c.PhoneAt == nil || c.PhonedAt != nil || now.Before(*c.PhoneAt) {
			continue
		}
		if c.Node != b.node && now.Before(c.PhoneAt.Add(takenOver)) {
			continue
		}
		try := t.tries[c.ID]
		if try == nil {
			try = &phoneTry{next: now}
			t.tries[c.ID] = try
		}
		if try.under || try.made >= phoneTries || now.Before(try.next) || t.lines >= phonesAtOnce {
			continue
		}
		try.under = true
		try.made++
		t.lines++
		t.busy.Go(func() { t.done <- b.ringOffice(ctx, c) }) // ends within phoneWithin; done has room for all
	}
	for id, try := range t.tries {
		if !ringing[id] && !try.under {
			delete(t.tries, id)
		}
	}
}

// ringOffice makes one try, unless another node is at it. A Redis that is away is no reason to wait.
func (b *Broker) ringOffice(ctx context.Context, c call) phoned {
	ctx, cancel := context.WithTimeout(ctx, phoneWithin)
	defer cancel()
	if !b.claimRing(ctx, c) {
		return phoned{call: c}
	}
	err := b.cfg.Telephone.Ring(ctx, Ring{
		Call: c.ID, Office: c.Office, OfficeName: b.cfg.Places.OfficeName(c.Office), Booth: c.Booth, BoothName: c.BoothName,
		At: c.At, Unattended: c.HeardAt == nil,
	})
	if err != nil {
		b.log.Error("office not telephoned", "call", c.ID, "office", c.Office, "error", err)
	}
	return phoned{call: c, ok: err == nil, ours: true}
}

func (b *Broker) claimRing(ctx context.Context, c call) bool {
	ctx, cancel := context.WithTimeout(ctx, presenceWithin)
	defer cancel()
	key := keyspace{b.cfg.Area}.phoning(c.ID)
	free, err := b.cfg.Redis.SetNX(ctx, key, b.node, phoneClaim).Result()
	if err != nil {
		return c.Node == b.node
	}
	if free {
		return true
	}
	holder, err := b.cfg.Redis.Get(ctx, key).Result()
	return err == nil && holder == b.node
}

// afterRing notes what became of a try.
func (b *Broker) afterRing(t *telephonist, p phoned) {
	t.lines--
	try := t.tries[p.call.ID]
	try.under = false
	try.next = b.clock.Now().Add(min(time.Second<<try.made, time.Minute))
	if !p.ours {
		try.made--
		return
	}
	c := p.call
	if now := b.now(); p.ok {
		c.PhonedAt, c.PhoneFailed = &now, false
		b.noteCall(c, "phoned")
		b.log.Info("office telephoned", "call", c.ID, "office", c.Office, "after", now.Sub(c.At))
	} else {
		c.PhoneFailed = true
		b.noteCall(c, "unphoned")
	}
	b.ring(c)
}

// unanswered lists the calls that nobody has answered.
func (h *hub) unanswered() (list []call) {
	h.do(func() {
		now := h.clock.Now()
		for _, c := range h.calls {
			if c.rings(now) {
				list = append(list, c)
			}
		}
	})
	return list
}

// unheard lists those that ring at a counter here and of which nobody has said so.
func (h *hub) unheard() (list []call) {
	h.do(func() {
		now := h.clock.Now()
		for _, c := range h.calls {
			if c.rings(now) && c.HeardAt == nil && h.seats[counterSeat(c.Office)] != nil {
				list = append(list, c)
			}
		}
	})
	return list
}

func counterSeat(office string) string { return "counter:" + office }
