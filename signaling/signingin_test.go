package signaling

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/login"
	"madoguchi/signaling/protocol"
)

// device is a browser with a key of its own.
type device struct {
	*node
	key *ecdsa.PrivateKey
}

func (n *node) newDevice() device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		n.t.Fatal(err)
	}
	return device{n, key}
}

func (d device) public() answer {
	point := must(d.key.PublicKey.Bytes())(d.t)
	text := base64.RawURLEncoding.EncodeToString
	return answer{"kty": "EC", "crv": "P-256", "x": text(point[1:33]), "y": text(point[33:])}
}

// renew asks for another token by a signed challenge.
func (d device) renew(signIn string) (int, answer) {
	d.t.Helper()
	var asked, out answer
	if status, _ := d.call(http.MethodPost, "/v1/challenges", "", answer{}, &asked); status != http.StatusOK {
		d.t.Fatalf("challenge: %d", status)
	}
	challenge := asked["challenge"].(string)
	sum := sha256.Sum256([]byte(login.Proof(signIn, challenge)))
	r, s, err := ecdsa.Sign(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	status, _ := d.call(http.MethodPost, "/v1/sign-in/renew", "", answer{
		"signIn": signIn, "challenge": challenge, "signature": base64.RawURLEncoding.EncodeToString(raw),
	}, &out)
	return status, out
}

// enrol takes a booth through its enrolment: the administrator's code, the key, the first token.
func (d device) enrol(seat string) (signIn, token string) {
	d.t.Helper()
	var made, out answer
	status, _ := d.call(http.MethodPost, "/v1/seats/"+seat+"/enrolment", d.signIn("admin:ueda"), answer{}, &made)
	if status != http.StatusCreated {
		d.t.Fatalf("code: %d %v", status, made)
	}
	body := answer{"seat": seat, "code": made["code"], "key": d.public()}
	if status, _ = d.call(http.MethodPost, "/v1/sign-in", "", body, &out); status != http.StatusOK {
		d.t.Fatalf("enrol: %d %v", status, out)
	}
	var again answer
	if status, _ := d.call(http.MethodPost, "/v1/sign-in", "", body, &again); status != http.StatusUnauthorized {
		d.t.Errorf("the code a second time: %d %v", status, again)
	}
	return out["signIn"].(string), out["token"].(string)
}

func TestAStolenBoothTokenStopsWorkingWithinFiveSecondsOfItsRevocation(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	id := here.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth := here.newDevice()
	signIn, token := booth.enrol(booth1)

	// The thief has the token and is at another node.
	thief := there.dial()
	thief.token = token
	thief.say(protocol.TypeHello, protocol.Hello{Token: token, App: "booth"})
	thief.hear(protocol.TypeWelcome)
	thief.hear(protocol.TypeSeat)
	thief.enter(there, id)
	if _, is := thief.reply(thief.ask(protocol.TypeOffer, offer)).(protocol.Answer); !is {
		t.Fatal("no answer to the offer")
	}
	room := there.roomToken(token, id)

	w.clock.advance(time.Second)
	began := time.Now()
	r, err := http.NewRequest(http.MethodPost, here.server.URL+"/v1/seats/"+booth1+"/revocation", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+here.signIn("admin:ueda"))
	r.Header.Set("Content-Type", "application/json")
	response, err := here.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("revocation: %s", response.Status)
	}
	if code := thief.closeCode(); code != protocol.CloseRevoked {
		t.Errorf("the thief's socket ended with %d", code)
	}
	w.until("the media have been ended", func() bool { return w.media.left(id, booth1) })
	took := time.Since(began)
	t.Logf("measured: revocation → socket closed and media ended at another node: %d ms", took.Milliseconds())
	if took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	for _, n := range []*node{here, there} {
		var out answer
		if status, _ := n.call(http.MethodGet, "/v1/me", token, nil, &out); status != http.StatusUnauthorized {
			t.Errorf("the stolen token: %d %v", status, out)
		}
		if _, err := n.broker.WhipAuth().Authorize(t.Context(), room, id); err == nil {
			t.Error("the room token minted by it opens WHIP")
		}
	}
	if status, out := booth.renew(signIn); status != http.StatusUnauthorized {
		t.Errorf("another token after the revocation: %d %v", status, out)
	}
}

func TestABoothGoesOnByItsKeyAndATokenAloneIsNotEnough(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	booth := n.newDevice()
	signIn, _ := booth.enrol(booth1)
	for range 3 {
		w.clock.advance(login.TokenTTL)
		status, out := booth.renew(signIn)
		if status != http.StatusOK || out["seat"] != booth1 || out["signIn"] != signIn {
			t.Fatalf("%d %v", status, out)
		}
	}
	if status, _ := n.newDevice().renew(signIn); status != http.StatusUnauthorized {
		t.Errorf("by another device's key: %d", status)
	}
	var out answer
	body := answer{"seat": "desk:morita", "code": "x", "key": booth.public()}
	if status, _ := n.call(http.MethodPost, "/v1/sign-in", "", body, &out); status != http.StatusForbidden || !strings.Contains(out["type"].(string), "two-factors") {
		t.Errorf("a person by code and key: %d %v", status, out)
	}
}

func TestAPersonIsNotSignedInByACodeAloneInService(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.OpenSignIn = false })
	for _, seat := range []string{"desk:morita", "assistant:morita", "counter:shiomachihama", "admin:ueda"} {
		code, err := n.broker.codes.Mint(t.Context(), seat)
		if err != nil {
			t.Fatal(err)
		}
		var out answer
		status, _ := n.call(http.MethodPost, "/v1/sign-in", "", answer{"seat": seat, "code": code}, &out)
		if status != http.StatusForbidden || !strings.Contains(out["type"].(string), "two-factors") {
			t.Errorf("%s: %d %v", seat, status, out)
		}
	}
}

func TestASealedLetterOpensASeatOnceForAnHourAndIsSeen(t *testing.T) {
	n := newWorld(t).start(nil)
	admin := n.signIn("admin:ueda")
	var letter, out, uses answer
	if status, _ := n.call(http.MethodPost, "/v1/seats/desk:morita/letter", admin, answer{}, &letter); status != http.StatusCreated {
		t.Fatalf("%d %v", status, letter)
	}
	open := func(code any, reason string) (int, answer) {
		out = answer{}
		status, _ := n.call(http.MethodPost, "/v1/break-glass", "", answer{"seat": "desk:morita", "code": code, "reason": reason}, &out)
		return status, out
	}
	if status, _ := open("WRONG", "the provider is down"); status != http.StatusUnauthorized {
		t.Errorf("a wrong code: %d", status)
	}
	if status, _ := open(letter["code"], "short"); status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", status)
	}
	status, opened := open(letter["code"], "the provider is down and a patient waits")
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, opened)
	}
	seat, err := n.broker.verifier.Seat(opened["token"].(string))
	if err != nil || !seat.Emergency || seat.Expires.Sub(n.clock.Now()) > login.EmergencyFor {
		t.Errorf("%+v, %v", seat, err)
	}
	if status, _ := open(letter["code"], "the provider is down and a patient waits"); status != http.StatusUnauthorized {
		t.Errorf("a second time: %d", status)
	}
	if status, _ := n.call(http.MethodGet, "/v1/break-glass", admin, nil, &uses); status != http.StatusOK || len(uses["uses"].([]any)) != 1 {
		t.Errorf("administrators see %d %v", status, uses)
	}
	for range missesAtMost {
		_, _ = open("WRONG", "the provider is down")
	}
	if status, _ := open("WRONG", "the provider is down"); status != http.StatusTooManyRequests {
		t.Errorf("guessing goes on: %d", status)
	}
}
