package sfu

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"
)

// What can go wrong. Errors returned by a Node wrap one of these and say for which room, participant and why.
var (
	// ErrClosed: the node has been closed, or the room was closed meanwhile.
	ErrClosed = errors.New("closed")
	// ErrNoPeer: nobody of that name is connected to the room.
	ErrNoPeer = errors.New("no such peer")
	// ErrFull: a limit of the node or the room is reached; trying again later may work.
	ErrFull = errors.New("limit reached")
	// ErrOffer: the offer cannot be understood or breaks a rule; the message says what would be right.
	ErrOffer = errors.New("offer refused")
	// ErrNoCodec: the offer is sound but names nothing this node forwards.
	ErrNoCodec = errors.New("no codec in common")
	// ErrNotAllowed: the join's grants do not cover what the offer wants to do.
	ErrNotAllowed = errors.New("not granted")
)

// Config says where a node listens and how much it takes. The zero value of every field has a default.
type Config struct {
	// ListenUDP is host:port for media. An empty or unspecified host stands for every address of the machine.
	// Default "127.0.0.1:0".
	ListenUDP string
	// ListenTCP is host:port for media over TCP. Empty: the address and port of ListenUDP. "off" disables TCP.
	ListenTCP string
	// PublicIPs replace the local addresses in candidates, for a node behind one-to-one NAT. At most one of IPv4 and
	// one of IPv6, each for a single address of ListenUDP.
	PublicIPs []string
	// Log receives one line per change of state, with ids only. Default: slog.Default().
	Log *slog.Logger
	// Observer hears what happens to peers; may be nil.
	Observer Observer
	// Grace is how long a peer whose line is down is kept, so that an ICE restart finds it again; also how long a new
	// peer may take to connect. Default 30 s.
	Grace time.Duration
	// Limits bounds everything a peer can make the node hold or do.
	Limits Limits
}

// Limits bounds what peers can make a node hold or do. Zero fields take the defaults.
type Limits struct {
	Rooms         int     // rooms at once; default 5,000
	PeersPerRoom  int     // connections in one room; default 16
	TracksPerPeer int     // m-lines of sound and pictures in one offer; default 16
	SDPBytes      int     // size of an offer; default 64 KiB
	Candidates    int     // trickled candidates of one peer; default 64
	PacketBytes   int     // largest RTP packet forwarded; default 1,460
	VideoRing     int     // packets of a video track kept for resending and replay, a power of two; default 256
	AudioRing     int     // likewise for sound; default 128
	PacketsPerSec float64 // a peer's incoming packets each second before the rest is dropped; default 3,000
	BytesPerSec   float64 // likewise in bytes; default 1,500,000 (12 Mbit/s)
	Streams       int     // distinct SSRCs one peer may name before it is disconnected; default 160

	// Of the reliable data channel. Three seconds' worth of messages and bytes may come at once.
	MessageBytes       int     // one message; default 16 KiB
	MessagesPerSec     float64 // a peer's messages each second; default 20
	MessageBytesPerSec float64 // and their bytes; default 64 KiB
	MessageQueue       int     // bytes a receiver has not acknowledged before further ones are dropped for it; default 512 KiB

	// Likewise of the unreliable one, of which a second's worth may come at once.
	LatestBytes       int     // default 1,150: one packet
	LatestPerSec      float64 // default 120
	LatestBytesPerSec float64 // default 48 KiB
	LatestQueue       int     // default 8 KiB: what waits longer than a round trip is old

	// Of feedback. Beyond it a peer's requests are ignored.
	ControlPerSec     float64 // a peer's compound RTCP packets each second; default 500
	ResendBytesPerSec float64 // bytes sent again to one peer each second; default 250,000
	KeyframesPerSec   float64 // key frames one peer may ask for in the long run, six at once; default 0.5
}

// Times of the feedback the node sends by itself.
const (
	reportInterval   = time.Second            // sender and receiver reports
	feedbackInterval = 100 * time.Millisecond // transport-wide congestion feedback
	feedbackBehind   = 250 * time.Millisecond // the same while packets come faster than they can be carried
	keyframeInterval = 400 * time.Millisecond // shortest time between two keyframe requests to one publisher
)

func (l Limits) withDefaults() Limits {
	setInt := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	setFloat := func(p *float64, v float64) {
		if *p <= 0 {
			*p = v
		}
	}
	setInt(&l.Rooms, 5000)
	setInt(&l.PeersPerRoom, 16)
	setInt(&l.TracksPerPeer, 16)
	setInt(&l.SDPBytes, 64<<10)
	setInt(&l.Candidates, 64)
	setInt(&l.PacketBytes, 1460)
	setInt(&l.VideoRing, 256)
	setInt(&l.AudioRing, 128)
	setFloat(&l.PacketsPerSec, 3000)
	setFloat(&l.BytesPerSec, 1_500_000)
	setInt(&l.Streams, 160)
	setInt(&l.MessageBytes, 16<<10)
	setFloat(&l.MessagesPerSec, 20)
	setFloat(&l.MessageBytesPerSec, 64<<10)
	setInt(&l.LatestBytes, 1150)
	setFloat(&l.LatestPerSec, 120)
	setFloat(&l.LatestBytesPerSec, 48<<10)
	setInt(&l.LatestQueue, 8<<10)
	setFloat(&l.ControlPerSec, 500)
	setFloat(&l.ResendBytesPerSec, 250_000)
	setFloat(&l.KeyframesPerSec, 0.5)
	setInt(&l.MessageQueue, 512<<10)
	return l
}

func (c Config) withDefaults() Config {
	if c.ListenUDP == "" {
		c.ListenUDP = "127.0.0.1:0"
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Grace <= 0 {
		c.Grace = 30 * time.Second
	}
	c.Limits = c.Limits.withDefaults()
	return c
}

// validate reports the first field that cannot be used, by its name.
func (c Config) validate() error {
	for name, n := range map[string]int{"Limits.VideoRing": c.Limits.VideoRing, "Limits.AudioRing": c.Limits.AudioRing} {
		if n&(n-1) != 0 || n > 1<<14 {
			return fmt.Errorf("%s: %d is not a power of two up to 16384", name, n)
		}
	}
	var v4, v6 int
	for _, s := range c.PublicIPs {
		ip, err := netip.ParseAddr(s)
		if err != nil {
			return fmt.Errorf("PublicIPs: %q is not an IP address", s)
		}
		if ip.Is4() {
			v4++
		} else {
			v6++
		}
	}
	if v4 > 1 || v6 > 1 {
		return errors.New("PublicIPs: more than one address of a family")
	}
	return nil
}
