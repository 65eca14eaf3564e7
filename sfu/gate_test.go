package sfu

import (
	"context"
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
