package fleet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"testing"

	"madoguchi/sfu"
)

func written(t testing.TB, f frame) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeFrame(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func someFrames() []frame {
	return []frame{
		{ID: 1, Do: doHello, Version: spoken, Run: "b_1"},
		{ID: 2, Do: doOffer, Room: "s_1", Epoch: 7, Participant: "booth:a-1", Join: &join{Publish: true, SDP: "v=0\r\n", Purposes: map[string]string{"0": "voice"}}},
		{ID: 3, Do: doAdmit, Room: "s_1", Epoch: 7, Gate: 4, Groups: [][]string{{"booth:a-1", "desk:b"}, {"desk:c"}}},
		{Re: 2, Fault: &fault{"offer", "no m-lines"}},
		{News: newsPeer, Room: "s_1", Epoch: 7, Participant: "booth:a-1", Peer: &view{State: sfu.PeerConnected, Tracks: []sfu.TrackSlot{{Mid: "1", From: "desk:b", Purpose: "voice"}}}},
	}
}

func TestFramesAreReadAsTheyWereWritten(t *testing.T) {
	var stream bytes.Buffer
	for _, f := range someFrames() {
		stream.Write(written(t, f))
	}
	for _, want := range someFrames() {
		if got, err := readFrame(&stream); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
	}
}

func TestAFrameThatPromisesTooMuchIsRefused(t *testing.T) {
	for _, length := range []uint32{0, maxFrame + 1, 1 << 31, 1<<32 - 1} {
		head := binary.BigEndian.AppendUint32(nil, length)
		if _, err := readFrame(bytes.NewReader(append(head, "{}"...))); !errors.Is(err, errFrame) {
			t.Errorf("length %d: %v", length, err)
		}
	}
	if err := writeFrame(&bytes.Buffer{}, frame{SDP: strings.Repeat("x", maxFrame)}); !errors.Is(err, errFrame) {
		t.Errorf("a giant was written: %v", err)
	}
}

func TestErrorsOfTheNodeAreTheSameAtTheBroker(t *testing.T) {
	for code, known := range faults {
		if got := faultOf(known).err(); !errors.Is(got, known) {
			t.Errorf("%s comes as %v", code, got)
		}
	}
	if err := faultOf(errors.New("disk on fire")).err(); err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("an unknown error comes as %v", err)
	}
	if faultOf(nil).err() != nil {
		t.Error("no error comes as one")
	}
}

func FuzzFrame(f *testing.F) {
	for _, one := range someFrames() {
		f.Add(written(f, one))
	}
	f.Add([]byte{0, 0, 0, 2, '{', '}'})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := readFrame(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := readFrame(bytes.NewReader(written(t, got)))
		if err != nil || !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v, again %+v: %v", got, again, err)
		}
	})
}
