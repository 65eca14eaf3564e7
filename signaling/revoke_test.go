package signaling

import (
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// closeCode reads until the socket ends.
func (p *peer) closeCode() int {
	p.t.Helper()
	for {
		if _, err := p.read(); err != nil {
			if closed, is := err.(*websocket.CloseError); is {
				return closed.Code
			}
			p.t.Fatal(err)
		}
	}
}

// left says that a participant has no media in a room.
func (f *fakeMedia) left(room, participant string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, there := f.peers[who{room, participant}]
	return !there
}

func TestASeatThatIsSignedOutLosesSocketMediaAndTokensOnEveryNode(t *testing.T) {
	w := newWorld(t)
	first, second := w.start(nil), w.start(nil)
	id := first.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth := second.sit(booth1)
	booth.enter(second, id)
	if _, is := booth.reply(booth.ask(protocol.TypeOffer, offer)).(protocol.Answer); !is {
		t.Fatal("no answer to the offer")
	}
	room := second.roomToken(booth.token, id)

	w.clock.advance(time.Second)
	if err := first.broker.revoke(t.Context(), access.Revocation{Seat: booth1, At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	if code := booth.closeCode(); code != protocol.CloseRevoked {
		t.Errorf("the socket at the other node ended with %d", code)
	}
	w.until("its media have been ended", func() bool { return w.media.left(id, booth1) })
	for name, n := range map[string]*node{"the node that was asked": first, "the other one": second} {
		var out answer
		if status, _ := n.call(http.MethodGet, "/v1/me", booth.token, nil, &out); status != http.StatusUnauthorized {
			t.Errorf("%s: the seat's token: %d %v", name, status, out)
		}
		p := n.dial()
		p.say(protocol.TypeHello, protocol.Hello{Token: booth.token, App: "booth"})
		if code := p.closeCode(); code != protocol.CloseRevoked {
			t.Errorf("%s: hello: %d", name, code)
		}
		if _, err := n.broker.verifier.Room(room); err == nil {
			t.Errorf("%s: its room token still opens the room", name)
		}
	}
	w.clock.advance(time.Second)
	again := second.sit(booth1)
	again.enter(second, id)
}

func TestARevocationNobodyHeardOfIsFoundWithTheReload(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	desk := n.sit("desk:morita")
	w.clock.advance(time.Second)
	elsewhere := access.NewRevocations(w.redis, area, w.clock.Now)
	if err := elsewhere.Revoke(t.Context(), access.Revocation{Seat: "desk:morita", At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(reloadEvery)
	if code := desk.closeCode(); code != protocol.CloseRevoked {
		t.Errorf("ended with %d", code)
	}
}
