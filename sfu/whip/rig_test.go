package whip_test

import (
	"bytes"
	"net/http"
	"sync"
	"testing"
	"time"

	"madoguchi/sfu/client"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// rig is a plain WebRTC client: Pion with nothing of ours.
type rig struct {
	*client.Client
	t    *testing.T
	done sync.WaitGroup

	mu   sync.Mutex
	got  map[string]int // packets by their text
	keys int            // key frames asked for
}

func newRig(t *testing.T, o client.Options) *rig {
	t.Helper()
	r := &rig{t: t, got: map[string]int{}}
	o.Packet = func(_ client.Line, b []byte) {
		text := string(b[bytes.LastIndexByte(b, '|')+1:]) // the last one: an SSRC may hold the same byte
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got[text]++
	}
	o.Feedback = func(p rtcp.Packet) {
		if _, ok := p.(*rtcp.PictureLossIndication); ok {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.keys++
		}
	}
	var err error
	if r.Client, err = client.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Close()
		r.done.Wait()
	})
	return r
}

func publisher(t *testing.T) *rig {
	t.Helper()
	return newRig(t, client.Options{Name: "s", Voice: true, Face: true})
}

func subscriber(t *testing.T) *rig {
	t.Helper()
	return newRig(t, client.Options{Sounds: 1, Pictures: 1})
}

func (r *rig) offer() string {
	r.t.Helper()
	sdp, err := r.Offer(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return sdp
}

// connect posts the rig's offer and waits until its line is up; it returns the session's address.
func (r *rig) connect(h *house, path, token string) string {
	r.t.Helper()
	resp, answer := h.do(http.MethodPost, path, r.offer(), "Authorization", "Bearer "+token, "Content-Type", "application/sdp")
	if resp.StatusCode != http.StatusCreated {
		r.t.Fatalf("%s: %s: %s", path, resp.Status, answer)
	}
	if err := r.Accept(answer); err != nil {
		r.t.Fatal(err)
	}
	select {
	case <-r.Up():
	case <-time.After(patience):
		r.t.Fatalf("%s: not connected", path)
	}
	return resp.Header.Get("Location")
}

// send streams what until the test ends or stop is called.
func (r *rig) send(what string) (stop func()) {
	quit := make(chan struct{})
	stop = sync.OnceFunc(func() { close(quit) })
	r.done.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		asked := -1
		for seq := uint16(1); ; seq++ {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			r.mu.Lock()
			key := r.keys != asked
			asked = r.keys
			r.mu.Unlock()
			frame := byte(1)
			if key {
				frame = 0
			}
			_ = r.Audio.WriteRTP(&rtp.Packet{
				Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: uint32(seq) * 240}, Payload: []byte("|sound of " + what),
			})
			_ = r.Video.WriteRTP(&rtp.Packet{
				Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: seq, Timestamp: uint32(seq) * 450},
				Payload: append([]byte{0x10, frame}, "|picture of "+what...),
			})
		}
	})
	r.t.Cleanup(stop)
	return stop
}

func (r *rig) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[text] > 0
}

func (r *rig) total() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.got {
		n += c
	}
	return n
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}
