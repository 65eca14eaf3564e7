package wire

// Ledger says what connections own at one moment. Without a connection every figure is zero.
type Ledger struct {
	Connections int // that are not closed
	Credentials int // by which checks find them
	Paths       int // ways to peers, by UDP
	TCP         int // TCP connections, each a descriptor and two goroutines
	Goroutines  int // of connections: handshakes and data channels
}

// Ledger returns what connections own now.
func (e *Endpoint) Ledger() Ledger {
	l := Ledger{Goroutines: int(e.workers.Load())}
	for _, g := range e.udp {
		g.mu.RLock()
		l.Paths += len(g.paths)
		g.mu.RUnlock()
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	l.Connections, l.Credentials, l.TCP = len(e.conns), len(e.users), len(e.links)
	return l
}

// spawn runs f in a goroutine of the connection's, which Close waits for.
func (c *Conn) spawn(f func()) {
	c.ep.workers.Add(1)
	c.work.Go(func() {
		defer c.ep.workers.Add(-1)
		f()
	})
}
