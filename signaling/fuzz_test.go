package signaling

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

// FuzzASocket: whatever somebody says over a socket of its own, one frame a line, a consultation beside it goes on as if
// nothing had been said, and the broker answers or closes; it never hangs and never fails.
func FuzzASocket(f *testing.F) {
	var all []byte
	for _, d := range protocol.ClientMessages {
		example, err := os.ReadFile(filepath.Join("..", "testdata", "protocol", d.Type+".json"))
		if err != nil {
			f.Fatal(err)
		}
		line := bytes.ReplaceAll(bytes.TrimSpace(example), []byte("\n"), nil)
		all = append(append(all, line...), '\n')
	}
	f.Add(all)
	f.Add([]byte("{\"type\":\"leave\",\"id\":\"1\",\"seq\":1}\n{\"type\":\"leave\",\"id\":\"1\",\"seq\":1,\"ack\":9}\nnonsense"))
	f.Fuzz(func(t *testing.T, said []byte) {
		n := newWorld(t).start(nil)
		c := n.consultation()
		before := versionOf(t, n, c.session)
		stranger := n.dial()
		stranger.token = n.signIn("desk:shimin-1")
		stranger.say(protocol.TypeHello, protocol.Hello{Token: stranger.token, Conversation: "fuzz"})
		for i, frame := range bytes.Split(said, []byte("\n")) {
			if i == 40 || stranger.conn.WriteMessage(websocket.TextMessage, frame) != nil {
				break
			}
		}
		_ = stranger.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`))
		for answered := false; !answered; {
			_ = stranger.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			_, data, err := stranger.conn.ReadMessage()
			var closed *websocket.CloseError
			switch {
			case err == nil:
				m, err := protocol.ParseServer(data)
				if err != nil {
					t.Fatalf("the broker said what is no message: %s", data)
				}
				answered = m.Type == protocol.TypePong || m.Type == protocol.TypeError
			case asClose(err, &closed):
				answered = true
			default:
				t.Fatalf("neither answered nor closed: %v", err)
			}
		}
		if after := versionOf(t, n, c.session); after != before {
			t.Fatalf("the session went from version %d to %d", before, after)
		}
		c.undisturbed(n)
	})
}

func TestATokenOfAnotherOrAReplayedOneOpensNothing(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	stranger := n.sit("desk:shimin-1")
	stolen := n.roomToken(c.booth.token, c.session)
	enter := func(id string) any { return protocol.Enter{ID: id, Token: stolen} }
	if code := stranger.refused(stranger.ask(protocol.TypeEnter, enter)); code != protocol.ErrWrongSession {
		t.Errorf("entered with another's token: %s", code)
	}
	// A seat's token does not speak for a room, and a changed one for nothing.
	for _, token := range []string{c.booth.token, stolen[:len(stolen)-4] + "AAAA"} {
		wrong := func(id string) any { return protocol.Enter{ID: id, Token: token} }
		if code := stranger.refused(stranger.ask(protocol.TypeEnter, wrong)); code != protocol.ErrBadToken {
			t.Errorf("entered: %s", code)
		}
	}
	c.undisturbed(n)
	// Whoever has left cannot be brought back into a closed session by the token that let it in once.
	c.desk.ok(c.desk.request(protocol.TypeEnd))
	c.booth.hear(protocol.TypeEnded)
	if code := c.booth.refused(c.booth.ask(protocol.TypeEnter, enter)); code != protocol.ErrUnknownSession {
		t.Errorf("the token was taken again: %s", code)
	}
}

func TestGiantFramesAndFloodsOfOneDisturbNobody(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	for range 3 {
		flood, giant := n.sit("desk:shimin-1"), n.sit("desk:shimin-2")
		for range 500 {
			if flood.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
				break
			}
		}
		_ = giant.conn.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("x"), 2<<20))
		within(t, "muting beside a flood", 2*time.Second, func() {
			c.booth.ok(c.booth.ask(protocol.TypeMute, func(id string) any { return protocol.Mute{ID: id} }))
		})
		if code := flood.closed(); code != protocol.CloseTooFast {
			t.Errorf("the flood was closed with %d", code)
		}
		if code := giant.closed(); code != protocol.CloseTooLarge {
			t.Errorf("the giant was closed with %d", code)
		}
	}
	c.undisturbed(n)
}
