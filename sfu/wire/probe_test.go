package wire

import (
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

func TestAProbeIsAnsweredAndOpensNothing(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	probe := e.Probe()
	f := newFar(t, e)
	ask, err := probe.Ask()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.socket.Load().Write(ask.Raw); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-f.replies:
		if err := probe.Answers(got); err != nil || got.TransactionID != ask.TransactionID {
			t.Errorf("%v: %v", got, err)
		}
		if other := (Probe{Ufrag: probe.Ufrag, Password: "another"}); other.Answers(got) == nil {
			t.Error("an answer of another port was taken for this one's")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("a probe is not answered")
	}
	if len(e.conns) != 0 || len(e.users) != 0 {
		t.Errorf("after a probe there are %d connections and %d users", len(e.conns), len(e.users))
	}
	stranger, err := Probe{Ufrag: probe.Ufrag, Password: "a guess"}.Ask()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.socket.Load().Write(stranger.Raw); err != nil {
		t.Fatal(err)
	}
	if _, err := f.socket.Load().Write(ask.Raw); err != nil {
		t.Fatal(err)
	}
	if got := <-f.replies; got.TransactionID != ask.TransactionID {
		t.Error("a probe of somebody without the password is answered")
	}
	if err := probe.Answers(stun.MustBuild(stun.BindingSuccess, stun.TransactionID)); err == nil {
		t.Error("an answer without a seal was taken")
	}
}
