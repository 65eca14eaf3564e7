package signaling

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"madoguchi/signaling/login"
)

const (
	passkeyDomain = "madoguchi.example.jp"
	passkeyOrigin = "https://madoguchi.example.jp"
)

// withPasskeys is a broker in service: no seat opens by itself.
func withPasskeys(c *Config) {
	c.OpenSignIn = false
	c.Login = Login{Domain: passkeyDomain, Origins: []string{passkeyOrigin}}
}

// begin begins to register a passkey for a seat, by a new code.
func (d device) begin(seat string) (ceremony string, options answer) {
	d.t.Helper()
	code := must(d.broker.codes.Mint(d.t.Context(), seat))(d.t)
	var out answer
	if status, _ := d.call(http.MethodPost, "/v1/passkeys/begin", "", answer{"seat": seat, "code": code}, &out); status != http.StatusOK {
		d.t.Fatalf("begin: %d %v", status, out)
	}
	return out["ceremony"].(string), out["options"].(map[string]any)
}

// finish sends what the authenticator has answered.
func (d device) finish(path, ceremony string, credential answer) (int, answer) {
	d.t.Helper()
	var out answer
	status, _ := d.call(http.MethodPost, path, "", answer{"ceremony": ceremony, "credential": credential, "key": d.public()}, &out)
	return status, out
}

func (d device) register(seat string, p *passkey) (int, answer) {
	d.t.Helper()
	ceremony, options := d.begin(seat)
	return d.finish("/v1/passkeys", ceremony, p.create(options))
}

// asks begins to sign in by a passkey.
func (d device) asks() (ceremony string, options answer) {
	d.t.Helper()
	var out answer
	if status, _ := d.call(http.MethodPost, "/v1/passkeys/ask", "", nil, &out); status != http.StatusOK {
		d.t.Fatalf("ask: %d %v", status, out)
	}
	return out["ceremony"].(string), out["options"].(map[string]any)
}

func (d device) signInBy(p *passkey) (int, answer) {
	d.t.Helper()
	ceremony, options := d.asks()
	return d.finish("/v1/passkeys/sign-in", ceremony, p.get(options))
}

// stranger is another authenticator's key.
func stranger(t *testing.T) *ecdsa.PrivateKey {
	return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
}

func TestAPasskeyIsRegisteredByACodeAndSignsInWithoutOne(t *testing.T) {
	n := newWorld(t).start(withPasskeys)
	page, p := n.newDevice(), newPasskey(t)
	status, out := page.register("desk:morita", p)
	if status != http.StatusOK || out["seat"] != "desk:morita" {
		t.Fatalf("%d %v", status, out)
	}
	for range 3 {
		p.counter++
		status, out = page.signInBy(p)
		if status != http.StatusOK || out["seat"] != "desk:morita" || !strings.HasPrefix(out["signIn"].(string), "si_") {
			t.Fatalf("%d %v", status, out)
		}
	}
	if status, renewed := page.renew(out["signIn"].(string)); status != http.StatusOK || renewed["seat"] != "desk:morita" {
		t.Errorf("another token by the page's key: %d %v", status, renewed)
	}
	kept := must(n.broker.signIns.PasskeysOf(t.Context(), "desk:morita"))(t)
	if len(kept.Known) != 1 || kept.Known[0].Authenticator.SignCount != 4 || len(kept.Known[0].Attestation.Object) != 0 {
		t.Errorf("kept: %+v", kept.Known)
	}
}

func TestAPasskeyIsNotRegisteredByAnAnswerThatIsWrong(t *testing.T) {
	n := newWorld(t).start(withPasskeys)
	page := n.newDevice()
	for situation, change := range map[string]func(p *passkey, options answer){
		"from another origin":         func(p *passkey, _ answer) { p.origin = "https://madoguchi.example.com" },
		"from a page without TLS":     func(p *passkey, _ answer) { p.origin = "http://madoguchi.example.jp" },
		"for another domain":          func(p *passkey, _ answer) { p.domain = "example.jp" },
		"for another challenge":       func(_ *passkey, o answer) { o["challenge"] = base64url([]byte(strings.Repeat("x", 32))) },
		"without user verification":   func(p *passkey, _ answer) { p.flags = userPresent },
		"without anybody being there": func(p *passkey, _ answer) { p.flags = userVerified },
	} {
		p := newPasskey(t)
		ceremony, options := page.begin("desk:morita")
		change(p, options)
		if status, out := page.finish("/v1/passkeys", ceremony, p.create(options)); status != http.StatusUnauthorized || !strings.Contains(out["type"].(string), "passkey-refused") {
			t.Errorf("%s: %d %v", situation, status, out)
		}
	}
	ceremony, options := page.begin("desk:morita")
	good := newPasskey(t).create(options)
	if status, out := page.finish("/v1/passkeys", ceremony, answer{"id": "x"}); status != http.StatusUnauthorized {
		t.Errorf("what is no credential: %d %v", status, out)
	}
	if status, out := page.finish("/v1/passkeys", ceremony, good); status != http.StatusUnauthorized || !strings.Contains(out["type"].(string), "spent") {
		t.Errorf("a ceremony that was answered wrongly before: %d %v", status, out)
	}
	asked, _ := page.asks()
	if status, _ := page.finish("/v1/passkeys", asked, good); status != http.StatusUnauthorized {
		t.Errorf("in the ceremony of a sign-in: %d", status)
	}
	if kept := must(n.broker.signIns.PasskeysOf(t.Context(), "desk:morita"))(t); len(kept.Known) != 0 {
		t.Errorf("%d passkeys are known all the same", len(kept.Known))
	}
	var out answer
	for _, device := range []string{booth1, "lobby:shiomachihama", "desk:nobody"} {
		if status, _ := n.call(http.MethodPost, "/v1/passkeys/begin", "", answer{"seat": device, "code": "x"}, &out); status != http.StatusNotFound {
			t.Errorf("a passkey for %s: %d %v", device, status, out)
		}
	}
}

func TestAPasskeysAnswerIsGoodOnceForItsOwnSeatOnly(t *testing.T) {
	w := newWorld(t)
	n := w.start(withPasskeys)
	page := n.newDevice()
	mine, theirs := newPasskey(t), newPasskey(t)
	for seat, p := range map[string]*passkey{"desk:morita": mine, "admin:ueda": theirs} {
		if status, out := page.register(seat, p); status != http.StatusOK {
			t.Fatalf("%d %v", status, out)
		}
	}
	for situation, change := range map[string]func(p *passkey, options answer){
		"from another origin":                       func(p *passkey, _ answer) { p.origin = "https://madoguchi.example.com" },
		"for another domain":                        func(p *passkey, _ answer) { p.domain = "example.jp" },
		"for another challenge":                     func(_ *passkey, o answer) { o["challenge"] = base64url([]byte(strings.Repeat("x", 32))) },
		"without user verification":                 func(p *passkey, _ answer) { p.flags = userPresent },
		"without anybody being there":               func(p *passkey, _ answer) { p.flags = userVerified },
		"whose counter has gone back":               func(p *passkey, _ answer) { p.counter = 0 },
		"whose counter stands still":                func(p *passkey, _ answer) { p.counter = 1 },
		"signed by another key":                     func(p *passkey, _ answer) { p.key = stranger(t) },
		"with somebody else's handle":               func(p *passkey, _ answer) { p.handle = theirs.handle },
		"with somebody else's handle and id":        func(p *passkey, _ answer) { p.handle, p.id = theirs.handle, theirs.id },
		"with an id nobody knows":                   func(p *passkey, _ answer) { p.id = []byte("nobody") },
		"with a handle nobody knows":                func(p *passkey, _ answer) { p.handle = []byte("nobody") },
		"with no handle":                            func(p *passkey, _ answer) { p.handle = nil },
		"with somebody else's id, by the right key": func(p *passkey, _ answer) { p.id = theirs.id },
	} {
		p := *mine
		p.counter = 100
		ceremony, options := page.asks()
		change(&p, options)
		if status, out := page.finish("/v1/passkeys/sign-in", ceremony, p.get(options)); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %v", situation, status, out)
		}
	}

	ceremony, options := page.asks()
	mine.counter++
	answered := mine.get(options)
	if status, out := page.finish("/v1/passkeys/sign-in", ceremony, answered); status != http.StatusOK || out["seat"] != "desk:morita" {
		t.Fatalf("after all of that: %d %v", status, out)
	}
	if status, _ := page.finish("/v1/passkeys/sign-in", ceremony, answered); status != http.StatusUnauthorized {
		t.Errorf("the same again: %d", status)
	}
	other, _ := page.asks()
	if status, _ := page.finish("/v1/passkeys/sign-in", other, answered); status != http.StatusUnauthorized {
		t.Errorf("an answer that was heard on the way, in another ceremony: %d", status)
	}
	begun, create := page.begin("desk:morita")
	mine.counter++
	if status, _ := page.finish("/v1/passkeys/sign-in", begun, mine.get(create)); status != http.StatusUnauthorized {
		t.Errorf("in the ceremony of a registration: %d", status)
	}
	late, options := page.asks()
	w.clock.advance(login.Ceremonies.Lasts())
	if status, _ := page.finish("/v1/passkeys/sign-in", late, mine.get(options)); status != http.StatusUnauthorized {
		t.Errorf("five minutes late: %d", status)
	}
}

func TestForgottenPasskeysDoNotComeBackByWhatWasBegunBefore(t *testing.T) {
	n := newWorld(t).start(withPasskeys)
	page, old, spare := n.newDevice(), newPasskey(t), newPasskey(t)
	if status, out := page.register("desk:morita", old); status != http.StatusOK {
		t.Fatalf("%d %v", status, out)
	}
	registering, create := page.begin("desk:morita")
	signing, ask := page.asks()
	if err := n.broker.signIns.DropPasskeys(t.Context(), "desk:morita"); err != nil {
		t.Fatal(err)
	}
	old.counter++
	if status, _ := page.finish("/v1/passkeys/sign-in", signing, old.get(ask)); status != http.StatusUnauthorized {
		t.Errorf("signed in by a forgotten one: %d", status)
	}
	if status, out := page.finish("/v1/passkeys", registering, spare.create(create)); status != http.StatusOK {
		t.Errorf("the new one: %d %v", status, out)
	}
	if kept := must(n.broker.signIns.PasskeysOf(t.Context(), "desk:morita"))(t); len(kept.Known) != 1 {
		t.Errorf("%d passkeys are known", len(kept.Known))
	}
	if status, _ := page.signInBy(old); status != http.StatusUnauthorized {
		t.Errorf("signed in by a forgotten one: %d", status)
	}
	spare.counter++
	if status, out := page.signInBy(spare); status != http.StatusOK {
		t.Errorf("by the new one: %d %v", status, out)
	}
}

func TestAskingForCeremoniesAndChallengesIsBoundedByNetworkAndInAll(t *testing.T) {
	w := newWorld(t)
	n := w.start(withPasskeys)
	asked := 0
	var header http.Header
	for status := http.StatusOK; status == http.StatusOK; asked++ {
		var out answer
		if status, header = n.call(http.MethodPost, "/v1/passkeys/ask", "", nil, &out); status != http.StatusOK && status != http.StatusTooManyRequests {
			t.Fatalf("%d %v", status, out)
		}
	}
	if asked < 100 || asked > 1000 || header.Get("Retry-After") == "" {
		t.Errorf("refused after %d asks, come back after %q", asked, header.Get("Retry-After"))
	}
	keys := must(w.redis.Keys(t.Context(), "*wait*").Result())(t)
	if fmt.Sprint(len(keys)) != "2" {
		t.Errorf("what waits is in %v", keys)
	}
}

func TestASigningInIsNotGivenMoreTokensThanAPageWants(t *testing.T) {
	n := newWorld(t).start(nil)
	booth := n.newDevice()
	signIn, _ := booth.enrol(booth1)
	given := 0
	for status := http.StatusOK; status == http.StatusOK; given++ {
		if status, _ = booth.renew(signIn); status != http.StatusOK && status != http.StatusTooManyRequests {
			t.Fatal(status)
		}
	}
	if given < 30 || given > 100 {
		t.Errorf("refused after %d tokens", given)
	}
}
