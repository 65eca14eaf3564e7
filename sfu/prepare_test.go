package sfu

import (
	"testing"
	"time"
)

// keyframesFrom feeds frames for a while to a track whose encoder answers every request with a key frame in the next frame,
// and returns how many key frames came.
func (b *bench) keyframesFrom(u *upTrack, back *memory, seq *uint16, lasting time.Duration) (keys int) {
	answered := back.plis()
	for end := b.now + lasting; b.now < end; b.now += 66 * time.Millisecond {
		key := back.plis() > answered
		if key {
			answered, keys = back.plis(), keys+1
		}
		*seq++
		b.feed(u, vp8Packet(96, *seq, uint32(*seq)*6000, key, *seq, "x"))
	}
	return keys
}

func TestWhileSomebodyIsAboutToBeLetInTheKeptPicturesStayYoung(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	seq := uint16(100)
	b.feed(u, vp8Packet(96, seq, uint32(seq)*6000, true, seq, "k"))
	if n := b.keyframesFrom(u, back, &seq, 5*time.Second); n != 0 {
		t.Fatalf("%d key frames without anybody having asked", n)
	}
	u.prepare(b.now, 10*time.Second)
	for range 9 {
		b.keyframesFrom(u, back, &seq, time.Second)
		if g := u.group(b.now); !g.Replayable() || g.Age > youngAge+300*time.Millisecond {
			t.Fatalf("the group kept is %+v", g)
		}
	}
	d, w := b.subscriber(vp8Line(96, 0))
	asked := back.plis()
	d.attach(u, b.now)
	if len(w.packets) == 0 || back.plis() != asked {
		t.Fatalf("%d packets at once, %d further requests", len(w.packets), back.plis()-asked)
	}
	b.keyframesFrom(u, back, &seq, 2*time.Second)
	if n := b.keyframesFrom(u, back, &seq, 10*time.Second); n != 0 {
		t.Fatalf("%d key frames after the time was over", n)
	}
}

func TestPreparingAsksOnlyWhereThereIsNoYoungGroup(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
	u.prepare(b.now, time.Minute)
	if back.plis() != 0 {
		t.Fatal("a key frame was asked for although one had just come")
	}
	b.now += youngAge
	u.prepare(b.now, time.Minute)
	u.prepare(b.now, time.Minute)
	if back.plis() != 1 {
		t.Fatalf("%d requests", back.plis())
	}
	u.setSilent(true)
	b.now += time.Second
	u.prepare(b.now, time.Minute)
	if back.plis() != 1 {
		t.Fatal("somebody muted was asked")
	}
}

func TestALongGroupIsEndedBeforeItCannotBeReplayed(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
	u.prepare(b.now, time.Minute)
	for i := range uint16(youngPackets) {
		b.feed(u, vp8Packet(96, 2+i, 100+uint32(i), false, 2+i, "x"))
	}
	if back.plis() != 1 || !u.group(b.now).Replayable() {
		t.Fatalf("%d requests, group %+v", back.plis(), u.group(b.now))
	}
}

func TestTheGroupTellsTheSizeOfItsKeyFrame(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(vp8Line(96, 0))
	first := vp8Packet(96, 1, 3000, true, 1, "first part")
	second := vp8Packet(96, 2, 3000, false, 1, "second")
	b.feed(u, first)
	b.feed(u, second)
	b.feed(u, vp8Packet(96, 3, 6000, false, 2, "another frame"))
	if g := u.group(b.now); g.KeyBytes != len(first)+len(second) || g.Packets != 3 {
		t.Fatalf("got %+v, want %d bytes", g, len(first)+len(second))
	}
}
