package fleet

import (
	"testing"
	"time"

	"madoguchi/sfu"
)

func TestAPortIsCutOffWhenItDoesNotAnswerAndNobodyIsHeardThere(t *testing.T) {
	const s = time.Second
	flowing := sfu.Reach{People: 2, Networks: 2, Spread: 20 * time.Millisecond}
	silent := func(silent, spread time.Duration, people, networks int) sfu.Reach {
		return sfu.Reach{People: people, Networks: networks, Silent: silent, Spread: spread}
	}
	for _, row := range []struct {
		situation  string
		unanswered time.Duration
		reach      sfu.Reach
		cut        bool
		noise      float64
	}{
		{"it answers and people are heard", 0, flowing, false, 0},
		{"only we do not reach it", 60 * s, flowing, false, 0},
		{"the two of one room are silent, and it answers", 0, silent(10*s, 0, 2, 2), false, 0},
		{"the one person there has gone, and it answers", 0, silent(20*s, 0, 1, 1), false, 0},
		{"an office whose firewall lets no UDP through came by TCP: nobody is here by UDP", 60 * s, sfu.Reach{}, false, 0},
		{"one of two has a bad line", 0, silent(0, 8*s, 2, 2), false, 0},
		{"it does not answer for a moment", 1400 * time.Millisecond, silent(1400*time.Millisecond, 0, 2, 2), false, 0},
		{"it does not answer, and nobody is heard", 1500 * time.Millisecond, silent(1300*time.Millisecond, 0, 2, 2), true, 0},
		{"it does not answer, people are heard and hear nothing", 2 * s, sfu.Reach{People: 2, Networks: 1, Unread: 3 * s}, true, 0},
		{"it does not answer us, people are heard, and somebody reads its reports", 9 * s, sfu.Reach{People: 2, Networks: 2, Unread: s}, false, 0},
		{"it answers us, and people everywhere fell silent at once", 0, silent(3500*time.Millisecond, 2*s, 40, 12), true, 0},
		{"it answers us, and all of one office fell silent at once", 0, silent(10*s, s, 6, 2), false, 0},
		{"it answers us, and people everywhere have fallen silent one after the other", 0, silent(4*s, 20*s, 4, 4), false, 0},
		{"strangers flood it: neither people nor probes are heard", 9 * s, silent(9*s, 0, 2, 2), false, 40_000},
	} {
		t.Run(row.situation, func(t *testing.T) {
			if got := cutOff(row.unanswered, row.reach, row.noise); got != row.cut {
				t.Errorf("cut off: %v, want %v", got, row.cut)
			}
		})
	}
}

func TestAPortThatHasNeverAnsweredUsIsNotJudged(t *testing.T) {
	m := &member{witnesses: witnesses{port: still{time: time.Minute}}}
	if m.deaf() || m.unanswered() != 0 {
		t.Error("a broker from where the port cannot be reached judges it")
	}
	if m.sounding.answers = 1; !m.deaf() {
		t.Error("a port that has answered before is not judged")
	}
}

// A node whose port answers and whose people are heard is left alone, and one whose port is said to be elsewhere, where
// nothing answers any more, gets no new rooms.
func TestAPortIsProbedAndOneThatFallsSilentGetsNoNewRooms(t *testing.T) {
	w := newTown(t)
	hosts := map[string]*hostOf{}
	for range 2 {
		h := w.host()
		hosts[h.id] = h
	}
	one := w.fleet()
	one.sees(t, 2)
	answered := func(id string) uint64 {
		one.Fleet.mu.Lock()
		defer one.Fleet.mu.Unlock()
		return one.nodes[id].sounding.answers
	}
	for id := range hosts {
		until(t, "the port of "+id+" has answered some probes", func() bool { return answered(id) > 5 })
	}
	var silenced string
	for id := range hosts {
		silenced = id
	}
	one.Fleet.mu.Lock()
	one.nodes[silenced].record.Probe.Password = "another" // until the next look: an answer that nobody vouches for does not count
	one.nodes[silenced].port.time = portAfter
	chosen := map[string]bool{}
	for i := range 40 {
		node, ok := one.choose(string(rune('a'+i)), "")
		if !ok {
			t.Error("no node is found")
		}
		chosen[node] = true
	}
	one.Fleet.mu.Unlock()
	if chosen[silenced] || len(chosen) != 1 {
		t.Errorf("rooms were given to %v", chosen)
	}
}

func TestANodeThatWasKilledLeavesTheRegistryInTheEnd(t *testing.T) {
	w := newTown(t)
	dead, _ := w.host(), w.host()
	one := w.fleet()
	one.sees(t, 2)
	dead.kill()
	lost := func() (is bool) {
		one.Fleet.mu.Lock()
		defer one.Fleet.mu.Unlock()
		m := one.nodes[dead.id]
		if m == nil || !m.lost {
			return false
		}
		m.lostAt -= 2 * deadKept // as if it had been long ago
		return true
	}
	until(t, "it is taken for lost", lost)
	until(t, "the registry holds the living one only", func() bool {
		list, err := one.store.all(t.Context())
		return err == nil && len(list) == 1
	})
}
