package access

import "crypto/ed25519"

// Sign signs a message that is no token with the newest key: a statement of the audit trail. It gives the key's id, its public half
// and the signature (Ed25519, RFC 8032). What a token signs has no space in it, and what this is for begins with a word and one, so
// that neither can be taken for the other.
func (k *Keys) Sign(message []byte) (kid string, public ed25519.PublicKey, signature []byte, err error) {
	kid, key := k.signing()
	public, _ = key.Public().(ed25519.PublicKey)
	return kid, public, ed25519.Sign(key, message), nil
}

// Public gives the public half of a key; false for an id nobody here knows.
func (k *Keys) Public(kid string) (ed25519.PublicKey, bool) {
	key, ok := k.verifying(kid)
	if !ok {
		return nil, false
	}
	public, ok := key.(ed25519.PublicKey)
	return public, ok
}
