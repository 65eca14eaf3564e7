package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"madoguchi/sfu/client"
	"madoguchi/signaling/access"
)

// Equipment asks whichever process it was given: one without sockets sends it on, and every broker answers for the node
// that has the room, which is where the media then go.
func TestEquipmentReachesItsRoomThroughAnyProcess(t *testing.T) {
	r := newRegion(t)
	r.mediaNodes(2, r.brokers()...)
	r.meet()
	token, _, err := r.issuer.Room(access.Room{Participant: "camera-1", Room: r.session, Name: "書画カメラ", Grants: access.Grants{access.Publish}}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	offer := whipOffer(t)
	post := func(s *server) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url()+"/whip/"+r.session+"?purpose=document", strings.NewReader(offer))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/sdp")
		request.Header.Set("Authorization", "Bearer "+token)
		client := &http.Client{Transport: r.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(body)
	}
	for _, node := range r.nodes() {
		response, _ := post(node)
		if at := response.Header.Get("Location"); response.StatusCode != http.StatusTemporaryRedirect || at != "https://madoguchi.example.jp/whip/"+r.session+"?purpose=document" {
			t.Errorf("a media node answers %d, to %q", response.StatusCode, at)
		}
	}
	carries, _ := r.nodeOf(r.session)
	for _, broker := range r.brokers() {
		response, answer := post(broker)
		if response.StatusCode != http.StatusCreated || !strings.Contains(answer, " "+carries.ip+" ") {
			t.Fatalf("a broker answers %d: %s", response.StatusCode, answer)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, broker.url()+response.Header.Get("Location"), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		ended, err := r.http.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = ended.Body.Close()
		if ended.StatusCode != http.StatusOK {
			t.Errorf("ending it: %d", ended.StatusCode)
		}
	}
	r.flows()
}

// A document camera is told of no other place. The node that goes away ends its session, it posts again as it would after any
// lost connection, and is where the others are by then: admitted, for the desk has admitted it.
func TestEquipmentIsMovedByEndingItsSessionAndStandsAdmittedWithoutAClick(t *testing.T) {
	r := newRegion(t)
	r.mediaNodes(2, r.brokers()...)
	r.meet()
	first, answer := r.camera(r.brokers()[0])
	node, other := r.nodeOf(r.session)
	if !strings.Contains(answer, " "+node.ip+" ") {
		t.Fatalf("the camera is not where the room is: %s", answer)
	}
	r.desk.mark()
	r.desk.request("admit", map[string]any{"participant": "camera-1"})
	becomes(t, "the desk sees face and document", func() bool { return r.desk.sees(2) })

	at := time.Now()
	node.signal(syscall.SIGTERM)
	becomes(t, "the camera's connection is ended", func() bool {
		state := first.PC.ConnectionState()
		return state == webrtc.PeerConnectionStateClosed || state == webrtc.PeerConnectionStateFailed
	})
	told := time.Since(at)
	r.desk.mark()
	again := time.Now()
	_, answer = r.camera(r.brokers()[1])
	if !strings.Contains(answer, " "+other.ip+" ") {
		t.Errorf("the camera was not sent to the node that took over: %s", answer)
	}
	becomes(t, "the desk sees face and document again", func() bool { return r.desk.sees(2) })
	t.Logf("measured: media node ended by SIGTERM: the camera's session was ended after %d ms, its pictures came %d ms after its next offer",
		told.Milliseconds(), time.Since(again).Milliseconds())
	if code := node.wait(); code != 0 {
		t.Errorf("the node ended with code %d", code)
	}
	r.flows()
}

// camera sends pictures of a document by WHIP, through a broker.
func (r *region) camera(through *server) (*mediaLine, string) {
	r.t.Helper()
	c, err := client.New(client.Options{Name: "camera", Face: true, Interceptors: client.None})
	if err != nil {
		r.t.Fatal(err)
	}
	l := &mediaLine{Client: c, stop: make(chan struct{})}
	r.t.Cleanup(l.end)
	offer, err := c.Offer(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	token, _, err := r.issuer.Room(access.Room{Participant: "camera-1", Room: r.session, Name: "書画カメラ", Grants: access.Grants{access.Publish}}, time.Minute)
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, fmt.Sprintf("%s/whip/%s?purpose=document", through.url(), r.session), strings.NewReader(offer))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/sdp")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := r.http.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusCreated {
		r.t.Fatalf("%d: %s %v", response.StatusCode, answer, err)
	}
	if err := c.Accept(string(answer)); err != nil {
		r.t.Fatal(err)
	}
	select {
	case <-c.Up():
	case <-time.After(startLimit):
		r.t.Fatal("the camera does not connect")
	}
	l.sends.Go(func() { l.send(c.Video) })
	return l, string(answer)
}
