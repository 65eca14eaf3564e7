package signaling

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// seatsOfTheTable is a seat of every kind that has one.
var seatsOfTheTable = map[access.Kind]string{
	access.Booth: booth1, access.Desk: "desk:morita", access.Assistant: "assistant:morita", access.Counter: "counter:shiomachihama",
	access.Lobby: "lobby:shiomachihama", access.Admin: "admin:ueda",
}

// ask makes a request and returns its status and text.
func (n *node) ask(method, path, token, contentType, body string) (int, string) {
	n.t.Helper()
	headers := map[string]string{"Content-Type": contentType}
	if token != "" {
		headers["Authorization"] = "Bearer " + token
	}
	return n.askWith(method, path, body, headers)
}

func (n *node) askWith(method, path, body string, headers map[string]string) (int, string) {
	n.t.Helper()
	r, err := http.NewRequest(method, n.server.URL+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := n.server.Client().Do(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// operations are the method and path of every operation of the API, by id.
func (n *node) operations() map[string][2]string {
	n.t.Helper()
	_, text := n.ask(http.MethodGet, "/openapi.json", "", "", "")
	var api struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal([]byte(text), &api); err != nil {
		n.t.Fatal(err)
	}
	found := map[string][2]string{}
	for path, methods := range api.Paths {
		for strings.Contains(path, "{") {
			from, to := strings.Index(path, "{"), strings.Index(path, "}")
			path = path[:from] + "x" + path[to+1:]
		}
		for method, op := range methods {
			found[op.OperationID] = [2]string{strings.ToUpper(method), path}
		}
	}
	return found
}

// byRole says that a request was refused because of the kind of seat, not because of what it asked for.
func byRole(status int, text string) bool {
	return status == http.StatusForbidden && strings.Contains(text, "a seat of the kind")
}

func TestEveryCellOfTheTableOverHTTP(t *testing.T) {
	n := newWorld(t).start(nil)
	operations := n.operations()
	cells := 0
	for _, row := range access.Table {
		op, served := operations[row.Act]
		if row.Door != access.HTTP || !served {
			continue
		}
		for kind, seat := range seatsOfTheTable {
			status, text := n.ask(op[0], op[1], n.signIn(seat), "application/json", "{}")
			if may := row.May[kind] != access.No; may == byRole(status, text) {
				t.Errorf("%s as %s: the table says %q, the answer is %d %s", row.Act, kind, row.May[kind], status, text)
			}
			cells++
		}
		status, text := n.ask(op[0], op[1], "", "application/json", "{}")
		if free := row.May[access.Anybody] != access.No; !free && status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d %s", row.Act, status, text)
		}
		cells++
	}
	t.Logf("%d cells", cells)
	if cells < 300 {
		t.Errorf("only %d cells: does the test still see the API?", cells)
	}
}

// unanswered are the messages whose refusal is not told: the first opens the socket, the others are not answered.
var unanswered = map[string]bool{protocol.TypeHello: true, protocol.TypePing: true, protocol.TypeCandidate: true, protocol.TypeReport: true}

// everyField is a message with every field that any needs, so that what refuses it is not its shape.
func everyField(kind, id, session string) string {
	return fmt.Sprintf(`{"type":%q,"id":%q,"session":%q,"token":"x","desk":"x","sdp":"v=0","participant":"x","call":"x","command":"x",`+
		`"reason":"other","present":true,"minutes":1,"audio":true,"video":true,"private":false,"notice":"x"}`, kind, id, session)
}

func TestEveryCellOfTheTableOverTheSocket(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	id := n.checkIn(w.book("shiomachihama-1", "medical@morita"))
	cells := 0
	for kind, seat := range seatsOfTheTable {
		if kind == access.Admin {
			continue // on a socket of its own below
		}
		for _, row := range access.Table {
			if row.Door != access.Socket || unanswered[row.Act] {
				continue
			}
			p := n.sit(seat)
			p.raw(everyField(row.Act, "1", id))
			refused := false
			if m, is := p.reply("1").(protocol.Error); is {
				refused = m.Code == protocol.ErrForbidden && strings.Contains(m.Message, "does not do this")
			}
			if may := row.May[kind] != access.No; may == refused {
				t.Errorf("%s as %s: the table says %q, refused by role: %v", row.Act, kind, row.May[kind], refused)
			}
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

// wrongTokens are made from a claim that would be good, each wrong in one way.
func (w *world) wrongTokens(dir string, claims jwt.MapClaims) map[string]string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil || len(files) == 0 {
		w.t.Fatal(files, err)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		w.t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		w.t.Fatal(err)
	}
	key := parsed.(ed25519.PrivateKey)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	kid := strings.TrimSuffix(filepath.Base(files[0]), ".pem")
	make := func(method jwt.SigningMethod, key any, kid string, change func(jwt.MapClaims)) string {
		made := jwt.MapClaims{}
		for name, value := range claims {
			made[name] = value
		}
		if change != nil {
			change(made)
		}
		token := jwt.NewWithClaims(method, made)
		token.Header["kid"] = kid
		text, err := token.SignedString(key)
		if err != nil {
			w.t.Fatal(err)
		}
		return text
	}
	good := make(jwt.SigningMethodEdDSA, key, kid, nil)
	return map[string]string{
		"expired":               make(jwt.SigningMethodEdDSA, key, kid, func(c jwt.MapClaims) { c["exp"] = w.clock.Now().Add(-time.Minute).Unix() }),
		"of another area":       make(jwt.SigningMethodEdDSA, key, kid, func(c jwt.MapClaims) { c["area"], c["room"] = "elsewhere", "s_elsewhere" }),
		"for another purpose":   make(jwt.SigningMethodEdDSA, key, kid, func(c jwt.MapClaims) { c["aud"] = "madoguchi/other" }),
		"of another issuer":     make(jwt.SigningMethodEdDSA, key, kid, func(c jwt.MapClaims) { c["iss"] = "somebody" }),
		"forged":                make(jwt.SigningMethodEdDSA, stranger, kid, nil),
		"with an unknown kid":   make(jwt.SigningMethodEdDSA, stranger, "20991231T000000.000-ffffffff", nil),
		"with algorithm none":   make(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, nil),
		"HS256 with public key": make(jwt.SigningMethodHS256, []byte(key.Public().(ed25519.PublicKey)), kid, nil),
		"changed on the way":    good[:len(good)-10] + strings.Repeat("A", 10),
	}
}

func TestEveryWrongTokenIsRefusedAtEveryDoor(t *testing.T) {
	w := newWorld(t)
	w.real = true
	dir := t.TempDir()
	w.keys = must(access.LoadOrCreate(dir))(t)
	n := w.start(nil)
	id := n.checkIn(w.book("shiomachihama-1", "medical@morita"))
	now := w.clock.Now()
	seat := jwt.MapClaims{
		"iss": access.IssuerName, "aud": access.SeatAudience, "sub": "admin:ueda", "role": "admin", "area": area, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	room := jwt.MapClaims{
		"iss": access.IssuerName, "aud": access.RoomAudience, "sub": "rig", "room": id, "grants": []string{"publish", "subscribe"}, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	seatTokens, roomTokens := w.wrongTokens(dir, seat), w.wrongTokens(dir, room)
	seatTokens["of a session"], roomTokens["of a seat"] = n.roomTokenFor(t, id), n.signIn("desk:morita")
	operations := n.operations()
	tried := 0
	for wrong, token := range seatTokens {
		for id, op := range operations {
			if status, text := n.ask(op[0], op[1], token, "application/json", "{}"); status != http.StatusUnauthorized {
				t.Errorf("HTTP, %s with a token %s: %d %s", id, wrong, status, text)
			}
			tried++
		}
		if wrong == "of a session" {
			continue // with that a guest says hello
		}
		p := n.dial()
		p.say(protocol.TypeHello, protocol.Hello{Token: token, App: "admin"})
		if code := p.closeCode(); code != protocol.CloseBadToken && code != protocol.CloseExpired {
			t.Errorf("WebSocket with a token %s: closed with %d", wrong, code)
		}
		tried++
	}
	for wrong, token := range roomTokens {
		for _, door := range []string{"/whip/", "/whep/"} {
			status, text := n.ask(http.MethodPost, door+id, token, "application/sdp", "v=0\r\n")
			if status != http.StatusUnauthorized && (wrong != "of another area" || status != http.StatusForbidden) {
				t.Errorf("%s with a token %s: %d %s", door, wrong, status, text)
			}
			tried++
		}
	}
	issuer := access.NewIssuer(w.keys, w.clock.Now)
	for _, r := range []struct {
		situation, door string
		grants          access.Grants
		want            int
	}{
		{"may only receive", "/whip/", access.Grants{access.Subscribe}, http.StatusForbidden},
		{"may only send", "/whep/", access.Grants{access.Publish}, http.StatusForbidden},
		{"may send", "/whip/", access.Grants{access.Publish}, http.StatusUnprocessableEntity}, // its offer is none
		{"may receive", "/whep/", access.Grants{access.Subscribe}, http.StatusUnprocessableEntity},
	} {
		token, _, err := issuer.Room(access.Room{Participant: "rig", Room: id, Grants: r.grants}, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if status, text := n.ask(http.MethodPost, r.door+id, token, "application/sdp", "v=0\r\n"); status != r.want && !(r.want == 422 && status == http.StatusBadRequest) {
			t.Errorf("%s whoever %s: %d %s", r.door, r.situation, status, text)
		}
		tried++
	}
	t.Logf("%d requests with wrong tokens", tried)
}

// roomTokenFor is a token of the desk for a session.
func (n *node) roomTokenFor(t *testing.T, id string) string {
	t.Helper()
	return n.roomToken(n.signIn("desk:morita"), id)
}
