package sfu

import (
	"context"
	"slices"
	"testing"

	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var bothWays = clientShape{upAudio: true, upVideo: true, downAudio: 3, downVideo: 3, talk: true}

func both(j Join) Join { j.Publish, j.Subscribe = true, true; return j }

func TestNothingPassesBeforeAdmissionAndEverythingAfter(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		name := map[bool]string{false: "over UDP", true: "over TCP only"}[tcp]
		t.Run(name, func(t *testing.T) {
			n := startNode(t, nil)
			shape := bothWays
			shape.tcpOnly = tcp
			booth, desk := newClient(t, "booth", shape), newClient(t, "desk", shape)
			booth.join(n, both(Join{Room: "r"}))
			desk.join(n, both(Join{Room: "r"}))
			defer booth.stream()()
			defer desk.stream()()
			booth.await("the node to have heard both", func() bool { return n.Stats().PacketsIn > 200 })
			if got := booth.total() + desk.total(); got != 0 {
				t.Fatalf("%d packets came through a closed gate", got)
			}
			if err := n.Admit(context.Background(), "r", []string{"booth", "desk"}); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct{ to, from *client }{{booth, desk}, {desk, booth}} {
				c.to.await("sound", func() bool {
					return holds(c.to.received(webrtc.RTPCodecTypeAudio, 0), "sound of "+c.from.name)
				})
				c.to.await("pictures", func() bool {
					return holds(c.to.received(webrtc.RTPCodecTypeVideo, 0), "picture of "+c.from.name)
				})
			}
		})
	}
}

// Three are in a room; two have a word in private, then all talk, then another two.
func TestOfTwoGroupsInOneRoomNeitherHearsTheOther(t *testing.T) {
	n := startNode(t, nil)
	names := []string{"booth", "doctor", "pharmacist"}
	clients, words := map[string]*client{}, map[string]*line{}
	for _, name := range names {
		clients[name] = newClient(t, name, bothWays)
		words[name] = clients[name].dataChannel("latest", true)
		clients[name].join(n, both(Join{Room: "r"}))
	}
	for _, name := range names {
		<-words[name].opened
	}
	for _, step := range []struct {
		name     string
		together [][]string
	}{
		{"the professionals have a word, the booth waits", [][]string{{"doctor", "pharmacist"}}},
		{"all talk", [][]string{names}},
		{"the booth talks with the doctor, the pharmacist waits", [][]string{{"booth", "doctor"}, {"pharmacist"}}},
		{"the doctor is in both", [][]string{{"booth", "doctor"}, {"doctor", "pharmacist"}}},
		{"nobody talks", nil},
	} {
		if err := n.Admit(t.Context(), "r", step.together...); err != nil {
			t.Fatal(err)
		}
		speak := func() {
			for _, name := range names {
				clients[name].sendAudio(step.name + " of " + name)
				words[name].say(step.name)
			}
		}
		speak()
		for _, to := range names {
			for _, from := range names {
				if !together(step.together, to, from) {
					continue
				}
				clients[to].await(step.name+": "+to+" hears and reads "+from, func() bool {
					speak()
					return hears(clients[to], step.name+" of "+from) && slices.Contains(words[to].others(), from+"\n"+step.name)
				})
			}
		}
		for _, to := range names {
			for _, from := range names {
				apart := from != to && !together(step.together, to, from)
				if apart && (hears(clients[to], step.name+" of "+from) || slices.Contains(words[to].others(), from+"\n"+step.name)) {
					t.Errorf("%s: %s hears or reads %s", step.name, to, from)
				}
			}
		}
	}
	if err := n.Admit(t.Context(), "r", make([][]string, maxGroups+1)...); err == nil {
		t.Error("more groups than there can be were taken")
	}
}

func together(groups [][]string, a, b string) bool {
	return a != b && slices.ContainsFunc(groups, func(g []string) bool { return slices.Contains(g, a) && slices.Contains(g, b) })
}

func hears(c *client, what string) bool {
	return slices.ContainsFunc([]int{0, 1, 2}, func(nth int) bool { return holds(c.received(webrtc.RTPCodecTypeAudio, nth), what) })
}
