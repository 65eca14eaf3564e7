package sfu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// sketch is an offer of m-lines such as "up audio" and "down video", with the mids 0, 1, 2 …
func sketch(lines ...string) string {
	var b strings.Builder
	var mids []string
	for i, l := range lines {
		way, kind, _ := strings.Cut(l, " ")
		dir := map[string]string{"up": "sendonly", "down": "recvonly"}[way]
		mids = append(mids, fmt.Sprint(i))
		format := "111 opus/48000/2"
		if kind == "video" {
			format = "96 VP8/90000"
		}
		pt, _, _ := strings.Cut(format, " ")
		fmt.Fprintf(&b, "m=%s 9 UDP/TLS/RTP/SAVPF %s\r\na=mid:%d\r\na=%s\r\na=rtcp-mux\r\na=rtpmap:%s\r\n", kind, pt, i, dir, format)
		if kind == "audio" {
			b.WriteString("a=fmtp:111 minptime=10;useinbandfec=1\r\n")
		}
	}
	return strings.Replace(offerOf(b.String()), "BUNDLE 0", "BUNDLE "+strings.Join(mids, " "), 1)
}

// numbered numbers them as mids from first on.
func numbered(first int, list ...string) map[string]string {
	m := map[string]string{}
	for i, p := range list {
		m[fmt.Sprint(first+i)] = p
	}
	return m
}

// slots are a participant's receiving m-lines as the observer was told: "mid: from/purpose".
func (w *witness) slots(participant string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, t := range w.tracks[participant] {
		list = append(list, t.Mid+": "+t.From+"/"+t.Purpose)
	}
	slices.Sort(list)
	return list
}

// everythingTold is closed when the observer has heard of everything so far.
func everythingTold(n *Node) <-chan struct{} {
	told := make(chan struct{})
	n.notify.call(func() { close(told) })
	return told
}

// sends makes every track of everybody one that is being sent.
func sends(n *Node) {
	for _, r := range n.allRooms() {
		for _, p := range r.allPeers() {
			for _, u := range p.ups {
				u.sending.Store(true)
			}
		}
		r.resettle()
	}
}

func TestTracksComeOnTheMLinesKeptForTheirPurpose(t *testing.T) {
	ours := []string{"down audio", "down audio", "down video", "down video", "down video"}
	kept := numbered(0, "voice", "stethoscope", "face", "document", "screen")
	booth := []string{"up audio", "up audio", "up video", "up video"}
	for _, row := range []struct {
		name  string
		desk  []string
		kept  map[string]string
		booth []string
		sends map[string]string
		want  []string
	}{
		{
			"each in its place, whatever order it is offered in", ours, kept, booth, numbered(0, "stethoscope", "voice", "document", "face"),
			[]string{"0: booth/voice", "1: booth/stethoscope", "2: booth/face", "3: booth/document"},
		},
		{
			"device sound is not put where a voice is expected", ours[:1], kept, booth, numbered(0, "stethoscope", "stethoscope", "face", "face"),
			nil,
		},
		{
			"a second sheet of paper takes the screen's place", ours, kept, booth, numbered(0, "voice", "voice", "document", "document"),
			[]string{"0: booth/voice", "3: booth/document", "4: booth/document"},
		},
		{
			"m-lines for anything carry voice and face first", []string{"down audio", "down video"}, nil, booth,
			numbered(0, "stethoscope", "voice", "document", "face"), []string{"0: booth/voice", "1: booth/face"},
		},
		{
			"m-lines for anything carry the rest where there is room", []string{"down audio", "down audio", "down video", "down video"}, nil, booth,
			numbered(0, "stethoscope", "voice", "document", "face"),
			[]string{"0: booth/voice", "1: booth/stethoscope", "2: booth/face", "3: booth/document"},
		},
		{"nothing said: a voice and a face", ours, kept, booth[1:3], nil, []string{"0: booth/voice", "2: booth/face"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWitness()
			n := startNode(t, func(c *Config) { c.Observer = w })
			admit(t, n, "r", "booth", "desk")
			for _, j := range []Join{
				{Participant: "desk", SDP: sketch(row.desk...), Purposes: row.kept},
				{Participant: "booth", SDP: sketch(row.booth...), Purposes: row.sends},
			} {
				j.Room = "r"
				if _, err := n.Offer(context.Background(), both(j)); err != nil {
					t.Fatal(err)
				}
			}
			sends(n)
			<-everythingTold(n)
			if got := w.slots("desk"); !slices.Equal(got, row.want) {
				t.Errorf("the desk's m-lines carry %v, want %v", got, row.want)
			}
		})
	}
}

func TestAFaceComesBesideTheVoiceOfTheSamePerson(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	admit(t, n, "r", "desk", "one", "two", "three")
	for _, j := range []Join{
		{
			Participant: "desk", SDP: sketch("down audio", "down audio", "down audio", "down video", "down video", "down video"),
			Purposes: numbered(0, "voice", "voice", "voice", "document", "face", "face"),
		},
		{Participant: "one", SDP: sketch("up audio")},
		{Participant: "two", SDP: sketch("up audio", "up video")},
	} {
		j.Room = "r"
		if _, err := n.Offer(context.Background(), both(j)); err != nil {
			t.Fatal(err)
		}
	}
	<-everythingTold(n)
	if got, want := w.slots("desk"), []string{"0: one/voice", "1: two/voice", "5: two/face"}; !slices.Equal(got, want) {
		t.Errorf("the desk's m-lines carry %v, want %v", got, want)
	}
}

func TestOnlyVoiceAndFaceOfOneIndexShareAStream(t *testing.T) {
	n := startNode(t, nil)
	answer, err := n.Offer(context.Background(), both(Join{
		Room: "r", Participant: "desk",
		SDP:      sketch("down audio", "down audio", "down video", "down video"),
		Purposes: numbered(0, "stethoscope", "voice", "document", "face"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a=msid:alone0 mid0", "a=msid:slot0 mid1", "a=msid:alone2 mid2", "a=msid:slot0 mid3"} {
		if !strings.Contains(answer, want) {
			t.Errorf("no %s in\n%s", want, answer)
		}
	}
}

func TestDeviceSoundIsAskedForAsMusicAndVoicesAreNot(t *testing.T) {
	n := startNode(t, nil)
	answer, err := n.Offer(context.Background(), both(Join{
		Room: "r", Participant: "booth", SDP: sketch("up audio", "up audio", "down audio"),
		Purposes: numbered(0, "voice", "stethoscope", "stethoscope"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(answer, "m=audio")[1:]
	const music = "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=0;stereo=1;maxaveragebitrate=128000\r\n"
	for i, want := range []string{"a=fmtp:111 minptime=10;useinbandfec=1\r\n", music, "a=fmtp:111 minptime=10;useinbandfec=1\r\n"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("no %q in m-line %d:\n%s", want, i, lines[i])
		}
	}
}

func TestAPurposeThatDoesNotFitIsRefusedByName(t *testing.T) {
	n := startNode(t, nil)
	for _, row := range []struct{ purpose, want string }{
		{"face", `m-line 0 (audio) is said to be for "face"; audio is for voice or stethoscope`},
		{"telepathy", `is said to be for "telepathy"`},
	} {
		_, err := n.Offer(context.Background(), both(Join{
			Room: "r", Participant: "booth", SDP: sketch("up audio"), Purposes: numbered(0, row.purpose),
		}))
		if !errors.Is(err, ErrOffer) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.purpose, err)
		}
	}
}

func TestMutingVoiceAndCameraLeavesWhatIsShownOnPurpose(t *testing.T) {
	all := muting{audio: true, video: true}
	for purpose, want := range map[string]bool{"voice": true, "face": true, "stethoscope": false, "document": false, "screen": false} {
		if got := all.covers(&upTrack{purpose: purpose}); got != want {
			t.Errorf("%s muted: %v", purpose, got)
		}
	}
}

func TestADocumentCameraIsThereFromItsFirstPicturesUntilNoneComeAnyMore(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	camera, desk := newClient(t, "camera", clientShape{upVideo: true}), newClient(t, "desk", clientShape{downVideo: 1})
	camera.join(n, both(Join{Room: "r", Kind: WHIP, Uses: []string{"document"}}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "camera", "desk")
	<-everythingTold(n)
	if got := w.slots("desk"); len(got) != 0 {
		t.Fatalf("the desk was told of %v before anything was sent", got)
	}
	stop := camera.stream()
	defer stop()
	desk.await("the picture", func() bool { return holds(desk.received(webrtc.RTPCodecTypeVideo, 0), "picture of camera") })
	desk.await("word of it", func() bool { return slices.Equal(w.slots("desk"), []string{"0: camera/document"}) })
	stop()
	r := n.allRooms()[0]
	r.noticeAbsent(n.now() + absentAfter - time.Second)
	<-everythingTold(n)
	if got := w.slots("desk"); len(got) != 1 {
		t.Fatalf("after a short pause the desk was told %v", got)
	}
	r.noticeAbsent(n.now() + absentAfter)
	desk.await("word that it is off", func() bool { return len(w.slots("desk")) == 0 })
}
