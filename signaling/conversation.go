package signaling

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"madoguchi/signaling/protocol"
)

// conversation is what one page says over one socket after another, as the node of its present socket keeps it: our
// numbers, and what the page has not acknowledged. What was said is in Redis (book.go), so that any node can go on.
type conversation struct {
	key  string
	book *book

	mu    sync.Mutex
	last  int64  // our highest number
	heard int64  // the page's highest number
	sent  []sent // kept and not acknowledged yet, ascending

	asked claim // the request being carried out; owned by the socket's reader
}

// sent is where one of our messages is kept until it has been heard.
type sent struct {
	number int64
	field  string
}

// numbered are the messages that would be lost with a socket: all others are whole state, or are asked for again.
var numbered = map[string]bool{protocol.TypeOK: true, protocol.TypeError: true, protocol.TypeEnded: true}

// passing are refusals that are no answer to keep: the same request may be tried again under its id.
var passing = map[protocol.ErrorCode]bool{protocol.ErrUnavailable: true, protocol.ErrInternal: true, protocol.ErrTooFast: true}

// repeatable are the requests that mean one socket or one moment, and are made anew by whoever comes back.
var repeatable = map[string]bool{
	protocol.TypeHello: true, protocol.TypeEnter: true, protocol.TypeOffer: true, protocol.TypeCandidate: true,
	protocol.TypePrepare: true, protocol.TypePing: true, protocol.TypeAnnounceKeys: true,
}

// converse takes up the conversation a hello names and returns what the page has missed, to be said right after welcome.
// When Redis does not answer soon the page is told that nothing is remembered, and goes by the state.
func (b *Broker) converse(ctx context.Context, s *socket, hello protocol.Hello, heard int64) (missed []outgoing) {
	if hello.Conversation == "" {
		return nil
	}
	c := &conversation{key: b.store.keys.conversation(s.who.participant, hello.Conversation), book: b.book, last: heard}
	s.conversation = c
	if heard == 0 && hello.Reason != protocol.AwayNetwork && hello.Reason != protocol.AwayServer {
		b.meters.conversing("begun")
		return nil
	}
	b.meters.conversing("resumed")
	kept, err := b.book.read(ctx, c.key)
	if err != nil {
		s.log.Warn("conversation not read", "error", err)
		return nil
	}
	for _, k := range kept {
		if k.number <= heard {
			continue
		}
		c.sent = append(c.sent, k.sent)
		c.last = max(c.last, k.number)
		missed = append(missed, outgoing{data: protocol.Number(k.message, protocol.Numbers{Seq: k.number})})
	}
	return missed
}

// kept is one message as Redis has it.
type kept struct {
	sent
	message []byte
}

// parseKept reads "<number> <message>"; a claim, and an answer that was never said, are none.
func parseKept(field, value string) (kept, bool) {
	number, message, _ := strings.Cut(value, " ")
	n, err := strconv.ParseInt(number, 10, 64)
	return kept{sent{n, field}, []byte(message)}, err == nil && n > 0
}

// say numbers a message, keeps it, and queues it by put; numbers and queue have the same order. The answer to a request
// that whoever comes back makes anew needs neither.
func (c *conversation) say(re string, code protocol.ErrorCode, data []byte, put func([]byte) bool) bool {
	if re != "" && c.asked.field != requestField(re) {
		return put(data)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	field, expected := "e"+strconv.FormatInt(c.last, 10), ""
	if re != "" {
		field, expected = c.asked.field, c.asked.token
	}
	switch {
	case passing[code]:
		c.book.keep(c.key, field, expected, "")
	case len(c.sent) < keptMost:
		c.sent = append(c.sent, sent{c.last, field})
		c.book.keep(c.key, field, expected, strconv.FormatInt(c.last, 10)+" "+string(data))
	}
	return put(protocol.Number(data, protocol.Numbers{Seq: c.last, Ack: c.heard}))
}

// hear takes in the numbers of a message: what the page acknowledges is kept no longer.
func (c *conversation) hear(n protocol.Numbers) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = max(c.heard, n.Seq)
	over := slices.IndexFunc(c.sent, func(s sent) bool { return s.number > n.Ack })
	if over == -1 {
		over = len(c.sent)
	}
	if over == 0 {
		return
	}
	fields := make([]string, over)
	for i, s := range c.sent[:over] {
		fields[i] = s.field
	}
	c.book.drop(c.key, fields...)
	if c.sent = slices.Delete(c.sent, 0, over); len(c.sent) == 0 {
		c.sent = nil // an idle booth holds nothing
	}
}

// claim is a request taken upon this node; the zero value is none.
type claim struct{ key, field, token, answer string }

func requestField(id string) string { return "r" + id }

type claimKey struct{}

// claimOf is the claim under which ctx's work is done: it is to be stored only while the claim is still ours.
func claimOf(ctx context.Context) claim {
	c, _ := ctx.Value(claimKey{}).(claim)
	return c
}

// once says whether a request is to be carried out here and now. If it was before, on any node, it is answered with the
// result of the first; if another node is at it, that is waited for, and if that node is lost the page is told so. The
// context returned carries the claim.
func (b *Broker) once(ctx context.Context, s *socket, m protocol.Message) (context.Context, bool) {
	c := s.conversation
	if c == nil {
		return ctx, true
	}
	c.hear(m.Numbers)
	if m.ID == "" || repeatable[m.Type] {
		return ctx, true
	}
	answer, err := protocol.Encode(protocol.OK{Re: m.ID})
	if err != nil {
		return ctx, true
	}
	mine := claim{key: c.key, field: requestField(m.ID), answer: "0 " + string(answer)}
	waited := false
	for {
		mine.token = fmt.Sprintf("?%s %s %d", b.node, s.id, b.clock.Now().UnixMilli())
		verdict := b.book.claim(ctx, mine, b.clock.Now())
		switch verdict {
		case "":
			c.asked = mine
			return context.WithValue(ctx, claimKey{}, mine), true
		case "?":
			if !waited {
				waited = true
				b.meters.asked("waited")
			}
			select {
			case <-time.After(askAgainEvery):
				continue
			case <-ctx.Done():
				s.refuseRequest(m.ID, m.Type, ctx.Err())
				return ctx, false
			}
		case "!":
			b.meters.asked("interrupted")
			c.asked = claim{field: mine.field, token: "!"}
			s.refuseRequest(m.ID, m.Type, &refusal{protocol.ErrInterrupted, "the node that carried it out was lost"})
		case "full":
			b.meters.asked("refused")
			s.refuseRequest(m.ID, m.Type, &refusal{protocol.ErrTooFast, "acknowledge what was answered"})
		default:
			b.meters.asked("answered")
			c.asked = claim{field: mine.field, token: verdict}
			_, said, _ := strings.Cut(verdict, " ")
			s.repeat([]byte(said), m.ID)
		}
		c.asked = claim{}
		return ctx, false
	}
}

// acknowledged takes in the numbers of a message that asks for nothing.
func (s *socket) acknowledged(n protocol.Numbers) {
	if s.conversation != nil {
		s.conversation.hear(n)
	}
}

// answered ends the request being carried out.
func (s *socket) answered() {
	if s.conversation != nil {
		s.conversation.asked = claim{}
	}
}

// catchUp says again, under their old numbers, what a page has missed.
func (s *socket) catchUp(missed []outgoing) {
	s.meters.saidAgain(len(missed))
	for _, m := range missed {
		if !s.out.put(messageType(m.data), m.data) {
			s.cut(protocol.CloseSlow, "not read fast enough")
		}
	}
}
