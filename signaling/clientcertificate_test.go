package signaling

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

// clientCertificate makes one by itself: this test's server takes each as its own authority.
func clientCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))(t)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: must(x509.ParseCertificate(der))(t)}
}

// overTLS serves the node's doors with TLS that asks for these certificates.
func (n *node) overTLS(certs ...tls.Certificate) *httptest.Server {
	n.t.Helper()
	server := httptest.NewUnstartedServer(n.server.Config.Handler)
	pool := x509.NewCertPool()
	for _, c := range certs {
		pool.AddCert(c.Leaf)
	}
	server.TLS = &tls.Config{ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: pool}
	server.StartTLS()
	n.t.Cleanup(server.Close)
	return server
}

// showing is a connection's side that shows a certificate, or none.
func showing(certs ...tls.Certificate) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, Certificates: certs}
}

func TestABoothsTokenIsBoundToTheClientCertificateItWasEnrolledWith(t *testing.T) {
	w := newWorld(t)
	n := w.start(func(c *Config) { c.Login.DeviceCertificates = true })
	mine, theirs := clientCertificate(t), clientCertificate(t)
	server := n.overTLS(mine, theirs)
	ask := func(shown *tls.Config, method, path, token string, body any) (int, answer) {
		transport := &http.Transport{TLSClientConfig: shown}
		defer transport.CloseIdleConnections()
		r := must(http.NewRequest(method, server.URL+path, strings.NewReader(string(must(json.Marshal(body))(t)))))(t)
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		response := must((&http.Client{Transport: transport}).Do(r))(t)
		defer response.Body.Close()
		var out answer
		if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, out
	}
	id := n.checkIn(w.book("shiomachihama-1", "medical@morita"))
	page := n.newDevice()
	enrol := func(shown *tls.Config) (int, answer) {
		code := must(n.broker.codes.Mint(t.Context(), booth1))(t)
		return ask(shown, http.MethodPost, "/v1/sign-in", "", answer{"seat": booth1, "code": code, "key": page.public()})
	}
	if status, out := enrol(showing()); status != http.StatusForbidden || !strings.Contains(out["type"].(string), "client-certificate") {
		t.Errorf("enrolled without one: %d %v", status, out)
	}
	status, out := enrol(showing(mine))
	if status != http.StatusOK {
		t.Fatalf("enrolled with one: %d %v", status, out)
	}
	token := out["token"].(string)
	status, minted := ask(showing(mine), http.MethodPost, "/v1/sessions/"+id+"/token", token, nil)
	if status != http.StatusOK {
		t.Fatalf("room token: %d %v", status, minted)
	}
	for situation, r := range map[string]struct {
		shown *tls.Config
		in    bool
	}{
		"with its own certificate": {showing(mine), true},
		"with that of another":     {showing(theirs), false},
		"with none (stolen)":       {showing(), false},
	} {
		if status, out := ask(r.shown, http.MethodGet, "/v1/me", token, nil); (status == http.StatusOK) != r.in {
			t.Errorf("HTTP %s: %d %v", situation, status, out)
		}
		dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, TLSClientConfig: r.shown}
		for what, worth := range map[string]string{"seat": token, "room": minted["token"].(string)} {
			conn, response, err := dialer.Dial("wss"+strings.TrimPrefix(server.URL, "https")+"/v1/connect", nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			p := &peer{t: t, conn: conn}
			p.say(protocol.TypeHello, protocol.Hello{Token: worth, App: "booth"})
			if r.in && what == "seat" {
				p.hear(protocol.TypeWelcome)
			} else if !r.in {
				if code := p.closeCode(); code != protocol.CloseBadToken {
					t.Errorf("WebSocket with its %s token %s: closed with %d", what, situation, code)
				}
			}
			_ = conn.Close()
		}
		ctx := t.Context()
		request := httptest.NewRequest(http.MethodPost, "/whip/"+id, nil)
		if certs := r.shown.Certificates; len(certs) > 0 {
			request.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{certs[0].Leaf}}}
			ctx = withCertificate(request)
		}
		if _, err := n.broker.WhipAuth().Authorize(ctx, minted["token"].(string), id); (err == nil) != r.in {
			t.Errorf("WHIP %s: %v", situation, err)
		}
	}
}
