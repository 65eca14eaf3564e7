package signaling

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

type certificateKey struct{}

// withCertificate remembers the client certificate of a connection by its SHA-256 (x5t#S256, RFC 8705), once TLS has verified it.
func withCertificate(r *http.Request) context.Context {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return r.Context()
	}
	sum := sha256.Sum256(r.TLS.VerifiedChains[0][0].Raw)
	return context.WithValue(r.Context(), certificateKey{}, base64.RawURLEncoding.EncodeToString(sum[:]))
}

func certificateOf(ctx context.Context) string {
	sum, _ := ctx.Value(certificateKey{}).(string)
	return sum
}
