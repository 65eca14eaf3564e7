package signaling

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// realWorld is a world whose brokers have a real media node.
func realWorld(t *testing.T, s *redistest.Server) *world {
	w := worldOn(t, s)
	w.real = true
	return w
}

// mediaOf is what welcome asks of offers.
func mediaOf(t *testing.T, n *node) protocol.Media {
	t.Helper()
	p := n.dial()
	p.say(protocol.TypeHello, protocol.Hello{Token: n.signIn("booth:okuse-2")})
	return p.hear(protocol.TypeWelcome).(protocol.Welcome).Media
}

// meeting is a booth and a desk with real media, before admission.
func (n *node) meeting() (c talk, boothMedia, deskMedia *camera) {
	n.t.Helper()
	m := mediaOf(n.t, n)
	a := n.book("shiomachihama-1", "medical@morita", "guidance@shiokaze")
	c = talk{n.sit(booth1), n.sit(morita), n.checkIn(a)}
	c.booth.enter(n, c.session)
	boothMedia = c.booth.connect(m)
	c.booth.ok(c.booth.request(protocol.TypeReady))
	c.desk.enter(n, c.session)
	deskMedia = c.desk.connect(m)
	c.desk.connected(booth1, morita)
	return c, boothMedia, deskMedia
}

func TestTwoAreAdmittedOverSocketsAndHearEachOther(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		n := realWorld(t, s).start(nil)
		c, boothMedia, deskMedia := n.meeting()
		if got := boothMedia.total() + deskMedia.total(); got != 0 {
			t.Fatalf("%d packets passed before admission", got)
		}
		c.desk.ok(c.desk.admit(booth1))
		c.desk.carries(deskMedia, booth1)
		c.booth.carries(boothMedia, morita)
		c.desk.ok(c.desk.request(protocol.TypeEnd))
		if e := c.booth.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDone {
			t.Fatalf("got %+v", e)
		}
		quietAfter(t, boothMedia)
		quietAfter(t, deskMedia)
	})
}

// quietAfter waits until nothing more arrives for a while that many packets would have filled.
func quietAfter(t *testing.T, c *camera) {
	t.Helper()
	last, since := -1, time.Now()
	waitFor(t, "media end", func() bool {
		if now := c.total(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > 200*time.Millisecond
	})
}

func TestAfterHandoverTheFirstDeskHearsNothingMore(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, boothMedia, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	c.desk.carries(deskMedia, booth1)
	c.desk.ok(c.desk.request(protocol.TypeHandover))
	if e := c.desk.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonHandover {
		t.Fatalf("got %+v", e)
	}
	quietAfter(t, deskMedia)
	quietAfter(t, boothMedia)

	d, _ := n.broker.hub.doc(c.session)
	next := n.sit("desk:" + d.Current().Desk)
	next.enter(n, c.session)
	nextMedia := next.connect(mediaOf(t, n))
	next.connected("desk:" + d.Current().Desk)
	next.ok(next.admit(booth1))
	next.carries(nextMedia, booth1)
	c.booth.carries(boothMedia, "desk:"+d.Current().Desk)
}

func TestADocumentCameraIsNamedAndWaitsUntilTheDeskLetsItIn(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, _, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	c.desk.carries(deskMedia, booth1)

	sends := newCamera(t, true, 0)
	status, answer := n.media2("/whip/"+c.session, n.equipmentToken(c.session, "camera-1", "書画カメラ", access.Publish), sends.offer())
	if status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	sends.answer(answer)
	watches := newCamera(t, false, 2)
	status, answer = n.media2("/whep/"+c.session, n.equipmentToken(c.session, "screen-1", "", access.Subscribe), watches.offer())
	if status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	watches.answer(answer)

	hearUntil(c.desk, "the camera is named on the desk's screen", func(m protocol.Session) bool {
		return named(m, "camera-1", "書画カメラ") && named(m, "screen-1", "screen-1")
	})
	hearUntil(c.booth, "and on the booth's", func(m protocol.Session) bool { return named(m, "camera-1", "書画カメラ") })
	c.desk.connected("camera-1", "screen-1")
	if watches.total() != 0 {
		t.Fatal("something passed the gate to a screen nobody let in")
	}
	if code := c.booth.refused(c.booth.admit("camera-1")); code != protocol.ErrForbidden {
		t.Fatalf("the booth let the camera in: %s", code)
	}
	c.desk.ok(c.desk.admit("camera-1"))
	c.desk.carries(deskMedia, "camera-1")
	c.desk.ok(c.desk.admit("screen-1"))
	waitFor(t, "the screen shows the others", func() bool { return watches.total() > 10 })

	c.desk.ok(c.desk.ask(protocol.TypeDismiss, func(id string) any { return protocol.Dismiss{ID: id, Participant: "camera-1"} }))
	hearUntil(c.desk, "the camera is gone", func(m protocol.Session) bool { return !named(m, "camera-1", "書画カメラ") })
	c.undisturbedReal(t, deskMedia)
}

func named(m protocol.Session, id, name string) bool {
	for _, p := range m.Participants {
		if p.ID == id && p.Name == name && p.Kind == protocol.KindEquipment {
			return true
		}
	}
	return false
}

// undisturbedReal checks that packets still flow to the desk.
func (c talk) undisturbedReal(t *testing.T, desk *camera) {
	t.Helper()
	before := desk.total()
	waitFor(t, "packets flow on", func() bool { return desk.total() > before+10 })
}

func TestEquipmentIsRefusedWithItsReason(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, _, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	c.desk.carries(deskMedia, booth1)
	sdp := newCamera(t, true, 0).offer()
	rows := []struct {
		situation   string
		room, token string
		status      int
	}{
		{"no token", c.session, "", http.StatusUnauthorized},
		{"a seat token", c.session, n.signIn(booth1), http.StatusUnauthorized},
		{"a token for another room", c.session, n.equipmentToken("s_other", "camera-1", "", access.Publish), http.StatusForbidden},
		{"a room that is no session", "s_nowhere", n.equipmentToken("s_nowhere", "camera-1", "", access.Publish), http.StatusNotFound},
		{"a device that says it is the booth", c.session, n.equipmentToken(c.session, booth1, "", access.Publish), http.StatusForbidden},
		{"a device that says it is the desk", c.session, n.equipmentToken(c.session, morita, "", access.Publish), http.StatusForbidden},
		{"a token for measuring, in service", "rig", n.equipmentToken("rig", "rig", "", access.Publish, access.Bench), http.StatusForbidden},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			if status, body := n.media2("/whip/"+r.room, r.token, sdp); status != r.status {
				t.Fatalf("%d %s", status, body)
			}
		})
	}
	c.undisturbedReal(t, deskMedia)
}

func TestMeasuringNeverOpensASessionsGate(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(func(c *Config) { c.AllowBench = true })
	c, _, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	c.desk.carries(deskMedia, booth1)

	watches := newCamera(t, false, 2)
	status, answer := n.media2("/whep/"+c.session, n.equipmentToken(c.session, "rig", "", access.Subscribe, access.Bench), watches.offer())
	if status != http.StatusCreated {
		t.Fatal(status, answer)
	}
	watches.answer(answer)
	hearUntil(c.desk, "the rig is named like any equipment", func(m protocol.Session) bool { return named(m, "rig", "rig") })
	c.desk.connected("rig")
	c.undisturbedReal(t, deskMedia)
	if watches.total() != 0 {
		t.Fatal("the rig saw a consultation")
	}

	one, other := newCamera(t, true, 0), newCamera(t, false, 2)
	for path, peer := range map[string]*camera{"/whip/rig": one, "/whep/rig": other} {
		grant := access.Publish
		if peer == other {
			grant = access.Subscribe
		}
		status, answer := n.media2(path, n.equipmentToken("rig", path, "", grant, access.Bench), peer.offer())
		if status != http.StatusCreated {
			t.Fatal(status, answer)
		}
		peer.answer(answer)
	}
	waitFor(t, "rigs meet in a room of their own", func() bool { return other.total() > 10 })
}

func TestAConsultationWithRealMediaIsNotDisturbed(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, boothMedia, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	c.desk.carries(deskMedia, booth1)
	c.booth.carries(boothMedia, morita)

	// A session of another booth and desk, whose people try what is not theirs.
	a := n.book("okuse-1", "card@shimin")
	other := n.checkIn(a)
	stranger := n.sit("booth:okuse-1")
	strangerSession := n.roomToken(stranger.token, other)
	var refused answer
	if status, _ := n.call(http.MethodPost, "/v1/sessions/"+c.session+"/token", stranger.token, nil, &refused); status != http.StatusForbidden {
		t.Errorf("a token for another session: %d", status)
	}
	enter := func(token string) protocol.ErrorCode {
		return stranger.refused(stranger.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: token} }))
	}
	if code := enter(n.roomToken(c.booth.token, c.session)); code != protocol.ErrWrongSession {
		t.Errorf("entering with the other booth's token: %s", code)
	}
	if code := enter(stranger.token); code != protocol.ErrBadToken {
		t.Errorf("entering with a seat token: %s", code)
	}
	forged := must2(n.broker.issuer.Room(access.Room{Participant: "booth:okuse-1", Room: c.session, Grants: access.DeskGrants}, time.Minute))
	if code := enter(forged); code != protocol.ErrForbidden {
		t.Errorf("entering another booth's session with a token for it: %s", code)
	}
	unknown := must2(n.broker.issuer.Room(access.Room{Participant: "booth:okuse-1", Room: "s_unknown", Grants: access.BoothGrants}, time.Minute))
	if code := enter(unknown); code != protocol.ErrUnknownSession {
		t.Errorf("entering what does not exist: %s", code)
	}
	stale := must2(n.broker.issuer.Room(access.Room{Participant: "booth:okuse-1", Room: other, Grants: access.BoothGrants}, -time.Minute))
	if code := enter(stale); code != protocol.ErrExpiredToken {
		t.Errorf("entering with an expired token: %s", code)
	}
	stranger.ok(stranger.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: strangerSession} }))
	if code := stranger.refused(stranger.admit(booth1)); code != protocol.ErrForbidden {
		t.Errorf("a booth admits: %s", code)
	}
	nonsense := func(id string) any { return protocol.Offer{ID: id, SDP: "v=0\r\n"} }
	if code := stranger.refused(stranger.ask(protocol.TypeOffer, nonsense)); code != protocol.ErrMedia {
		t.Errorf("an offer that is none: %s", code)
	}
	abuse(n)
	c.undisturbedReal(t, deskMedia)
	c.undisturbedReal(t, boothMedia)
	if d, _ := n.broker.hub.doc(c.session); d.State != protocol.StateConsultation || len(d.Participants) != 2 {
		t.Errorf("the consultation is %+v", d)
	}
}

// abuse does to the server what its sockets must bear: each is closed for its own reason.
func abuse(n *node) {
	n.t.Helper()
	for wants, says := range map[int][]string{
		protocol.CloseTooLarge: {`{"type":"offer","id":"1","sdp":"` + strings.Repeat("x", 4<<20) + `"}`},
		protocol.CloseProtocol: slices.Repeat([]string{`{"type":`}, 20),
		protocol.CloseTooFast:  slices.Repeat([]string{`{"type":"call","id":"1"}`}, 500),
	} {
		p := n.sit("booth:okuse-2")
		for _, m := range says {
			if p.conn.WriteMessage(websocket.TextMessage, []byte(m)) != nil {
				break // closed already
			}
		}
		if code := p.closed(); code != wants {
			n.t.Errorf("closed with %d, want %d", code, wants)
		}
	}
	foreign := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}}
	_, resp, err := foreign.Dial("ws"+strings.TrimPrefix(n.server.URL, "http")+"/v1/connect", http.Header{"Origin": {"https://evil.example"}})
	if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
		n.t.Errorf("a foreign page: %v", err)
	}
}
