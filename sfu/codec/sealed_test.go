package codec

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// What people send may be sealed between them. Then all that is left clear of a frame are its first bytes (3, or 10 of a key frame),
// and of sound the first byte of each packet's worth; the rest looks like noise.

func TestKeyframesAreFoundThoughOnlyTheirFirstBytesAreClear(t *testing.T) {
	noise := rand.NewChaCha8([32]byte{1})
	payloads, stamps := capture(t, "vp8.pcap")
	keys := 0
	for i, p := range payloads {
		d, ok := ParseVP8(p)
		if !ok {
			t.Fatalf("packet %d cannot be read", i)
		}
		clear := d.Size
		if i == 0 || stamps[i] != stamps[i-1] { // the first packet of a frame
			clear += 3
		}
		sealed := bytes.Clone(p)
		if clear < len(sealed) {
			_, _ = noise.Read(sealed[clear:])
		}
		if StartsKeyframe(VP8, sealed) != StartsKeyframe(VP8, p) {
			t.Fatalf("packet %d: a key frame begins here: %v, sealed: %v", i, StartsKeyframe(VP8, p), StartsKeyframe(VP8, sealed))
		}
		if StartsKeyframe(VP8, sealed) {
			keys++
		}
	}
	if keys == 0 {
		t.Fatal("the capture holds no key frame")
	}
}

func TestSealedSoundIsTakenApartLikeAnyOther(t *testing.T) {
	noise := rand.NewChaCha8([32]byte{2})
	for range 1000 {
		blocks := []REDBlock{
			{PayloadType: 111, Offset: 960, Data: make([]byte, 30+noise.Uint64()%200)},
			{PayloadType: 111, Data: make([]byte, 30+noise.Uint64()%200)},
		}
		for _, b := range blocks {
			_, _ = noise.Read(b.Data)
		}
		read, ok := ParseRED(AppendRED(nil, blocks), nil)
		if !ok || len(read) != 2 || !bytes.Equal(read[0].Data, blocks[0].Data) || !bytes.Equal(read[1].Data, blocks[1].Data) {
			t.Fatalf("%d and %d bytes were not found again", len(blocks[0].Data), len(blocks[1].Data))
		}
	}
}
