package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

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
