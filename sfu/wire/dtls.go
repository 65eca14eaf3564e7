package wire

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
)

const (
	handshakeTime = 30 * time.Second
	flightTime    = 100 * time.Millisecond // before a lost flight is repeated the first time
	pipeBytes     = 64 << 10               // of handshake and data channels, waiting to be read
	replayWindow  = 512                    // packets; browsers probe with packets a few hundred old
	replayControl = 64
)

// handshakes passes DTLS records to the session, which the first ones begin.
func (c *Conn) handshakes(p []byte) {
	c.mu.Lock()
	if p = vouched(p, c.session != nil); len(p) == 0 {
		c.mu.Unlock()
		return
	}
	c.begin()
	c.mu.Unlock()
	_, _ = c.pipe.in.Write(p) // what does not fit is lost, and sent again
}

const (
	recordHead = 13 // bytes before the content of a record (RFC 6347 section 4.1)
	alert      = 21
)

// vouched keeps those of a datagram's DTLS records that may be from the peer. Records of epoch 0 are from anybody who can
// write the peer's address: once there are keys they say nothing that counts (the peer's last flight, repeated, ends with a
// record that is sealed), and an alert among them would end the session at a stranger's word at any time (RFC 6347 section
// 4.1.2.7). The session takes no such care.
func vouched(p []byte, keyed bool) []byte {
	kept := p[:0]
	for len(p) >= recordHead {
		n := recordHead + int(binary.BigEndian.Uint16(p[recordHead-2:]))
		if n > len(p) {
			break
		}
		if open := p[3] == 0 && p[4] == 0; !open || !keyed && p[0] != alert {
			kept = append(kept, p[:n]...)
		}
		p = p[n:]
	}
	return kept
}

// begin starts the handshake once; with c.mu held.
func (c *Conn) begin() {
	if !c.begun && !c.closed {
		c.begun = true
		c.spawn(c.secure) // ends with the handshake, or when the connection is closed
	}
}

// secure makes the connection's keys and then serves its data channels, if there are to be any.
func (c *Conn) secure() {
	session, err := c.handshake()
	if err != nil {
		c.ep.log.Debug("handshake failed", "err", err)
		c.tell(Closed)
		return
	}
	c.tell(Connected)
	if c.peer.Channels {
		c.serveChannels(session)
	}
}

// handshake is the server's side of DTLS, so that our order of cipher profiles counts, unless the peer wants to be that.
func (c *Conn) handshake() (*dtls.Conn, error) {
	session, err := c.prepare()
	if err != nil {
		return nil, fmt.Errorf("prepare DTLS: %w", err)
	}
	ctx, cancel := context.WithTimeout(c.ctx, handshakeTime)
	defer cancel()
	if err := session.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("DTLS: %w", err), session.Close())
	}
	if err := c.takeKeys(session); err != nil {
		return nil, errors.Join(err, session.Close())
	}
	return session, nil
}

// prepare makes a session that has not begun.
func (c *Conn) prepare() (*dtls.Conn, error) {
	both := []dtls.Option{
		dtls.WithCertificates(c.ep.certificate),
		dtls.WithVerifyPeerCertificate(func(raw [][]byte, _ [][]*x509.Certificate) error {
			if len(raw) == 0 {
				return errFingerprint
			}
			return c.peer.Fingerprint.check(raw[0])
		}),
		// AES-GCM costs a fifth of AES-CM with HMAC-SHA1.
		dtls.WithSRTPProtectionProfiles(
			dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AEAD_AES_256_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret),
		dtls.WithFlightInterval(flightTime),
		dtls.WithLoggerFactory(&pionLogs{c.ep.log}),
	}
	if c.peer.Passive {
		options := []dtls.ClientOption{dtls.WithInsecureSkipVerify(true)} // the fingerprint is what counts (RFC 8122)
		for _, o := range both {
			options = append(options, o)
		}
		return dtls.ClientWithOptions(&c.pipe, nowhere, options...)
	}
	options := []dtls.ServerOption{
		dtls.WithClientAuth(dtls.RequireAnyClientCert),
		// A cookie would prove what the connectivity check has proved already, for a round trip more.
		dtls.WithInsecureSkipVerifyHello(true),
	}
	for _, o := range both {
		options = append(options, o)
	}
	return dtls.ServerWithOptions(&c.pipe, nowhere, options...)
}

// takeKeys makes the SRTP contexts of a finished handshake.
func (c *Conn) takeKeys(session *dtls.Conn) error {
	profile, ok := session.SelectedSRTPProtectionProfile()
	if !ok {
		return errors.New("DTLS: no SRTP profile in common")
	}
	state, ok := session.ConnectionState()
	if !ok {
		return errors.New("DTLS: no session after the handshake")
	}
	keys := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := keys.ExtractSessionKeysFromDTLS(&state, c.peer.Passive); err != nil {
		return fmt.Errorf("extract SRTP keys: %w", err)
	}
	in, err := srtp.CreateContext(keys.Keys.RemoteMasterKey, keys.Keys.RemoteMasterSalt, keys.Profile,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayControl))
	if err != nil {
		return fmt.Errorf("make SRTP context: %w", err)
	}
	out, err := srtp.CreateContext(keys.Keys.LocalMasterKey, keys.Keys.LocalMasterSalt, keys.Profile)
	if err != nil {
		return fmt.Errorf("make SRTP context: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.session = session
	c.in.Lock()
	c.in.srtp = in
	c.in.Unlock()
	c.out.Lock()
	c.out.srtp = out
	c.out.Unlock()
	return nil
}

// nowhere stands for addresses, which DTLS takes no notice of.
var nowhere net.Addr = &net.UDPAddr{}

// pipe is the connection as DTLS sees it.
type pipe struct {
	conn *Conn
	in   *packetio.Buffer
}

// ReadFrom implements net.PacketConn.
func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.in.Read(b)
	return n, nowhere, err
}

// WriteTo implements net.PacketConn. Without a way to the peer the record is lost, as it might be anywhere else.
func (p *pipe) WriteTo(b []byte, _ net.Addr) (int, error) {
	if to := p.conn.selected.Load(); to != nil {
		via := NewBatch()
		defer via.Release()
		via.copyIn(to, b, control)
	}
	return len(b), nil
}

// Close implements net.PacketConn. DTLS closes it when the peer has ended the session, which no other call would tell.
func (p *pipe) Close() error {
	p.conn.mu.Lock()
	established := p.conn.session != nil
	p.conn.mu.Unlock()
	if established {
		p.conn.tell(Closed)
	}
	return p.in.Close()
}

// LocalAddr implements net.PacketConn.
func (p *pipe) LocalAddr() net.Addr { return nowhere }

// SetDeadline implements net.PacketConn.
func (p *pipe) SetDeadline(t time.Time) error { return p.in.SetReadDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (p *pipe) SetReadDeadline(t time.Time) error { return p.in.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn. Writing never waits.
func (p *pipe) SetWriteDeadline(time.Time) error { return nil }
