package signaling

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// remoteWithin is how long a booth may take to say that it has done what it was asked for.
const remoteWithin = 5 * time.Second

// command is what a booth is asked for, on its way to the node that has its socket; Done is its way back.
type command struct {
	protocol.Remote
	Booth string `json:"booth"`
	Node  string `json:"node"` // that asks
	Done  bool   `json:"done,omitempty"`
}

// commands are those whose answers somebody here waits for.
type commands struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func (c *commands) await(id string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting == nil {
		c.waiting = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	c.waiting[id] = done
	return done
}

// finish lets go of a command: it is done, or nobody waits any more.
func (c *commands) finish(id string, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if waiting := c.waiting[id]; waiting != nil && done {
		close(waiting)
	}
	delete(c.waiting, id)
}

type remoteInput struct {
	Booth string `path:"booth" maxLength:"64"`
	Body  struct {
		What protocol.RemoteWhat `json:"what" enum:"reload,volume"`
	}
}

type remoteOutput struct {
	Body struct {
		Command string `json:"command"`
	}
}

// remote has a booth do something and waits until it says so. It works over the sockets of this node while Redis is down.
func (b *Broker) remote(ctx context.Context, in *remoteInput) (*remoteOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	place, ok := b.cfg.Places.Seat(session.BoothSeat(in.Booth))
	switch {
	case !ok || seat.Role == roleStaff && place.Office != seat.Office:
		return nil, problem(http.StatusNotFound, "unknown-booth", "Unknown booth", "there is no such booth here")
	case seat.Role != roleAdmin && seat.Role != roleStaff && !b.consults(seat.Desk, in.Booth):
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "only administrators, the booth's counter, and the desk that talks with the booth may")
	}
	c := command{Remote: protocol.Remote{Command: newID("r_"), What: in.Body.What}, Booth: in.Booth, Node: b.node}
	b.log.Info("booth asked", "seat", seat.ID, "booth", in.Booth, "what", c.What, "command", c.Command)
	done := b.commands.await(c.Command)
	defer b.commands.finish(c.Command, false)
	b.noteRemote(c, seat.ID, "asked")
	if !b.hub.command(c) {
		if err := b.tellNodes(ctx, change{Command: &c}); err != nil {
			return nil, b.failed("remote", err)
		}
	}
	late := time.NewTimer(remoteWithin)
	defer late.Stop()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		return nil, problem(http.StatusGatewayTimeout, "no-answer", "No answer", "the booth has not answered: it may be off, or without a line")
	}
	b.noteRemote(c, session.BoothSeat(in.Booth), "done")
	out := &remoteOutput{}
	out.Body.Command = c.Command
	return out, nil
}

// consults says whether a desk leads the consultation a booth is in: it may have the booth do what the resident cannot.
func (b *Broker) consults(desk, booth string) bool {
	return desk != "" && slices.ContainsFunc(b.hub.open(), func(d session.Doc) bool {
		return d.State == protocol.StateConsultation && d.Booth == booth && d.Current().Desk == desk
	})
}

func (b *Broker) noteRemote(c command, by, step string) {
	for _, d := range b.hub.open() {
		if d.Booth == c.Booth {
			b.timelines.note(d.ID, b.now(), MomentRemote, by, "what", string(c.What), "step", step)
		}
	}
}

// command passes a command on to the booth's socket, if it is here.
func (h *hub) command(c command) (here bool) {
	h.do(func() {
		if there := h.seats[session.BoothSeat(c.Booth)]; there != nil {
			here = true
			there.socket.send(c.Remote)
		}
	})
	return here
}

// remoteDone takes a booth's answer in, for whoever waits, here or at another node.
func (b *Broker) remoteDone(ctx context.Context, s *socket, m protocol.RemoteDone) error {
	if s.who.side != session.SideBooth {
		return &refusal{protocol.ErrForbidden, "only a booth is asked"}
	}
	s.log.Info("booth has done it", "command", m.Command)
	b.commands.finish(m.Command, true)
	c := command{Remote: protocol.Remote{Command: m.Command}, Booth: s.who.seat.Booth, Node: b.node, Done: true}
	if err := b.tellNodes(ctx, change{Command: &c}); err != nil {
		s.log.Warn("other nodes not told", "command", m.Command, "error", err)
	}
	return nil
}

// hearCommand takes in what another node says of a command.
func (b *Broker) hearCommand(c command) {
	switch {
	case c.Node == b.node:
	case c.Done:
		b.commands.finish(c.Command, true)
	default:
		b.hub.command(c)
	}
}

// tellNodes publishes a change that is stored nowhere.
func (b *Broker) tellNodes(ctx context.Context, c change) error {
	message, err := json.Marshal(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, presenceWithin)
	defer cancel()
	return b.cfg.Redis.Publish(ctx, keyspace{b.cfg.Area}.changes(), message).Err()
}
