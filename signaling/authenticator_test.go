package signaling

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Flags of authenticator data (WebAuthn level 3, 6.1).
const (
	userPresent  = 1 << 0
	userVerified = 1 << 2
	attested     = 1 << 6
)

// passkey is a credential in a software authenticator, with everything in it that can be wrong.
type passkey struct {
	t       testing.TB
	key     *ecdsa.PrivateKey
	id      []byte
	handle  []byte
	domain  string
	origin  string
	flags   byte
	counter uint32
}

func newPasskey(t testing.TB) *passkey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &passkey{t: t, key: key, id: []byte(rand.Text()), domain: passkeyDomain, origin: passkeyOrigin, flags: userPresent | userVerified, counter: 1}
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// client is what the browser says it has asked the authenticator for.
func (p *passkey) client(kind string, options answer) []byte {
	p.t.Helper()
	raw, err := json.Marshal(answer{"type": kind, "challenge": options["challenge"], "origin": p.origin, "crossOrigin": false})
	if err != nil {
		p.t.Fatal(err)
	}
	return raw
}

// data is authenticator data, with the key in it where that is new.
func (p *passkey) data(isNew bool) []byte {
	p.t.Helper()
	domain := sha256.Sum256([]byte(p.domain))
	data := append([]byte{}, domain[:]...)
	flags := p.flags
	if isNew {
		flags |= attested
	}
	data = append(data, flags)
	data = binary.BigEndian.AppendUint32(data, p.counter)
	if !isNew {
		return data
	}
	point, err := p.key.PublicKey.Bytes()
	if err != nil {
		p.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]}) // COSE, RFC 9053
	if err != nil {
		p.t.Fatal(err)
	}
	data = append(data, make([]byte, 16)...) // of no known make
	data = binary.BigEndian.AppendUint16(data, uint16(len(p.id)))
	return append(append(data, p.id...), public...)
}

// create answers navigator.credentials.create.
func (p *passkey) create(options answer) answer {
	p.t.Helper()
	handle, err := base64.RawURLEncoding.DecodeString(options["user"].(map[string]any)["id"].(string))
	if err != nil {
		p.t.Fatal(err)
	}
	p.handle = handle
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": p.data(true)})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.credential(answer{"clientDataJSON": base64url(p.client("webauthn.create", options)), "attestationObject": base64url(object)})
}

// get answers navigator.credentials.get.
func (p *passkey) get(options answer) answer {
	p.t.Helper()
	data, client := p.data(false), p.client("webauthn.get", options)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, p.key, signed[:])
	if err != nil {
		p.t.Fatal(err)
	}
	return p.credential(answer{
		"clientDataJSON": base64url(client), "authenticatorData": base64url(data), "signature": base64url(signature), "userHandle": base64url(p.handle),
	})
}

func (p *passkey) credential(response answer) answer {
	return answer{"id": base64url(p.id), "rawId": base64url(p.id), "type": "public-key", "response": response, "clientExtensionResults": answer{}}
}
