package protocol

// How the ends of a visit agree on keys of which the server knows nothing.
const (
	TypeAnnounceKeys = "announce_keys" // what this page tells the others of its keys
	TypeKeys         = "keys"          // what everybody has told
)

// AnnounceKeys takes the place of what this participant said before. The server passes it on to whoever has entered the
// session, those who wait at its gate too, and understands nothing of it: public keys, and secret ones sealed for one
// participant each. It is kept as long as the session.
//
// Held is what takes its place as soon as both this participant and HeldFor are let in, and is told to nobody before: by it
// HeldFor has the key with the admission itself, and not a round trip later.
type AnnounceKeys struct {
	ID      string `json:"id" limit:"64"`
	Notice  string `json:"notice" limit:"6144"`
	Held    string `json:"held,omitempty" limit:"2048"`
	HeldFor string `json:"heldFor,omitempty" limit:"128"`
}

// Keys is what everybody in the session has said of their keys, whole. A participant who has said nothing is not listed.
type Keys struct {
	Session string      `json:"session"`
	People  []KeyNotice `json:"people"`
}

// KeyNotice is what one participant has said.
type KeyNotice struct {
	Participant string `json:"participant"`
	Notice      string `json:"notice"`
}
