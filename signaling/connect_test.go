package signaling

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// talk is a running consultation that nothing another client does may disturb.
type talk struct {
	booth, desk *peer
	session     string
}

func (n *node) consultation() talk {
	n.t.Helper()
	a := n.book("shiomachihama-1", "medical@morita")
	c := talk{n.sit(booth1), n.sit(morita), n.checkIn(a)}
	c.booth.enter(n, c.session)
	c.booth.ok(c.booth.request(protocol.TypeReady))
	c.desk.enter(n, c.session)
	c.desk.ok(c.desk.admit(booth1))
	c.booth.state(protocol.StateConsultation)
	return c
}

// undisturbed checks that both ends still speak with the server and the gate is still open.
func (c talk) undisturbed(n *node) {
	n.t.Helper()
	c.booth.raw(`{"type":"ping"}`)
	c.booth.hear(protocol.TypePong)
	c.desk.raw(`{"type":"ping"}`)
	c.desk.hear(protocol.TypePong)
	if d, ok := n.broker.hub.doc(c.session); !ok || d.State != protocol.StateConsultation {
		n.t.Errorf("the consultation is %s", d.State)
	}
	if gate := n.media.gate(c.session); len(gate) != 2 {
		n.t.Errorf("the gate is %v", gate)
	}
}

func TestWhatIsNoSocketOfOursIsRefusedBeforeItOpens(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Origins = []string{"https://desk.example.jp"} })
	c := n.consultation()
	address := "ws" + strings.TrimPrefix(n.server.URL, "http") + "/v1/connect"
	rows := []struct {
		situation string
		protocols []string
		origin    string
		status    int
		problem   string
	}{
		{"a page of another origin", []string{protocol.Subprotocol}, "https://evil.example", http.StatusForbidden, "wrong-origin"},
		{"a page without an origin of its own", []string{protocol.Subprotocol}, "null", http.StatusForbidden, "wrong-origin"},
		{"an origin that only begins like ours", []string{protocol.Subprotocol}, n.server.URL + ".evil.example", http.StatusForbidden, "wrong-origin"},
		{"another subprotocol", []string{"madoguchi.v0"}, "", http.StatusBadRequest, "wrong-subprotocol"},
		{"no subprotocol", nil, "", http.StatusBadRequest, "wrong-subprotocol"},
		{"a page of a configured origin", []string{protocol.Subprotocol}, "https://desk.example.jp", http.StatusSwitchingProtocols, ""},
		{"our own page", []string{"other", protocol.Subprotocol}, n.server.URL, http.StatusSwitchingProtocols, ""},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			d := websocket.Dialer{Subprotocols: r.protocols}
			header := http.Header{}
			if r.origin != "" {
				header.Set("Origin", r.origin)
			}
			conn, resp, err := d.Dial(address, header)
			if resp == nil {
				t.Fatal(err)
			}
			if err == nil {
				_ = conn.Close()
			}
			body := make([]byte, 500)
			k, _ := resp.Body.Read(body)
			_ = resp.Body.Close()
			if resp.StatusCode != r.status || !strings.Contains(string(body[:k]), r.problem) {
				t.Fatalf("%d %s", resp.StatusCode, body[:k])
			}
		})
	}
	resp, err := n.server.Client().Get(n.server.URL + "/v1/connect")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUpgradeRequired || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("without an upgrade: %d", resp.StatusCode)
	}
	c.undisturbed(n)
}

func TestWhoIsNotUnderstoodIsToldAndClosed(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	seat := n.signIn("booth:okuse-1")
	hello := `{"type":"hello","token":"` + seat + `"}`
	expired := must2(n.broker.issuer.Seat(access.Seat{ID: "booth:okuse-1", Role: "booth", Area: area, Booth: "okuse-1"}, -time.Hour))
	elsewhere := must2(n.broker.issuer.Seat(access.Seat{ID: "booth:okuse-1", Role: "booth", Area: "elsewhere"}, time.Hour))
	nobody := must2(n.broker.issuer.Seat(access.Seat{ID: "booth:nowhere-1", Role: "booth", Area: area}, time.Hour))
	stranger := must2(n.broker.issuer.Room(access.Room{Participant: "guest-1", Room: "s_unknown", Grants: access.VisitorGrants}, time.Hour))
	rows := []struct {
		situation string
		says      []string
		code      protocol.ErrorCode
		closes    int
	}{
		{"something else than hello first", []string{`{"type":"ready","id":"1"}`}, protocol.ErrHelloFirst, protocol.CloseProtocol},
		{"a token that is none", []string{`{"type":"hello","token":"x"}`}, protocol.ErrBadToken, protocol.CloseBadToken},
		{"a token that has expired", []string{`{"type":"hello","token":"` + expired + `"}`}, protocol.ErrExpiredToken, protocol.CloseExpired},
		{"a token of another area", []string{`{"type":"hello","token":"` + elsewhere + `"}`}, protocol.ErrBadToken, protocol.CloseBadToken},
		{"a token of a seat that is no more", []string{`{"type":"hello","token":"` + nobody + `"}`}, protocol.ErrBadToken, protocol.CloseBadToken},
		{"a guest of no session", []string{`{"type":"hello","token":"` + stranger + `"}`}, protocol.ErrUnknownSession, protocol.CloseBadToken},
		{"messages that cannot be read, again and again", []string{hello, "x", "{", "[]", `{"type":7}`, "null", `{"type":"admit","id":"1"}`}, protocol.ErrMalformed, protocol.CloseProtocol},
		{"a message of 65 KiB", []string{hello, `{"type":"ping","x":"` + strings.Repeat("x", 65<<10) + `"}`}, protocol.ErrTooLarge, protocol.CloseTooLarge},
		{"a message of 1 MiB", []string{hello, `{"type":"offer","id":"1","sdp":"` + strings.Repeat("x", 1<<20) + `"}`}, protocol.ErrTooLarge, protocol.CloseTooLarge},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			p := n.dial()
			for _, m := range r.says {
				p.raw(m)
			}
			e := hearUntil(p, "it is told why", func(e protocol.Error) bool { return e.Code == r.code })
			if strings.Contains(e.Message, seat) {
				t.Error("the answer repeats the token")
			}
			if code := p.closed(); code != r.closes {
				t.Errorf("closed with %d, want %d", code, r.closes)
			}
		})
	}
	c.undisturbed(n)
}

func must2[T, U any](v T, _ U, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestABinaryMessageIsNotOurs(t *testing.T) {
	n := newWorld(t).start(nil)
	p := n.sit(booth1)
	if err := p.conn.WriteMessage(websocket.BinaryMessage, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if code := p.closed(); code != protocol.CloseProtocol {
		t.Fatalf("closed with %d", code)
	}
}

func TestATypeNobodyKnowsIsAnsweredAndForgiven(t *testing.T) {
	n := newWorld(t).start(nil)
	p := n.sit(booth1)
	for range 3 * n.broker.cfg.Limits.GarbageAtMost {
		p.raw(`{"type":"dance","id":"d"}`)
		if code := p.refused("d"); code != protocol.ErrUnknownType {
			t.Fatalf("got %s", code)
		}
	}
}

func TestAFloodIsSlowedThenClosed(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	p := n.sit("booth:okuse-1")
	for range 2 * n.broker.cfg.Limits.Burst {
		if p.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
			break // closed already
		}
	}
	hearUntil(p, "it is told to slow down", func(e protocol.Error) bool { return e.Code == protocol.ErrTooFast })
	if code := p.closed(); code != protocol.CloseTooFast {
		t.Fatalf("closed with %d", code)
	}
	c.undisturbed(n)
}

func TestSilenceBeforeHelloIsClosed(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Limits.HelloWithin = 20 * time.Millisecond })
	if code := n.dial().closed(); code != protocol.CloseSilent {
		t.Fatalf("closed with %d", code)
	}
}

func TestAClientThatAnswersNoPingIsClosed(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Limits.PingEvery = 200 * time.Millisecond })
	p := n.sit(booth1)
	p.conn.SetPingHandler(func(string) error { return nil }) // as if asleep
	if code := p.closed(); code != protocol.CloseSilent {
		t.Fatalf("closed with %d", code)
	}
}

func TestAClientThatAnswersPingsStays(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Limits.PingEvery = 200 * time.Millisecond })
	p := n.sit(booth1)
	pings := 0
	answer := p.conn.PingHandler()
	p.conn.SetPingHandler(func(data string) error {
		if pings++; pings == 4 {
			p.raw(`{"type":"ping"}`) // well beyond the silence that is allowed
		}
		return answer(data)
	})
	p.hear(protocol.TypePong)
}

func TestTheSameSeatOpenedElsewhereReplacesTheOlderSocket(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	first := here.sit(booth1)
	second := here.sit(booth1)
	if code := first.closed(); code != protocol.CloseReplaced {
		t.Fatalf("at the same node: closed with %d", code)
	}
	third := there.sit(booth1)
	if code := second.closed(); code != protocol.CloseReplaced {
		t.Fatalf("at another node: closed with %d", code)
	}
	third.raw(`{"type":"ping"}`)
	third.hear(protocol.TypePong)
}

func TestAFullServerSendsNewcomersElsewhere(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Limits.SocketsAtMost = 1 })
	n.sit(booth1)
	if code := n.dial().closed(); code != protocol.CloseRestart {
		t.Fatalf("closed with %d", code)
	}
}

func TestABrokerThatStopsAsksEverybodyToComeBack(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	id := here.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth, desk := here.sit(booth1), there.sit(morita)
	booth.enter(here, id)
	desk.enter(there, id)
	hearUntil(booth, "the desk is there", func(m protocol.Session) bool { return len(m.Participants) == 2 })
	stopped := make(chan struct{})
	go func() { defer close(stopped); there.stop() }()
	if code := desk.closed(); code != protocol.CloseRestart {
		t.Fatalf("closed with %d", code)
	}
	if i := away(booth, morita); i.Reason != protocol.AwayServer {
		t.Errorf("the booth reads %+v", i)
	}
	<-stopped
	again := here.dial()
	again.say(protocol.TypeHello, protocol.Hello{Token: desk.token, Reason: protocol.AwayServer})
	again.token = desk.token
	again.enter(here, id)
	back(booth, morita)
}

func TestASecondHelloIsRefused(t *testing.T) {
	n := newWorld(t).start(nil)
	p := n.sit(booth1)
	p.say(protocol.TypeHello, protocol.Hello{Token: p.token})
	if e := p.hear(protocol.TypeError).(protocol.Error); e.Code != protocol.ErrHelloFirst {
		t.Fatalf("got %+v", e)
	}
}
