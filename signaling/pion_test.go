package signaling

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"madoguchi/sfu/client"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// camera is a real Pion peer connection that sends a voice and a picture, if it is to, and counts what it receives.
type camera struct {
	*client.Client
	t       *testing.T
	senders sync.WaitGroup
	stop    chan struct{}

	mu  sync.Mutex
	got map[string]int // m-line → packets
}

func newCamera(t *testing.T, sends bool, down int) *camera {
	t.Helper()
	return newCameraWith(t, client.Options{Voice: sends, Face: sends, Sounds: down, Pictures: down})
}

func newCameraWith(t *testing.T, o client.Options) *camera {
	t.Helper()
	c := &camera{t: t, stop: make(chan struct{}), got: map[string]int{}}
	o.Name, o.Interceptors = "camera", client.None
	o.Packet = func(line client.Line, _ []byte) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.got[line.Mid]++
	}
	var err error
	if c.Client, err = client.New(o); err != nil {
		t.Fatal(err)
	}
	if o.Voice {
		c.send(c.Audio)
		c.send(c.Video)
	}
	t.Cleanup(c.close)
	return c
}

// send sends a packet every 20 ms until the camera is closed.
func (c *camera) send(track *webrtc.TrackLocalStaticRTP) {
	c.senders.Go(func() {
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		// A VP8 descriptor and the first bytes of a key frame; for Opus any payload will do.
		payload := []byte{0x10, 0x50, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 0, 0, 0}
		for n := uint16(1); ; n++ {
			select {
			case <-c.stop:
				return
			case <-beat.C:
			}
			_ = track.WriteRTP(&rtp.Packet{
				Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: n, Timestamp: uint32(n) * track.Codec().ClockRate / 50},
				Payload: payload,
			}) // fails until connected
		}
	})
}

func (c *camera) packets(mid string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got[mid]
}

func (c *camera) total() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.got {
		n += k
	}
	return n
}

func (c *camera) close() {
	close(c.stop)
	c.senders.Wait()
	c.Close()
}

// offer is an SDP offer with every candidate inside.
func (c *camera) offer() string {
	c.t.Helper()
	sdp, err := c.Offer(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return sdp
}

func (c *camera) answer(sdp string) {
	c.t.Helper()
	if err := c.Accept(sdp); err != nil {
		c.t.Fatal(err)
	}
}

// connect joins the session p has entered with a real peer connection.
func (p *peer) connect(w protocol.Media) *camera {
	p.t.Helper()
	c := newCameraWith(p.t, client.Options{
		Voice: true, Face: true, Sounds: w.AudioDown, Pictures: w.VideoDown, Channel: w.DataChannel,
	})
	sdp := c.offer()
	id := p.ask(protocol.TypeOffer, func(id string) any {
		return protocol.Offer{ID: id, SDP: sdp, Tracks: []protocol.TrackOffer{
			{Mid: "0", Purpose: protocol.PurposeVoice}, {Mid: "1", Purpose: protocol.PurposeFace},
		}}
	})
	reply, ok := p.reply(id).(protocol.Answer)
	if !ok {
		p.t.Fatal("the offer was refused")
	}
	c.answer(reply.SDP)
	return c
}

// connected waits until everybody's media are.
func (p *peer) connected(people ...string) {
	p.t.Helper()
	hearUntil(p, "media are connected", func(m protocol.Presence) bool {
		up := 0
		for _, item := range m.People {
			for _, id := range people {
				if item.Participant == id && item.Connected {
					up++
				}
			}
		}
		return up == len(people)
	})
}

// carries waits until sound and picture of a participant flow on the m-lines that tracks says carry them.
func (p *peer) carries(c *camera, participant string) {
	p.t.Helper()
	m := hearUntil(p, "tracks of "+participant+" are told", func(m protocol.Tracks) bool {
		n := 0
		for _, track := range m.Tracks {
			if track.Participant == participant {
				n++
			}
		}
		return n == 2
	})
	for _, track := range m.Tracks {
		if track.Participant == participant {
			waitFor(p.t, string(track.Purpose)+" of "+participant+" flows", func() bool { return c.packets(track.Mid) > 5 })
		}
	}
}

func (n *node) media2(path, token, sdp string) (int, string) {
	n.t.Helper()
	r, err := http.NewRequest(http.MethodPost, n.server.URL+path, strings.NewReader(sdp))
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/sdp")
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := n.server.Client().Do(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// equipmentToken is what madoguchi token prints.
func (n *node) equipmentToken(room, participant, name string, grants ...access.Grant) string {
	n.t.Helper()
	return must2(n.broker.issuer.Room(access.Room{Participant: participant, Room: room, Name: name, Grants: grants}, time.Hour))
}
