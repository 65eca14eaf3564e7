package fleet

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Of a broker's connection to one node.
const (
	dialWithin   = 2 * time.Second
	dialAgain    = 250 * time.Millisecond // after a connection was lost or refused
	pingEvery    = 200 * time.Millisecond
	silentAfter  = 2500 * time.Millisecond // then a connection is given up; a node is judged long before
	askWithin    = 5 * time.Second         // one request, also when its caller would wait longer
	requestQueue = 256                     // requests that wait to be sent; one more fails
)

// link is a broker's connection to one node, made anew for as long as the node is in the registry.
type link struct {
	fleet   *Fleet
	node    string
	address string
	end     context.CancelFunc
	done    chan struct{}

	heard   atomic.Uint64 // frames that have come from it
	refused atomic.Bool   // nobody listens there: the machine says so itself

	mu   sync.Mutex
	conn *linkConn     // nil while there is none
	up   chan struct{} // closed while there is one
}

// linkConn is one connection.
type linkConn struct {
	conn    net.Conn
	out     chan frame
	over    chan struct{}
	next    atomic.Uint64
	mu      sync.Mutex
	pending map[uint64]chan frame
}

var errNoConnection = errors.New("there is no connection")

// connect starts a link. Its owner calls end and waits for done.
func (f *Fleet) connect(ctx context.Context, r Record) *link {
	ctx, cancel := context.WithCancel(ctx)
	l := &link{fleet: f, node: r.Node, address: r.Address, end: cancel, done: make(chan struct{}), up: make(chan struct{})}
	go func() { // ends with cancel
		defer close(l.done)
		l.run(ctx)
	}()
	return l
}

func (l *link) run(ctx context.Context) {
	said := ""
	for {
		err := l.session(ctx)
		l.refused.Store(errors.Is(err, syscall.ECONNREFUSED))
		if ctx.Err() != nil {
			return
		}
		if text := fmt.Sprint(err); text != said { // a node that is away says the same four times a second
			said = text
			l.fleet.log.Warn("no connection to media node", "node", l.node, "error", err)
		}
		pause := time.NewTimer(dialAgain)
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// session makes one connection and reads it to its end.
func (l *link) session(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	dialer := tls.Dialer{Config: l.fleet.cfg.TLS}
	conn, err := dialer.DialContext(dialing, "tcp", l.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	in := bufio.NewReaderSize(conn, 16<<10)
	_ = conn.SetDeadline(time.Now().Add(dialWithin))
	if err := writeFrame(conn, frame{ID: 1, Do: doHello, Version: spoken, Run: l.fleet.id}); err != nil {
		return err
	}
	hello, err := readFrame(in)
	switch {
	case err != nil:
		return err
	case hello.Version != spoken:
		return fmt.Errorf("it speaks version %d, we speak %d", hello.Version, spoken)
	case hello.Run != l.node:
		return fmt.Errorf("another node answers at %s", l.address)
	}
	c := &linkConn{conn: conn, out: make(chan frame, requestQueue), over: make(chan struct{}), pending: map[uint64]chan frame{}}
	c.next.Store(1)
	_ = conn.SetDeadline(time.Time{})
	var writer sync.WaitGroup
	writer.Go(func() { c.write() })
	err = l.read(c, in)
	close(c.over)
	_ = conn.Close()
	writer.Wait()
	l.lost(c)
	return err
}

// read takes what the node says; requests are let through once everything as it is has been told.
func (l *link) read(c *linkConn, in *bufio.Reader) error {
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(silentAfter))
		f, err := readFrame(in)
		if err != nil {
			return err
		}
		l.heard.Add(1)
		switch {
		case f.News == newsBegin:
			l.fleet.begin(l.node)
		case f.News == newsEnd:
			l.fleet.settle(l.node)
			l.mu.Lock()
			if l.conn == nil {
				l.conn = c
				close(l.up)
			}
			l.mu.Unlock()
			l.fleet.log.Info("connected to media node", "node", l.node, "at", l.address)
		case f.News == newsPeer && f.Peer != nil:
			l.fleet.peer(l.node, f)
		case f.News == newsGone:
			l.fleet.over(f.Ticket)
		case f.News == newsDraining:
			l.fleet.drains(l.node)
		case f.Re != 0:
			c.settle(f)
		}
	}
}

func (l *link) lost(c *linkConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == c {
		l.conn, l.up = nil, make(chan struct{})
	}
}

// down says whether there is no connection that requests could go over.
func (l *link) down() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn == nil
}

func (c *linkConn) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	out := bufio.NewWriterSize(c.conn, 16<<10)
	for {
		var f frame
		select {
		case <-c.over:
			return
		case <-ping.C:
			f = frame{ID: c.next.Add(1), Do: doPing}
		case f = <-c.out:
		}
		_ = c.conn.SetWriteDeadline(time.Now().Add(silentAfter))
		err := writeFrame(out, f)
		if err == nil && len(c.out) == 0 {
			err = out.Flush()
		}
		if err != nil {
			_ = c.conn.Close() // the reader ends it
			return
		}
	}
}

func (c *linkConn) settle(f frame) {
	c.mu.Lock()
	waiting := c.pending[f.Re]
	delete(c.pending, f.Re)
	c.mu.Unlock()
	if waiting != nil {
		waiting <- f // has room for it
	}
}

// ask sends a request and waits for the answer. A connection that is being made is waited for.
func (l *link) ask(ctx context.Context, f frame) (frame, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	c, err := l.ready(ctx)
	if err != nil {
		return frame{}, unreachable{l.node, err}
	}
	f.ID = c.next.Add(1)
	answer := make(chan frame, 1)
	c.mu.Lock()
	c.pending[f.ID] = answer
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.pending, f.ID)
		c.mu.Unlock()
	}()
	select {
	case c.out <- f:
	default:
		return frame{}, unreachable{l.node, errors.New("too many requests wait for it")}
	}
	select {
	case got := <-answer:
		return got, got.Fault.err()
	case <-c.over:
		return frame{}, unreachable{l.node, errNoConnection}
	case <-ctx.Done():
		return frame{}, unreachable{l.node, ctx.Err()}
	}
}

func (l *link) ready(ctx context.Context) (*linkConn, error) {
	for {
		l.mu.Lock()
		c, up := l.conn, l.up
		l.mu.Unlock()
		if c != nil {
			return c, nil
		}
		select {
		case <-up:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-l.done:
			return nil, errNoConnection
		}
	}
}
