package wire

import (
	"errors"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/stun/v4"
)

// aCheck builds a connectivity check as a browser sends it.
func aCheck(t testing.TB, setters ...stun.Setter) *stun.Message {
	t.Helper()
	m, err := stun.Build(append([]stun.Setter{stun.TransactionID}, setters...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOnlyChecksThatHoldAreAnswered(t *testing.T) {
	us := &user{local: Credentials{"ours", "the password of the node"}, remote: "theirs"}
	find := func(ufrag string) *user {
		if ufrag == "ours" {
			return us
		}
		return nil
	}
	name, integrity := stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity("the password of the node")
	for _, row := range []struct {
		name    string
		setters []stun.Setter
		want    error
	}{
		{"a check", []stun.Setter{stun.BindingRequest, name, ice.PriorityAttr(7), integrity, stun.Fingerprint}, nil},
		{"with another password", []stun.Setter{stun.BindingRequest, name, stun.NewShortTermIntegrity("guess"), stun.Fingerprint}, errIntegrity},
		{"without integrity", []stun.Setter{stun.BindingRequest, name, stun.Fingerprint}, errNotCheck},
		{"without fingerprint", []stun.Setter{stun.BindingRequest, name, integrity}, errNotCheck},
		{"of an unknown user", []stun.Setter{stun.BindingRequest, stun.NewUsername("whose:theirs"), integrity, stun.Fingerprint}, errUnknownUser},
		{"of a user as whom it was not told", []stun.Setter{stun.BindingRequest, stun.NewUsername("ours:others"), integrity, stun.Fingerprint}, errUnknownUser},
		{"without a user", []stun.Setter{stun.BindingRequest, integrity, stun.Fingerprint}, errNotCheck},
		{"of half a user", []stun.Setter{stun.BindingRequest, stun.NewUsername("ours"), integrity, stun.Fingerprint}, errNotCheck},
		{"whose user is not vouched for", []stun.Setter{stun.BindingRequest, integrity, name, stun.Fingerprint}, errNotCheck},
		{"that is an answer", []stun.Setter{stun.BindingSuccess, name, integrity, stun.Fingerprint}, errNotCheck},
		{"that is an indication", []stun.Setter{stun.NewType(stun.MethodBinding, stun.ClassIndication), name, integrity, stun.Fingerprint}, errNotCheck},
	} {
		if _, err := judge(aCheck(t, row.setters...), find); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}

func TestWhatACheckSays(t *testing.T) {
	us := &user{local: Credentials{"ours", "secret"}, remote: "theirs"}
	name, integrity := stun.NewUsername("ours:theirs"), stun.NewShortTermIntegrity("secret")
	for _, row := range []struct {
		name string
		add  []stun.Setter
		want verdict
	}{
		{"nothing more", nil, verdict{user: us}},
		{"how good the way is", []stun.Setter{ice.PriorityAttr(1234)}, verdict{user: us, priority: 1234}},
		{"that this way is to be used", []stun.Setter{ice.UseCandidate()}, verdict{user: us, nominates: true}},
		{"that it leads", []stun.Setter{ice.AttrControlling(1)}, verdict{user: us}},
		{"that we lead", []stun.Setter{ice.AttrControlled(1)}, verdict{user: us, conflict: true}},
	} {
		setters := append(append([]stun.Setter{stun.BindingRequest, name}, row.add...), integrity, stun.Fingerprint)
		got, err := judge(aCheck(t, setters...), func(string) *user { return us })
		if err != nil || got != row.want {
			t.Errorf("%s: %+v, %v", row.name, got, err)
		}
	}
	late := aCheck(t, stun.BindingRequest, name, integrity, ice.UseCandidate(), stun.Fingerprint)
	if got, err := judge(late, func(string) *user { return us }); err != nil || got.nominates {
		t.Errorf("a nomination nobody vouches for counted: %+v, %v", got, err)
	}
}

func TestMediaFollowTheWayThePeerMeans(t *testing.T) {
	const now = time.Minute
	recent := now - 200*time.Millisecond
	for _, row := range []struct {
		name           string
		present, other way
		nominates      bool
		want           bool
	}{
		{"the first nomination ends the provisional choice", way{nominated: -1, priority: 9, heard: recent}, way{priority: 1}, true, true},
		{"a better way is checked before any is nominated", way{nominated: -1, priority: 1, heard: recent}, way{priority: 9}, false, true},
		{"a worse way is checked before any is nominated", way{nominated: -1, priority: 9, heard: recent}, way{priority: 1}, false, false},
		{"a way is only checked", way{nominated: recent, heard: recent}, way{priority: 99}, false, false},
		{"the peer's address has changed without its knowing", way{nominated: recent, heard: now - 4*time.Second}, way{}, false, true},
		{"a better way is nominated", way{nominated: recent, heard: recent, priority: 1}, way{priority: 2}, true, true},
		{"an equal way is nominated", way{nominated: recent, heard: recent, priority: 1}, way{priority: 1}, true, true},
		{"a worse way is nominated in turn with a better", way{nominated: recent, heard: recent, priority: 2}, way{priority: 1}, true, false},
		{"only the worse way is nominated any more", way{nominated: now - 2*time.Second, heard: recent, priority: 2}, way{priority: 1}, true, true},
		{"a worse way is nominated after an ICE restart", way{nominated: recent, heard: recent, priority: 2}, way{era: 1, priority: 1}, true, true},
	} {
		if got := moves(row.present, row.other, row.nominates, now); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestCandidatesAreCheckedForTheirForm(t *testing.T) {
	for _, row := range []struct {
		text string
		good bool
	}{
		{"candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host", true},
		{"candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 10.0.0.1 rport 46154 generation 0 ufrag a network-cost 999", true},
		{"candidate:1 1 udp 2113937151 1f2e3d4c-1111-4222-8333-444455556666.local 51000 typ host", true},
		{"a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active", true},
		{"", false},
		{"x", false},
		{"candidate:1 1 udp high 127.0.0.1 9 typ host", false},
		{"candidate:1 1 udp 1 127.0.0.1 9 is host", false},
		{"candidate:1 1 udp 1 127.0.0.1 -9 typ host", false},
	} {
		if err := CheckCandidate(row.text); (err == nil) != row.good {
			t.Errorf("%q: %v", row.text, err)
		}
	}
}
