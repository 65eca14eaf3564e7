package whip_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/sfu"
	"madoguchi/sfu/whip"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 15 * time.Second

// door is an Auth and a Rooms: the bearer's words are the grants, its first word the participant.
type door struct {
	mu     sync.Mutex
	inside map[string]int
	left   []string
	lost   []string
}

func (d *door) Authorize(_ context.Context, bearer, room string) (whip.Grant, error) {
	words := strings.Fields(bearer)
	switch {
	case len(words) == 0:
		return whip.Grant{}, whip.ErrUnauthorized
	case room == "another":
		return whip.Grant{}, whip.ErrForbidden
	case words[0] == "broken":
		return whip.Grant{}, errors.New("redis is away")
	}
	g := whip.Grant{Participant: words[0], Name: "機器"}
	for _, w := range words[1:] {
		switch w {
		case "publish":
			g.Publish = true
		case "subscribe":
			g.Subscribe = true
		case "bench":
			g.Bench = true
		}
	}
	return g, nil
}

func (d *door) Enter(_ context.Context, room string, g whip.Grant, k sfu.Kind) error {
	if room == "closed" {
		return whip.ErrNoRoom
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inside[room+"/"+g.Participant+"/"+string(k)]++
	return nil
}

func (d *door) Left(room string, g whip.Grant, k sfu.Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = append(d.left, room+"/"+g.Participant+"/"+string(k))
}

func (d *door) Lost(room string, g whip.Grant, k sfu.Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = append(d.lost, room+"/"+g.Participant+"/"+string(k))
}

func (d *door) hasLeft(who string) func() bool { return d.says(&d.left, who) }
func (d *door) isLost(who string) func() bool  { return d.says(&d.lost, who) }

func (d *door) says(list *[]string, who string) func() bool {
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return slices.Contains(*list, who)
	}
}

// house is a node with its WHIP door on a real HTTP server.
type house struct {
	t    *testing.T
	node *sfu.Node
	door *door
	url  string
}

func open(t *testing.T) *house {
	t.Helper()
	node, err := sfu.New(sfu.Config{ListenUDP: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, node: node, door: &door{inside: map[string]int{}}}
	server := httptest.NewServer(whip.Handler(node, h.door))
	h.url = server.URL
	t.Cleanup(func() {
		server.Close()
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := node.Close(ctx); err != nil {
			t.Errorf("close node: %v", err)
		}
	})
	return h
}

// do sends a request and returns the response with its body read.
func (h *house) do(method, path, body string, headers ...string) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp, string(text)
}

func TestTwoPlainClientsExchangeSoundAndPicturesWithBenchTokens(t *testing.T) {
	h := open(t)
	for _, name := range []string{"one", "two"} {
		p := publisher(t)
		p.connect(h, "/whip/lab", name+" publish bench")
		p.send(name)
	}
	one, two := subscriber(t), subscriber(t)
	one.connect(h, "/whep/lab", "one subscribe bench")
	two.connect(h, "/whep/lab", "two subscribe bench")
	for _, s := range []struct {
		who  *rig
		text string
	}{{one, "sound of two"}, {one, "picture of two"}, {two, "sound of one"}, {two, "picture of one"}} {
		await(t, s.text, func() bool { return s.who.has(s.text) })
	}
	if one.has("sound of one") || two.has("picture of two") {
		t.Fatal("somebody hears or sees themselves")
	}
}

func TestWithoutTheBenchGrantPlainClientsWaitAtTheGate(t *testing.T) {
	h := open(t)
	p, s := publisher(t), subscriber(t)
	p.connect(h, "/whip/visit", "camera publish")
	s.connect(h, "/whep/visit", "recorder subscribe")
	p.send("the camera")
	await(t, "the node to hear the camera", func() bool { return h.node.Stats().PacketsIn > 100 })
	if n := s.total(); n != 0 {
		t.Fatalf("%d packets passed the closed gate", n)
	}
	h.door.mu.Lock()
	named := h.door.inside["visit/camera/whip"] == 1 && h.door.inside["visit/recorder/whep"] == 1
	h.door.mu.Unlock()
	if !named {
		t.Fatal("the room was not told who is at the gate")
	}
	if err := h.node.Admit(t.Context(), "visit", []string{"camera", "recorder"}); err != nil {
		t.Fatal(err)
	}
	await(t, "sound after admission", func() bool { return s.has("sound of the camera") })
	await(t, "pictures after admission", func() bool { return s.has("picture of the camera") })
}

func TestFromNarrowsToOneParticipant(t *testing.T) {
	h := open(t)
	for _, name := range []string{"one", "two"} {
		p := publisher(t)
		p.connect(h, "/whip/lab", name+" publish bench")
		p.send(name)
	}
	s := subscriber(t)
	s.connect(h, "/whep/lab?from=two", "three subscribe bench")
	await(t, "two's pictures", func() bool { return s.has("picture of two") && s.has("sound of two") })
	if s.has("sound of one") || s.has("picture of one") {
		t.Fatal("one came through although only two was asked for")
	}
}

func TestAPurposeInTheQueryDecidesHowTheSoundIsAskedFor(t *testing.T) {
	h := open(t)
	for query, music := range map[string]bool{"": false, "?purpose=document": false, "?purpose=document&purpose=stethoscope": true} {
		resp, answer := h.do(http.MethodPost, "/whip/lab"+query, publisher(t).offer(),
			"Authorization", "Bearer one publish bench", "Content-Type", "application/sdp")
		if resp.StatusCode != http.StatusCreated || strings.Contains(answer, "usedtx=0;stereo=1") != music {
			t.Errorf("%q: %d\n%s", query, resp.StatusCode, answer)
		}
	}
}

func TestDeleteEndsASessionAndTheRoomHearsOfIt(t *testing.T) {
	h := open(t)
	p := publisher(t)
	at := p.connect(h, "/whip/lab", "one publish bench")
	if resp, _ := h.do(http.MethodDelete, at, ""); resp.StatusCode != http.StatusOK {
		t.Fatalf("DELETE: %s", resp.Status)
	}
	await(t, "the room to hear it", h.door.hasLeft("lab/one/whip"))
	if resp, _ := h.do(http.MethodDelete, at, ""); resp.StatusCode != http.StatusNotFound {
		t.Fatalf("second DELETE: %s", resp.Status)
	}
	await(t, "the room to be forgotten", func() bool { s := h.node.Stats(); return s.Rooms == 0 && s.Peers == 0 })
	if h.door.isLost("lab/one/whip")() {
		t.Error("it asked for the end, and counts as lost")
	}
}

func TestAClientWhoseConnectionEndsWithoutAWordIsTakenOutAndMayComeAgain(t *testing.T) {
	h := open(t)
	p := publisher(t)
	at := p.connect(h, "/whip/lab", "one publish bench")
	if err := p.PC.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	await(t, "the room to hear it", h.door.isLost("lab/one/whip"))
	if h.door.hasLeft("lab/one/whip")() {
		t.Error("it is said to have left, which nobody asked for")
	}
	if resp, body := h.do(http.MethodDelete, at, ""); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "post a new offer") {
		t.Errorf("its address answers %s: %s", resp.Status, body)
	}
}

func TestANewSessionReplacesTheParticipantsOldOneWithoutLeaving(t *testing.T) {
	h := open(t)
	old, next := publisher(t), publisher(t)
	first := old.connect(h, "/whip/lab", "one publish bench")
	next.connect(h, "/whip/lab", "one publish bench")
	if resp, _ := h.do(http.MethodDelete, first, ""); resp.StatusCode != http.StatusNotFound {
		t.Fatalf("DELETE of the replaced session: %s", resp.Status)
	}
	if s := h.node.Stats(); s.Peers != 1 {
		t.Fatalf("%d peers", s.Peers)
	}
	if h.door.hasLeft("lab/one/whip")() {
		t.Fatal("the participant was said to have left")
	}
}

func TestCandidatesCanFollowByPatch(t *testing.T) {
	h := open(t)
	p := publisher(t)
	at := p.connect(h, "/whip/lab", "one publish")
	const frag = "a=mid:0\r\na=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host\r\na=end-of-candidates\r\n"
	const kind = "application/trickle-ice-sdpfrag"
	for _, row := range []struct {
		name, kind, match, body string
		want                    int
	}{
		{"a candidate", kind, "", frag, http.StatusNoContent},
		{"another sort of body", "application/sdp", "", frag, http.StatusUnsupportedMediaType},
		{"an ICE restart", kind, "*", frag, http.StatusUnprocessableEntity},
		{"an old ETag", kind, `"old"`, frag, http.StatusPreconditionFailed},
		{"no fragment at all", kind, "", "hello", http.StatusBadRequest},
		{"a candidate that is none", kind, "", "a=candidate:nonsense\r\n", http.StatusUnprocessableEntity},
	} {
		headers := []string{"Content-Type", row.kind}
		if row.match != "" {
			headers = append(headers, "If-Match", row.match)
		}
		if resp, body := h.do(http.MethodPatch, at, row.body, headers...); resp.StatusCode != row.want {
			t.Errorf("%s: %s, want %d: %s", row.name, resp.Status, row.want, body)
		}
	}
}

func TestEveryRefusalIsAProblemThatSaysWhatWouldBeRight(t *testing.T) {
	h := open(t)
	offer := publisher(t).offer()
	const sdp = "application/sdp"
	for _, row := range []struct {
		name, method, path, token, kind, accept, body string
		want                                          int
		says                                          string
	}{
		{"no token", "POST", "/whip/r", "", sdp, "", offer, 401, "Bearer"},
		{"a token for another room", "POST", "/whip/another", "a publish", sdp, "", offer, 403, "another room"},
		{"publishing without the grant", "POST", "/whip/r", "a subscribe", sdp, "", offer, 403, "publish"},
		{"receiving without the grant", "POST", "/whep/r", "a publish", sdp, "", offer, 403, "subscrib"},
		{"both ways without a token for measuring", "POST", "/bench/r", "a publish subscribe", sdp, "", offer, 403, "/v1/connect"},
		{"a room that is not open", "POST", "/whip/closed", "a publish", sdp, "", offer, 404, "not open"},
		{"an address without a room", "POST", "/whip/", "a publish", sdp, "", offer, 404, "/whip/{room}"},
		{"another method", "GET", "/whip/r", "", "", "", "", 405, "post an offer"},
		{"another Accept", "POST", "/whip/r", "a publish", sdp, "application/json", offer, 406, "application/sdp"},
		{"a body too long", "POST", "/whip/r", "a publish", sdp, "", strings.Repeat("a", 100_000), 413, "64 KiB"},
		{"another content type", "POST", "/whip/r", "a publish", "application/json", "", offer, 415, "application/sdp"},
		{"no content type", "POST", "/whip/r", "a publish", "", "", offer, 415, "missing"},
		{"no SDP", "POST", "/whip/r", "a publish", sdp, "", "hello", 422, "SDP"},
		{"an empty body", "POST", "/whip/r", "a publish", sdp, "", "", 422, ""},
		{"sending at the receiving end", "POST", "/whep/r", "a subscribe", sdp, "", offer, 422, "recvonly"},
		{"an unknown purpose", "POST", "/whip/r?purpose=telepathy", "a publish", sdp, "", offer, 400, "document, screen, face"},
		{"two purposes of pictures", "POST", "/whip/r?purpose=face&purpose=screen", "a publish", sdp, "", offer, 400, "one of"},
		{"tokens that cannot be checked", "POST", "/whip/r", "broken publish", sdp, "", offer, 503, "again"},
	} {
		headers := []string{"Authorization", "Bearer " + row.token, "Content-Type", row.kind}
		if row.accept != "" {
			headers = append(headers, "Accept", row.accept)
		}
		resp, body := h.do(row.method, row.path, row.body, headers...)
		var p struct {
			Type, Title, Detail string
			Status              int
		}
		if err := json.Unmarshal([]byte(body), &p); err != nil {
			t.Errorf("%s: body %q: %v", row.name, body, err)
			continue
		}
		if resp.StatusCode != row.want || p.Status != row.want || !strings.Contains(p.Detail, row.says) ||
			!strings.HasPrefix(p.Type, "/problems/") || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %+v, want %d and %q", row.name, resp.Status, p, row.want, row.says)
		}
	}
	await(t, "nobody to remain", func() bool { s := h.node.Stats(); return s.Peers == 0 && s.Rooms == 0 })
}

func TestOptionsSayWhatIsTaken(t *testing.T) {
	h := open(t)
	resp, _ := h.do(http.MethodOptions, "/whip/r", "")
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Accept-Post") != "application/sdp" ||
		resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
}
