package signaling

import (
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

func TestNoEndIsForgottenWithWhichRedisHasNotBeenCompared(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	c.desk.ok(c.desk.request(protocol.TypeEnd))
	c.booth.hear(protocol.TypeEnded)
	d, _ := n.broker.hub.doc(c.session)
	for _, row := range []struct {
		what     string
		compared time.Time
		known    bool
	}{
		{"Redis has been away ever since", d.ClosedAt.Add(-time.Second), true},
		{"it was there at once, and a late word may still come", d.ClosedAt.Add(rememberedFor), true},
		{"it has what is known here, minutes later", d.ClosedAt.Add(rememberedFor + time.Millisecond), false},
	} {
		n.broker.hub.prune(row.compared)
		if _, known := n.broker.hub.doc(c.session); known != row.known {
			t.Errorf("%s: known %v", row.what, known)
		}
	}
	if d, err := n.broker.current(t.Context(), c.session); err != nil || d.State != protocol.StateClosed {
		t.Errorf("whoever comes later: %+v, %v", d, err)
	}
}

func TestWhileRedisIsAwayNothingCountsAsCompared(t *testing.T) {
	n := newWorld(t).start(nil)
	n.until("it has been compared", func() bool { return n.broker.compared.Load() > 0 })
	n.mini.Close()
	n.broker.reload(t.Context())
	before := n.broker.compared.Load()
	n.clock.advance(time.Hour)
	n.broker.reload(t.Context())
	if after := n.broker.compared.Load(); after != before {
		t.Errorf("compared at %d, and Redis was away", after)
	}
	if err := n.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	n.until("it is compared again", func() bool { n.broker.reload(t.Context()); return n.broker.compared.Load() > before })
}
