package wire

import (
	"errors"
	"io"

	"github.com/pion/datachannel"
	"github.com/pion/dtls/v3"
	"github.com/pion/sctp"
)

const (
	sctpReceive = 256 << 10 // bytes of data channels waiting to be read
	sctpMTU     = 1200
	// MaxMessage is the largest message on a data channel that is read; a larger one ends the channel.
	MaxMessage  = 64 << 10
	firstRead   = 4 << 10 // what is set aside for reading at first
	maxAccepted = 64      // streams of one association ever, data channels or not
)

// Channel is a data channel the peer has opened. What is sent on it is as reliable and ordered as the peer asked for.
type Channel struct {
	dc  *datachannel.DataChannel
	on  func(b []byte, text bool)
	end func()
}

// Label is the name the peer gave it.
func (ch *Channel) Label() string { return ch.dc.Config.Label }

// OnMessage sets what takes the channel's messages, one at a time; the bytes are only valid during the call. It must be set
// in Handler.Channel; messages of a channel without are thrown away.
func (ch *Channel) OnMessage(f func(b []byte, text bool)) { ch.on = f }

// OnEnd sets what is called once when no message comes any more. It must be set in Handler.Channel.
func (ch *Channel) OnEnd(f func()) { ch.end = f }

// Waiting is how many bytes have not been acknowledged yet.
func (ch *Channel) Waiting() uint64 { return ch.dc.BufferedAmount() }

// Send sends a message. It does not wait; whoever sends looks at Waiting first.
func (ch *Channel) Send(b []byte, text bool) error {
	_, err := ch.dc.WriteDataChannel(b, text)
	return err
}

// serveChannels makes the SCTP association and takes the channels the peer opens, until the session ends.
func (c *Conn) serveChannels(session *dtls.Conn) {
	logs := &pionLogs{c.ep.log}
	association, err := sctp.ClientWithOptions(
		sctp.WithNetConn(session), sctp.WithLoggerFactory(logs), sctp.WithMTU(sctpMTU),
		sctp.WithMaxReceiveBufferSize(sctpReceive), sctp.WithMaxMessageSize(MaxMessage),
	)
	if err != nil {
		c.ep.log.Debug("data channels failed", "err", err)
		return
	}
	defer func() { _ = association.Close() }() // waits for its reader
	for range maxAccepted {
		dc, err := datachannel.Accept(association, &datachannel.Config{LoggerFactory: logs})
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			continue // a stream that does not begin as a data channel does
		}
		ch := &Channel{dc: dc}
		c.to.Channel(ch)
		c.spawn(ch.read) // ends with the channel or the association
	}
	<-c.ctx.Done()
}

// read reads messages until the channel ends.
func (ch *Channel) read() {
	if ch.end != nil {
		defer ch.end()
	}
	buf := make([]byte, firstRead)
	for {
		n, text, err := ch.dc.ReadDataChannel(buf)
		switch {
		case err == nil:
			if ch.on != nil {
				ch.on(buf[:n], text)
			}
		case errors.Is(err, io.ErrShortBuffer) && len(buf) < MaxMessage:
			buf = make([]byte, 4*len(buf)) // the message is still there
		default:
			_ = ch.dc.Close()
			return
		}
	}
}
