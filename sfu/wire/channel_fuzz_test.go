package wire

import (
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/sctp"
)

// scripted is a line on which a peer sends some packets and is gone.
type scripted struct {
	net.Conn
	mu      sync.Mutex
	packets [][]byte
}

// Read implements net.Conn.
func (s *scripted) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.packets) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.packets[0])
	s.packets = s.packets[1:]
	return n, nil
}

// Write implements net.Conn.
func (s *scripted) Write(b []byte) (int, error) { return len(b), nil }

// Close implements net.Conn.
func (s *scripted) Close() error { return nil }

// SetReadDeadline implements net.Conn.
func (s *scripted) SetReadDeadline(time.Time) error { return nil }

// FuzzAssociations gives what comes out of a peer's DTLS session to an association of data channels.
func FuzzAssociations(f *testing.F) {
	for _, b := range seeds(f, "sctp") {
		f.Add(b)
	}
	f.Add([]byte{0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 4})
	f.Fuzz(func(_ *testing.T, b []byte) {
		a, err := sctp.ClientWithOptions(
			sctp.WithNetConn(&scripted{packets: [][]byte{b, b}}), sctp.WithLoggerFactory(&pionLogs{slog.New(slog.DiscardHandler)}),
			sctp.WithMTU(sctpMTU), sctp.WithMaxReceiveBufferSize(sctpReceive), sctp.WithMaxMessageSize(MaxMessage),
		)
		if err == nil {
			_ = a.Close()
		}
	})
}
