package wire

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pion/stun/v4"
)

// Credentials are what a peer needs to know of us for its connectivity checks (RFC 8445).
type Credentials struct{ Ufrag, Password string }

// newCredentials are random: 96 bits to be found by, 192 bits to be trusted by. The letters are those ICE allows.
func newCredentials() Credentials {
	return Credentials{Ufrag: word(16), Password: word(32)}
}

func word(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = letters[b[i]&63]
	}
	return string(b)
}

// user is one set of credentials of a connection, known by our ufrag.
type user struct {
	conn   *Conn
	local  Credentials
	remote string // the peer's ufrag
	era    int    // counts the connection's ICE restarts
}

// Why a check is not answered. Nothing is said to whoever sent it: an honest peer never sends one of these for long.
var (
	errNotCheck    = errors.New("not a binding request with user and fingerprint")
	errUnknownUser = errors.New("unknown user")
	errIntegrity   = errors.New("message integrity does not hold")
)

// verdict is what a check that may be answered says.
type verdict struct {
	user      *user
	nominates bool
	conflict  bool // the peer thinks that we lead
	priority  uint32
}

// judge reads a connectivity check. Attributes after the integrity are not vouched for and do not count.
func judge(m *stun.Message, find func(ufrag string) *user) (verdict, error) {
	var v verdict
	if m.Type != stun.BindingRequest || stun.Fingerprint.Check(m) != nil {
		return v, errNotCheck
	}
	name, signed := "", false
	for _, a := range m.Attributes {
		switch a.Type {
		case stun.AttrUsername:
			name = string(a.Value)
		case stun.AttrUseCandidate:
			v.nominates = true
		case stun.AttrICEControlled:
			v.conflict = true
		case stun.AttrPriority:
			if len(a.Value) == 4 {
				v.priority = binary.BigEndian.Uint32(a.Value)
			}
		case stun.AttrMessageIntegrity:
			signed = true
		}
		if signed {
			break
		}
	}
	ours, theirs, ok := strings.Cut(name, ":")
	if !ok || !signed {
		return v, errNotCheck
	}
	v.user = find(ours)
	if v.user == nil || v.user.remote != theirs {
		return v, errUnknownUser
	}
	if stun.MessageIntegrity(v.user.local.Password).Check(m) != nil {
		return v, errIntegrity
	}
	return v, nil
}

// What makes media follow a check to another way.
const (
	nominationHolds = time.Second     // a worse way that is nominated wins once the better one has not been for so long
	silenceHolds    = 3 * time.Second // a way merely checked wins once the present one has been silent for so long
)

// way is what a decision between two ways rests on.
type way struct {
	era       int           // ICE restarts before it was nominated or checked
	priority  uint32        // of the peer's candidate
	nominated time.Duration // when last; negative: never
	heard     time.Duration // when last
}

// moves reports whether media should leave the present way for another one, from which a check has just come. Peers may
// nominate aggressively, several ways in turn, and then the best holds; a peer that has moved nominates the new way only; a
// peer that does not know that its address has changed (NAT) just goes silent at the old one.
func moves(present, other way, nominates bool, now time.Duration) bool {
	switch {
	case !nominates:
		return present.nominated < 0 && other.priority > present.priority || now-present.heard > silenceHolds
	case present.nominated < 0 || other.era > present.era:
		return true
	default:
		return other.priority >= present.priority || now-present.nominated > nominationHolds
	}
}

// transaction names one check; it is random (RFC 8489 section 5).
type transaction = [stun.TransactionIDSize]byte

// transactions are a connection's latest checks and the ways they came. A check that comes again another way is a copy that
// somebody has made on the way: it holds, and to follow it would let whoever sees one check send media where they like. A peer
// makes a new transaction for every way, and repeats one within seconds.
type transactions struct {
	latest [64]struct {
		id  transaction
		way *path
	}
	next int
}

// cameOtherwise reports whether a check has come before, by another way.
func (t *transactions) cameOtherwise(id transaction, p *path) bool {
	for i := range t.latest {
		if c := &t.latest[i]; c.way != nil && c.id == id && c.way != p {
			return true
		}
	}
	return false
}

func (t *transactions) note(id transaction, p *path) {
	t.latest[t.next].id, t.latest[t.next].way = id, p
	t.next = (t.next + 1) % len(t.latest)
}

// errRole is sent to a peer that thinks that we lead: a lite agent never does (RFC 8445 section 7.3.1.1).
var errRole = stun.ErrorCodeAttribute{Code: stun.CodeRoleConflict, Reason: []byte("Role Conflict")}

// reply builds the answer to a check that came over a way.
func (v verdict) reply(m *stun.Message, p *path) ([]byte, error) {
	setters := []stun.Setter{
		stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: p.addr.Addr().AsSlice(), Port: int(p.addr.Port())},
		stun.MessageIntegrity(v.user.local.Password), stun.Fingerprint,
	}
	if v.conflict {
		setters[1], setters[2] = stun.BindingError, errRole
	}
	r, err := stun.Build(setters...)
	if err != nil {
		return nil, fmt.Errorf("build answer to a check: %w", err)
	}
	return r.Raw, nil
}

// CheckCandidate reports what is wrong with a candidate attribute of a peer. Nothing else is done with it: a lite agent
// learns where its peer is from the peer's checks.
func CheckCandidate(s string) error {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "a="), "candidate:")
	f := strings.Fields(s)
	if len(f) < 8 || f[6] != "typ" {
		return errors.New("not of the form candidate:foundation component transport priority address port typ type")
	}
	for name, text := range map[string]string{"component": f[1], "priority": f[3], "port": f[5]} {
		if text == "" || len(text) > 10 || strings.Trim(text, "0123456789") != "" {
			return fmt.Errorf("%s %.20q is not a number", name, text)
		}
	}
	return nil
}
