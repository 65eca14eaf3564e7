package access

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// jwk is a public key as RFC 8037 writes one of Ed25519.
type jwk struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	X         string `json:"x"`
	ID        string `json:"kid"`
	Algorithm string `json:"alg"`
	Use       string `json:"use"`
}

// JWKS answers with the public half of every key that verifies (RFC 7517), so that others can check our tokens. It may be
// kept for a third of the time that a new key is published before it signs: who asks for it in good time never meets a
// token with a key that was not in it.
func (k *Keys) JWKS() http.Handler {
	kept := "public, max-age=" + strconv.Itoa(int(PublishedFirst/3/time.Second))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", kept)
		w.Header().Set("Access-Control-Allow-Origin", "*") // they are public
		_ = json.NewEncoder(w).Encode(map[string][]jwk{"keys": k.public()})
	})
}

// public lists the public keys, the newest first.
func (k *Keys) public() []jwk {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]jwk, 0, len(k.ids))
	for i := len(k.ids) - 1; i >= 0; i-- {
		x := k.byID[k.ids[i]].Public().(ed25519.PublicKey)
		list = append(list, jwk{"OKP", "Ed25519", base64.RawURLEncoding.EncodeToString(x), k.ids[i], "EdDSA", "sig"})
	}
	return list
}
