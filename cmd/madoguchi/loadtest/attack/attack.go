package attack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Target is what is attacked, and what an attacker may have got hold of.
type Target struct {
	Server  string         `json:"server"`  // https://host:port
	Roots   string         `json:"roots"`   // file with the server's certificate
	Media   netip.AddrPort `json:"media"`   // UDP and TCP
	Session string         `json:"session"` // of the consultation
	Office  string         `json:"office"`  // where residents ask for their appointments

	Seat    string `json:"seat"`    // a valid token of a booth that has nothing to do with it
	Guess   string `json:"guess"`   // a seat whose code is guessed
	Room    string `json:"room"`    // a valid token of equipment for the session
	Nowhere string `json:"nowhere"` // a valid token for a session that there is not
	Expired string `json:"expired"` // one that has run out

	People []Person `json:"people"`
}

// Person is somebody in the consultation, as seen by whoever reads along on the way.
type Person struct {
	Addr    netip.AddrPort `json:"addr"`
	Packets [][]byte       `json:"packets"` // recorded, in their order: checks, handshakes, SRTP and SRTCP
}

// Tally counts what was done and what was answered.
type Tally map[string]uint64

// Kind is one sort of attack.
type Kind struct {
	Name  string
	About string
	run   func(*attacker)
}

// Kinds are all attacks, in the order in which they are made.
var Kinds = slices.Concat(httpKinds, socketKinds, whipKinds, mediaKinds, guessKinds)

// Names lists them.
func Names() (names []string) {
	for _, k := range Kinds {
		names = append(names, k.Name)
	}
	return names
}

// Select picks kinds by name; none picks all. A name stands also for all that begin with it and a hyphen.
func Select(names []string) (picked []Kind, err error) {
	if len(names) == 0 {
		return Kinds, nil
	}
	for _, k := range Kinds {
		if slices.ContainsFunc(names, func(n string) bool { return k.Name == n || strings.HasPrefix(k.Name, n+"-") }) {
			picked = append(picked, k)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(picked, func(k Kind) bool { return k.Name == n || strings.HasPrefix(k.Name, n+"-") }) {
			return nil, fmt.Errorf("only: %q is no attack; there are %s", n, strings.Join(Names(), ", "))
		}
	}
	return picked, nil
}

// garbageSeldom lets the attacker's own collector take little of the processor that it shares with those it attacks.
const garbageSeldom = 400

// Run attacks until ctx ends.
func (k Kind) Run(ctx context.Context, target Target) (Tally, error) {
	debug.SetGCPercent(garbageSeldom)
	pem, err := os.ReadFile(target.Roots)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate in it", target.Roots)
	}
	a := &attacker{
		Target: target, ctx: ctx, tally: Tally{}, host: strings.TrimPrefix(target.Server, "https://"),
		trust: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13, ClientSessionCache: tls.NewLRUClientSessionCache(64)},
	}
	k.run(a)
	return a.tally, nil
}

// attacker is an attack going on.
type attacker struct {
	Target
	ctx   context.Context
	host  string // host:port of the server
	trust *tls.Config

	mu    sync.Mutex
	tally Tally
}

// count adds to the tally.
func (a *attacker) count(what string, n uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tally[what] += n
}

// failed counts an error by what it comes to.
func (a *attacker) failed(err error) {
	var network net.Error
	switch {
	case a.ctx.Err() != nil:
	case errors.As(err, &network) && network.Timeout():
		a.count("timed out", 1)
	default:
		a.count("refused or closed", 1)
	}
}

// crew has n of them do something again and again until the attack ends. Each is told which one it is. Whoever fails rests a
// moment, as any tool does that hits a closed door.
func (a *attacker) crew(n int, do func(i int) error) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { // ends with the attack
			for a.ctx.Err() == nil {
				if err := do(i); err != nil {
					a.failed(err)
					a.rest(10 * time.Millisecond)
				}
			}
		})
	}
	all.Wait()
}

// rest waits, or until the attack ends; false then.
func (a *attacker) rest(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-a.ctx.Done():
		return false
	}
}

// addresses are how many an attack comes from, unless it says otherwise.
const addresses = 16

// from is the nth address of the attackers.
func from(n int) net.IP { return net.IPv4(127, 66, byte(n/250), byte(1+n%250)) }

// patience is how long one try may take.
const patience = 10 * time.Second

// tcp connects from the nth address.
func (a *attacker) tcp(n int, to string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from(n)}, Timeout: patience}
	return d.DialContext(a.ctx, "tcp", to)
}

// tls connects to the server from the nth address, with a protocol of choice.
func (a *attacker) tls(n int, protocol string) (*tls.Conn, error) {
	raw, err := a.tcp(n, a.host)
	if err != nil {
		return nil, err
	}
	trust := a.trust.Clone()
	trust.ServerName, trust.NextProtos = "127.0.0.1", []string{protocol}
	conn := tls.Client(raw, trust)
	ctx, cancel := context.WithTimeout(a.ctx, patience)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return conn, nil
}

// hold opens many connections from some addresses, and has each of them do something every second until it ends.
func (a *attacker) hold(many, from int, open func(n int) (net.Conn, error), everySecond func(net.Conn) error) {
	turns := make(chan struct{}, 64) // opening at a time
	a.crew(many, func(i int) error {
		select {
		case turns <- struct{}{}:
		case <-a.ctx.Done():
			return nil
		}
		conn, err := open(i % from)
		<-turns
		if err != nil {
			a.rest(time.Second)
			return err
		}
		defer conn.Close()
		a.count("opened", 1)
		for a.rest(time.Second) {
			if err := everySecond(conn); err != nil {
				return err
			}
		}
		a.count("held to the end", 1)
		return nil
	})
}
