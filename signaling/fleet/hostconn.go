package fleet

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"madoguchi/sfu"
)

// Limits of one broker's connection.
const (
	helloWithin   = 3 * time.Second
	brokersAtMost = 64               // connections at once
	requestsAtOne = 64               // requests of one broker in hand; then its next has to wait
	newsQueue     = 8192             // frames that wait for a broker; one more and it is disconnected
	framesPerSec  = 4000             // of one broker in the long run; what is faster waits
	framesAtOnce  = 8000             //
	brokerSilent  = 15 * time.Second // after which a broker's connection is given up
	writeWithin   = 5 * time.Second
	brokerKept    = 4096 // tickets that wait for a broker that is away
)

// accept serves connections until the listener is closed, and waits for all of them.
func (h *Host) accept(ctx context.Context) error {
	var open sync.WaitGroup
	defer open.Wait()
	places := make(chan struct{}, brokersAtMost)
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return ctx.Err()
			}
			h.log.Warn("internal connection", "error", err)
			continue
		}
		select {
		case places <- struct{}{}:
		default:
			_ = conn.Close() // it comes back
			continue
		}
		open.Go(func() {
			defer func() { <-places }()
			h.serve(ctx, conn)
		})
	}
}

// hostConn is a broker's connection.
type hostConn struct {
	host   *Host
	conn   net.Conn
	run    string // of the broker
	out    chan frame
	full   sync.Once
	cancel context.CancelFunc
}

// tell queues a frame; a broker that does not keep up is disconnected and told everything when it is back.
func (c *hostConn) tell(f frame) {
	select {
	case c.out <- f:
	default:
		c.full.Do(func() {
			c.host.log.Warn("a broker does not keep up", "broker", c.run)
			c.cancel()
		})
	}
}

// serve runs one connection to its end.
func (h *Host) serve(ctx context.Context, conn net.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer conn.Close()
	c := &hostConn{host: h, conn: conn, out: make(chan frame, newsQueue), cancel: cancel}
	_ = conn.SetDeadline(time.Now().Add(helloWithin))
	if secure, ok := conn.(*tls.Conn); ok {
		if err := secure.HandshakeContext(ctx); err != nil {
			h.log.Warn("internal connection refused", "from", conn.RemoteAddr().String(), "error", err)
			return
		}
	}
	in := bufio.NewReaderSize(conn, 16<<10)
	hello, err := readFrame(in)
	if err != nil || hello.Do != doHello || hello.Version != spoken || hello.Run == "" || len(hello.Run) > 64 {
		h.log.Warn("internal connection without hello", "from", conn.RemoteAddr().String(), "error", err)
		return
	}
	c.run = hello.Run
	c.tell(frame{Re: hello.ID, Run: h.id, Version: spoken})
	h.welcome(c)
	defer h.farewell(c)
	h.log.Info("broker connected", "broker", c.run)
	var parts sync.WaitGroup
	parts.Go(func() { c.write(ctx) })
	c.read(ctx, in)
	cancel()
	parts.Wait()
	h.log.Info("broker disconnected", "broker", c.run)
}

// welcome tells everything as it is, and from then on every change.
func (h *Host) welcome(c *hostConn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c.tell(frame{News: newsBegin})
	for room, s := range h.seen {
		for participant, v := range s.people {
			told := *v
			c.tell(frame{News: newsPeer, Room: room, Epoch: s.epoch, Participant: participant, Peer: &told})
		}
	}
	c.tell(frame{News: newsEnd})
	b := h.ends[c.run]
	if b == nil {
		b = &broker{}
		h.ends[c.run] = b
	}
	for _, ticket := range b.ended {
		c.tell(frame{News: newsGone, Ticket: ticket})
	}
	b.conn, b.ended = c, nil
	if h.draining.Load() {
		c.tell(frame{News: newsDraining})
	}
	h.conns[c] = struct{}{}
}

func (h *Host) farewell(c *hostConn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	if b := h.ends[c.run]; b != nil && b.conn == c {
		b.conn = nil
		if len(h.ends) > brokersAtMost {
			delete(h.ends, c.run)
		}
	}
}

func (h *Host) tellAll(f frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		c.tell(f)
	}
}

// over tells the broker that made a connection that it has ended, now or when it is back.
func (h *Host) over(run, ticket string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.ends[run]
	switch {
	case b == nil:
	case b.conn != nil:
		b.conn.tell(frame{News: newsGone, Ticket: ticket})
	case len(b.ended) < brokerKept:
		b.ended = append(b.ended, ticket)
	}
}

func (c *hostConn) write(ctx context.Context) {
	out := bufio.NewWriterSize(c.conn, 16<<10)
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-c.out:
			_ = c.conn.SetWriteDeadline(time.Now().Add(writeWithin))
			err := writeFrame(out, f)
			if err == nil && len(c.out) == 0 {
				err = out.Flush()
			}
			if err != nil {
				c.cancel()
				return
			}
		}
	}
}

// read carries out requests until the connection ends, and waits for those in hand.
func (c *hostConn) read(ctx context.Context, in *bufio.Reader) {
	var inHand sync.WaitGroup
	defer inHand.Wait()
	places := make(chan struct{}, requestsAtOne)
	pace := rate.NewLimiter(framesPerSec, framesAtOnce)
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(brokerSilent))
		f, err := readFrame(in)
		if err != nil || pace.Wait(ctx) != nil {
			return
		}
		if f.Do == doPing {
			c.tell(frame{Re: f.ID})
			continue
		}
		places <- struct{}{}
		inHand.Go(func() {
			defer func() { <-places }()
			answer := c.host.carryOut(ctx, c.run, f)
			answer.Re = f.ID
			c.tell(answer)
		})
	}
}

// requestWithin is how long a request may take here at most, whatever the broker says.
const requestWithin = 10 * time.Second

// carryOut does what a broker asks.
func (h *Host) carryOut(ctx context.Context, run string, f frame) frame {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	r, err := h.enter(ctx, f.Room, f.Epoch, f.Do == doOffer)
	if err != nil || r == nil {
		return frame{Fault: faultOf(err)}
	}
	var sdp string
	switch f.Do {
	case doOffer:
		sdp, err = h.offer(ctx, run, f)
		if err == nil && !h.still(f.Room, r) { // it has been let go of meanwhile: nobody is to stay behind in it
			err = errors.Join(errStale, h.node.CloseRoom(ctx, f.Room))
		}
	case doCandidate:
		err = h.node.CandidateOf(f.Room, f.Participant, f.Kind, f.Candidate, f.Mid)
	case doAdmit:
		err = h.admit(ctx, r, f)
	case doPrepare:
		err = h.node.Prepare(ctx, f.Room, f.People, time.Duration(f.Within)*time.Millisecond)
	case doMute:
		err = h.node.Mute(ctx, f.Room, f.Participant, f.Audio, f.Video)
	case doLeave:
		err = h.node.Leave(ctx, f.Room, f.Participant)
	case doLeaveKind:
		err = h.node.LeaveKind(f.Room, f.Participant, f.Kind)
	case doClose:
		h.letGo(ctx, f.Room, r, "closed")
	default:
		err = errors.New("unknown request: " + f.Do)
	}
	return frame{SDP: sdp, Fault: faultOf(err)}
}

func (h *Host) offer(ctx context.Context, run string, f frame) (string, error) {
	j := f.Join
	if j == nil {
		return "", sfu.ErrOffer
	}
	join := sfu.Join{
		Room: f.Room, Participant: f.Participant, Kind: f.Kind, Name: j.Name, Publish: j.Publish, Subscribe: j.Subscribe,
		Bench: j.Bench, From: j.From, Purposes: j.Purposes, Uses: j.Uses, SDP: j.SDP,
	}
	if f.Ticket != "" {
		join.Ended = func() { h.over(run, f.Ticket) }
	}
	return h.node.Offer(ctx, join)
}

// admit sets the gate unless a newer word on it has been heard. Words on one gate are carried out one at a time, so that
// an older one that was faster to get here is not the last.
func (h *Host) admit(ctx context.Context, r *held, f frame) error {
	r.admits.Lock()
	defer r.admits.Unlock()
	if f.Gate < r.gate {
		return nil
	}
	if err := h.node.Admit(ctx, f.Room, f.Groups...); err != nil {
		return err
	}
	r.gate = f.Gate
	return nil
}
