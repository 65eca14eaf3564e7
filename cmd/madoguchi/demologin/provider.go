package demologin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What the demo's client has to know.
const (
	Issuer     = "https://login.demo.invalid" // a name nobody can have: it is reached inside the process (Client)
	ClientID   = "madoguchi-demo"
	SeatsClaim = "madoguchi_seats"
	Prefix     = "/demo-login/" // where browsers reach its page
)

const (
	codeFor  = time.Minute
	codesMax = 1000
	callback = "/v1/oidc/callback"
	keyID    = "demo"
)

// Seat is one that may be chosen.
type Seat struct{ ID, Name string }

// Provider answers browsers and, through Client, the program itself.
type Provider struct {
	seats []Seat
	now   func() time.Time
	key   *ecdsa.PrivateKey
	mux   *http.ServeMux

	mu    sync.Mutex
	codes map[string]grant
}

// grant is what a code is good for.
type grant struct {
	seat, nonce, challenge, back string
	two                          bool
	until                        time.Time
}

// New makes one that lets anybody be at any of the seats.
func New(seats []Seat, now func() time.Time) (*Provider, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	p := &Provider{seats: seats, now: now, key: key, mux: http.NewServeMux(), codes: map[string]grant{}}
	p.mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	p.mux.HandleFunc("GET /jwks", p.jwks)
	p.mux.HandleFunc("POST /token", p.token)
	p.mux.HandleFunc("GET "+Prefix+"authorize", p.page)
	p.mux.HandleFunc("GET "+Prefix+"choose", p.choose)
	return p, nil
}

// ServeHTTP answers browsers: what lies under Prefix.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// Client reaches the provider inside the process, whatever port the demo listens on.
func (p *Provider) Client() *http.Client { return &http.Client{Transport: inside{p.mux}} }

type inside struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	i.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"issuer":                                Issuer,
		"authorization_endpoint":                Prefix + "authorize", // on the demo's own address, whatever it is
		"token_endpoint":                        Issuer + "/token",
		"jwks_uri":                              Issuer + "/jwks",
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
		"code_challenge_methods_supported":      []string{"S256"},
	})
}

func (p *Provider) jwks(w http.ResponseWriter, _ *http.Request) {
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text := base64.RawURLEncoding.EncodeToString
	answer(w, http.StatusOK, map[string]any{"keys": []map[string]string{{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": keyID, "x": text(point[1:33]), "y": text(point[33:]),
	}}})
}

var chooser = template.Must(template.New("chooser").Parse(`<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>試用のログイン</title>
<style>body{font:1.125rem/1.7 sans-serif;max-width:44rem;margin:0 auto;padding:2rem 1rem;color:#1a1a1c;background:#fff}
li{margin:1rem 0}a{display:inline-block;min-height:2.75rem;line-height:2.75rem;margin-right:1.5rem;color:#0017c1}</style></head>
<body><main><h1>試用のログイン</h1><p>これは試用です。だれとして入るかを選びます。本物のログインでは、ここで二つの方法で本人を確かめます。</p>
<ul>{{range .}}<li>{{.Name}}<br><a href="{{.Two}}">二つの方法で入る</a><a href="{{.One}}">合言葉だけで入る（ことわられます）</a></li>{{end}}</ul></main></body></html>
`))

// page asks who somebody wants to be.
func (p *Provider) page(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	if asked.Get("client_id") != ClientID || asked.Get("code_challenge_method") != "S256" || asked.Get("response_type") != "code" {
		http.Error(w, "want client_id "+ClientID+", response_type code and PKCE with S256", http.StatusBadRequest)
		return
	}
	type choice struct{ Name, Two, One string }
	var list []choice
	for _, s := range p.seats {
		with := func(factors string) string {
			query := url.Values{"seat": {s.ID}, "factors": {factors}}
			for _, name := range []string{"state", "nonce", "code_challenge", "redirect_uri"} {
				query.Set(name, asked.Get(name))
			}
			return Prefix + "choose?" + query.Encode()
		}
		list = append(list, choice{s.Name, with("2"), with("1")})
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	_ = chooser.Execute(w, list) // the template is our own: an error can only be a client that has gone
}

// choose sends somebody back with a code.
func (p *Provider) choose(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	back, err := url.Parse(asked.Get("redirect_uri"))
	if err != nil || back.Host != r.Host || back.Path != callback {
		http.Error(w, "redirect_uri is not the demo's own", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	for old, g := range p.codes {
		if p.now().After(g.until) {
			delete(p.codes, old)
		}
	}
	full := len(p.codes) >= codesMax
	if !full {
		p.codes[code] = grant{
			seat: asked.Get("seat"), nonce: asked.Get("nonce"), challenge: asked.Get("code_challenge"), back: back.String(),
			two: asked.Get("factors") == "2", until: p.now().Add(codeFor),
		}
	}
	p.mu.Unlock()
	if full {
		http.Error(w, "too many at once", http.StatusServiceUnavailable)
		return
	}
	back.RawQuery = url.Values{"code": {code}, "state": {asked.Get("state")}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	g, known := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	proved := base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge
	if !known || p.now().After(g.until) || !proved || r.FormValue("redirect_uri") != g.back {
		answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	amr := []string{"pwd"}
	if g.two {
		amr = append(amr, "otp")
	}
	// By the machine's clock: dates in it are checked by that, whatever time of the day the demo plays.
	at := time.Now()
	made := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": Issuer, "aud": ClientID, "sub": "demo-" + g.seat, "nonce": g.nonce, "amr": amr, SeatsClaim: []string{g.seat},
		"iat": at.Unix(), "exp": at.Add(5 * time.Minute).Unix(),
	})
	made.Header["kid"] = keyID
	id, err := made.SignedString(p.key)
	if err != nil {
		answer(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 300, "id_token": id})
}
