package codec

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// dataDir is the folder of captured packets; tests that need it are skipped without.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MADOGUCHI_DATA")
	if dir == "" {
		t.Skip("MADOGUCHI_DATA is not set: the captured packets are not at hand")
	}
	return filepath.Join(dir, "packets")
}

// capture reads the RTP payloads of a pcap file of UDP over IPv4 over Ethernet, with marker and timestamp.
func capture(t testing.TB, name string) (payloads [][]byte, stamps []uint32) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dataDir(t), "pcap", name))
	if err != nil {
		t.Fatal(err)
	}
	for b = b[24:]; len(b) >= 16; {
		size := int(binary.LittleEndian.Uint32(b[8:]))
		rtp := b[16+14+20+8 : 16+size]
		b = b[16+size:]
		if len(rtp) < 12 || rtp[0]>>6 != 2 {
			continue
		}
		head := 12 + 4*int(rtp[0]&0x0f)
		if rtp[0]&0x10 != 0 {
			head += 4 + 4*int(binary.BigEndian.Uint16(rtp[head+2:]))
		}
		if rtp[0]&0x20 != 0 {
			rtp = rtp[:len(rtp)-int(rtp[len(rtp)-1])]
		}
		if head < len(rtp) {
			payloads = append(payloads, rtp[head:])
			stamps = append(stamps, binary.BigEndian.Uint32(rtp[4:]))
		}
	}
	return payloads, stamps
}

func TestCapturedVideoBeginsWithAKeyframeAndHasFewMore(t *testing.T) {
	for _, row := range []struct {
		file   string
		format Format
	}{{"vp8.pcap", VP8}, {"h264.pcap", H264}} {
		payloads, stamps := capture(t, row.file)
		if len(payloads) < 50 {
			t.Fatalf("%s: only %d payloads", row.file, len(payloads))
		}
		frames, keys := map[uint32]bool{}, map[uint32]bool{}
		for i, p := range payloads {
			frames[stamps[i]] = true
			if StartsKeyframe(row.format, p) {
				keys[stamps[i]] = true
			}
		}
		if len(keys) == 0 || len(keys)*5 > len(frames) {
			t.Errorf("%s: %d key frames of %d frames", row.file, len(keys), len(frames))
		}
	}
}

func TestPictureIDsOfACaptureGrowByOneWithEachFrame(t *testing.T) {
	payloads, stamps := capture(t, "vp8.pcap")
	ids := map[uint32]uint16{}
	for i, p := range payloads {
		d, ok := ParseVP8(p)
		if !ok || d.PictureIDBits == 0 {
			continue
		}
		if id, seen := ids[stamps[i]]; seen && id != d.PictureID {
			t.Fatalf("one frame has the identifiers %d and %d", id, d.PictureID)
		}
		ids[stamps[i]] = d.PictureID
	}
	if len(ids) < 10 {
		t.Fatalf("the capture carries identifiers in %d frames only", len(ids))
	}
}

func TestWhereAKeyframeBegins(t *testing.T) {
	for _, row := range []struct {
		name    string
		format  Format
		payload []byte
		want    bool
	}{
		{"VP8 key frame without extensions", VP8, []byte{0x10, 0x00, 1, 2}, true},
		{"VP8 delta frame", VP8, []byte{0x10, 0x01, 1, 2}, false},
		{"VP8 second packet of a key frame", VP8, []byte{0x00, 0x00, 1, 2}, false},
		{"VP8 second partition", VP8, []byte{0x11, 0x00, 1, 2}, false},
		{"VP8 key frame behind all extensions", VP8, []byte{0x90, 0xf0, 0x81, 0x02, 7, 0x20, 0x00}, true},
		{"VP8 key frame with a short identifier", VP8, []byte{0x90, 0x80, 0x11, 0x00}, true},
		{"VP8 descriptor cut short", VP8, []byte{0x90, 0x80, 0x81}, false},
		{"VP9 key frame, flexible, first layer", VP9, []byte{0xb8, 0x80, 0x01, 0x00, 1}, true},
		{"VP9 key frame, non-flexible", VP9, []byte{0x88, 0x01, 1}, true},
		{"VP9 inter-predicted", VP9, []byte{0xc8, 0x01, 1}, false},
		{"VP9 upper layer of a key frame", VP9, []byte{0xa8, 0x01, 0x02, 0x00, 1}, false},
		{"VP9 middle of a frame", VP9, []byte{0x80, 0x01, 1}, false},
		{"H264 parameter set", H264, []byte{0x67, 0x42}, true},
		{"H264 IDR picture", H264, []byte{0x65, 0x88}, true},
		{"H264 other picture", H264, []byte{0x61, 0x88}, false},
		{"H264 aggregate with parameter sets", H264, []byte{0x78, 0, 2, 0x67, 0x42, 0, 2, 0x68, 0xce}, true},
		{"H264 aggregate without", H264, []byte{0x78, 0, 2, 0x61, 0x42, 0, 2, 0x61, 0xce}, false},
		{"H264 aggregate with a size that lies", H264, []byte{0x78, 0xff, 0xff, 0x67, 0x42}, false},
		{"H264 first fragment of an IDR picture", H264, []byte{0x7c, 0x85, 1}, true},
		{"H264 later fragment of an IDR picture", H264, []byte{0x7c, 0x05, 1}, false},
		{"AV1 new coded sequence", AV1, []byte{0x18, 0x0a}, true},
		{"AV1 continued unit", AV1, []byte{0x98, 0x0a}, false},
		{"AV1 inter frame", AV1, []byte{0x10, 0x32}, false},
		{"sound", Opus, []byte{0xfc}, true},
		{"nothing", VP8, nil, false},
		{"an unknown format", Unknown, []byte{0x10, 0x00}, false},
	} {
		if got := StartsKeyframe(row.format, row.payload); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestFormatsAreKnownByTheirSDPNames(t *testing.T) {
	for _, f := range []Format{Opus, VP8, VP9, H264, AV1} {
		if FormatOf(f.String()) != f || FormatOf("video/"+f.String()) != f {
			t.Errorf("%v is not known by its own name", f)
		}
	}
	if FormatOf("rtx") != Unknown || FormatOf("") != Unknown {
		t.Error("something unknown is known")
	}
}

func TestADependencyDescriptorTellsWhereToStart(t *testing.T) {
	for _, row := range []struct {
		name string
		b    []byte
		want Dependency
		ok   bool
	}{
		{"first packet with structure", []byte{0x80, 0x00, 0x01, 0x80, 0x00}, Dependency{Start: true, Frame: 1, Structure: true}, true},
		{"last packet without", []byte{0x43, 0xff, 0xff}, Dependency{End: true, Template: 3, Frame: 65535}, true},
		{"extended, no structure", []byte{0xc0, 0x00, 0x02, 0x40}, Dependency{Start: true, End: true, Frame: 2}, true},
		{"too short", []byte{0x80, 0x00}, Dependency{}, false},
	} {
		got, ok := ParseDependency(row.b)
		if ok != row.ok || got != row.want {
			t.Errorf("%s: %+v %v", row.name, got, ok)
		}
	}
}
