package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

// timelines reads as a seat what happened to the visits of a number.
func (n *node) timelines(seat, office, number string) (status int, visits []Timeline, raw string) {
	n.t.Helper()
	var out json.RawMessage
	status, _ = n.call(http.MethodGet, "/v1/offices/"+office+"/timelines?number="+number, n.signIn(seat), nil, &out)
	var body struct{ Visits []Timeline }
	_ = json.Unmarshal(out, &body)
	return status, body.Visits, string(out)
}

func TestWhatHappenedToAVisitCanBeReadByItsNumber(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	booth, desk, id := n.sit(booth1), n.sit(morita), n.checkIn(a)
	booth.enter(n, id)
	booth.raw(`{"type":"report","voice":"ok","face":"missing","hearing":"ok","path":"relay","local":"relay","remote":"host"}`)
	booth.raw(`{"type":"report","microphone":"ended","output":"muted"}`)
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(n, id)
	desk.ok(desk.admit(booth1))
	booth.ok(booth.ask(protocol.TypeMute, func(id string) any { return protocol.Mute{ID: id, Audio: true} }))
	n.broker.PeerState(id, booth1, PeerConnected)
	n.broker.PeerQuality(id, booth1, protocol.LevelPoor, protocol.LevelGood)
	booth.ok(booth.request(protocol.TypeCall))
	_ = booth.conn.Close()

	wanted := []string{
		"opened ", "event entered", "online ", "test ok missing ok", "path relay", "seen ended muted", "event ready", "event admit", "mute off",
		"quality poor", "call called", "offline network",
	}
	var moments []Moment
	said := func(m Moment) string {
		words := []string{string(m.Kind)}
		for _, name := range []string{"event", "voice", "face", "hearing", "path", "audio", "up", "step", "microphone", "output", "reason"} {
			if m.More[name] != "" {
				words = append(words, m.More[name])
			}
		}
		return strings.Join(words, " ") + " "
	}
	n.until("everything is written", func() bool {
		_, visits, _ := n.timelines("admin:ops", a.Office, fmt.Sprint(a.Number))
		if len(visits) != 1 || visits[0].Session != id || visits[0].Booth != "shiomachihama-1" {
			return false
		}
		moments = visits[0].Moments
		for _, w := range wanted {
			if !slices.ContainsFunc(moments, func(m Moment) bool { return strings.HasPrefix(said(m), w) }) {
				return false
			}
		}
		return true
	})
	if !slices.IsSortedFunc(moments, func(a, b Moment) int { return a.At.Compare(b.At) }) {
		t.Error("the moments are not in their order")
	}
	_, byReception, raw := n.timelines("admin:ops", a.Office, a.Reception)
	if len(byReception) != 1 || byReception[0].Session != id {
		t.Errorf("by the reception number: %s", raw)
	}
	if strings.Contains(raw, "シオマチ") || strings.Contains(raw, "医師") {
		t.Error("a name is in it")
	}
	if ttl := n.redis.PTTL(context.Background(), keyspace{area}.timeline(id)).Val(); ttl <= 0 || ttl > 14*24*time.Hour {
		t.Errorf("it is kept for %v", ttl)
	}
	for _, seat := range []string{counter, morita, booth1} {
		if status, _, _ := n.timelines(seat, a.Office, fmt.Sprint(a.Number)); status != http.StatusForbidden {
			t.Errorf("%s got %d", seat, status)
		}
	}
	if status, visits, _ := n.timelines("admin:ops", a.Office, "999999"); status != http.StatusOK || len(visits) != 0 {
		t.Errorf("a number of nobody: %d, %d visits", status, len(visits))
	}
}

func TestNotingNeverWaitsForRedis(t *testing.T) {
	w := newWorld(t)
	lines := newTimelines(w.redis, keyspace{area}, "n_1", time.Hour)
	for range momentsWaiting + 10 { // nobody writes
		lines.note("s_1", time.Now(), MomentMute, booth1, "audio", "off")
	}
	if got := lines.dropped.Load(); got != 10 {
		t.Errorf("%d dropped", got)
	}
}

func TestABoothDoesWhatItIsAskedForFromAnotherNode(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	booth := there.sit(booth1)
	done := make(chan int)
	go func() {
		var out answer
		status, _ := here.call(http.MethodPost, "/v1/booths/shiomachihama-1/remote", here.signIn(counter), answer{"what": "volume"}, &out)
		done <- status
	}()
	asked := booth.hear(protocol.TypeRemote).(protocol.Remote)
	if asked.What != protocol.RemoteVolume {
		t.Errorf("asked for %+v", asked)
	}
	booth.ok(booth.ask(protocol.TypeRemoteDone, func(id string) any { return protocol.RemoteDone{ID: id, Command: asked.Command} }))
	if status := <-done; status != http.StatusOK {
		t.Errorf("answered %d", status)
	}
	var out answer
	for seat, want := range map[string]int{"counter:okuse": http.StatusNotFound, morita: http.StatusForbidden} {
		if status, _ := here.call(http.MethodPost, "/v1/booths/shiomachihama-1/remote", here.signIn(seat), answer{"what": "reload"}, &out); status != want {
			t.Errorf("%s got %d", seat, status)
		}
	}
}

func TestTheDeskThatTalksWithABoothMayHaveItPutItsVolumeBack(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, _ := n.waitingVisit()
	ask := func(seat string) int {
		var out answer
		status, _ := n.call(http.MethodPost, "/v1/booths/shiomachihama-1/remote", n.signIn(seat), answer{"what": "volume"}, &out)
		return status
	}
	if status := ask(morita); status != http.StatusForbidden {
		t.Errorf("before anybody is let in: %d", status)
	}
	doctor.ok(doctor.admit(booth1))
	done := make(chan int)
	go func() { done <- ask(morita) }()
	asked := booth.hear(protocol.TypeRemote).(protocol.Remote)
	booth.ok(booth.ask(protocol.TypeRemoteDone, func(id string) any { return protocol.RemoteDone{ID: id, Command: asked.Command} }))
	if status := <-done; status != http.StatusOK {
		t.Errorf("in the consultation: %d", status)
	}
	if status := ask(pharmacist); status != http.StatusForbidden {
		t.Errorf("another desk: %d", status)
	}
}
