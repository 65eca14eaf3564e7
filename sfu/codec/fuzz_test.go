package codec

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// seedPackets adds the captured packets, where they are at hand, and a few bytes that reach every branch.
func seedPackets(f *testing.F) {
	for _, b := range [][]byte{
		nil, {0x90}, {0x90, 0xf0, 0x81, 0x02, 7, 0x20, 0x00}, {0xb8, 0x80, 0x01, 0x00, 1}, {0xa8, 0x01, 0x02, 0x00, 1},
		{0x78, 0, 2, 0x67, 0x42}, {0x7c, 0x85, 1}, {0x18, 0x0a}, {0x80, 0x00, 0x01, 0x80},
	} {
		f.Add(b)
	}
	dir := os.Getenv("MADOGUCHI_DATA")
	if dir == "" {
		return
	}
	for _, sub := range []string{"rtp", "h264"} {
		files, err := filepath.Glob(filepath.Join(dir, "packets", sub, "*"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b[:min(len(b), 1500)])
			if len(b) > 12 {
				f.Add(b[12:min(len(b), 1500)])
			}
		}
	}
	for _, name := range []string{"vp8.pcap", "h264.pcap"} {
		payloads, _ := capture(f, name)
		for _, p := range payloads[:20] {
			f.Add(p)
		}
	}
}

func FuzzStartsKeyframe(f *testing.F) {
	seedPackets(f)
	f.Fuzz(func(_ *testing.T, b []byte) {
		for _, format := range []Format{Unknown, Opus, RED, VP8, VP9, H264, AV1} {
			StartsKeyframe(format, b)
		}
	})
}

func FuzzVP8(f *testing.F) {
	seedPackets(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, ok := ParseVP8(b)
		if !ok {
			return
		}
		if d.Size < 1 || d.Size >= len(b) {
			t.Fatalf("descriptor of %d bytes in %d", d.Size, len(b))
		}
		changed := bytes.Clone(b)
		d.SetPictureID(changed, d.PictureID)
		d.SetTL0(changed, d.TL0)
		if !bytes.Equal(changed, b) {
			t.Fatal("writing what was read changed something")
		}
		d.SetPictureID(changed, d.PictureID+1)
		d.SetTL0(changed, d.TL0+1)
		again, ok := ParseVP8(changed)
		mask := uint16(1<<d.PictureIDBits - 1)
		if !ok || again.PictureIDBits != d.PictureIDBits || again.PictureID != (d.PictureID+1)&mask ||
			d.HasTL0 && again.TL0 != d.TL0+1 || again.Keyframe != d.Keyframe || again.Size != d.Size {
			t.Fatalf("%+v became %+v", d, again)
		}
	})
}

func FuzzVP9(f *testing.F) {
	seedPackets(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, ok := ParseVP9(b)
		if !ok {
			return
		}
		changed := bytes.Clone(b)
		d.SetPictureID(changed, d.PictureID+1)
		d.SetTL0(changed, d.TL0+1)
		again, ok := ParseVP9(changed)
		mask := uint16(1<<d.PictureIDBits - 1)
		if !ok || again.PictureIDBits != d.PictureIDBits || again.PictureID != (d.PictureID+1)&mask ||
			d.HasTL0 && again.TL0 != d.TL0+1 || again.Keyframe != d.Keyframe {
			t.Fatalf("%+v became %+v", d, again)
		}
	})
}

func FuzzDependency(f *testing.F) {
	seedPackets(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, ok := ParseDependency(b)
		if !ok {
			return
		}
		changed := bytes.Clone(b)
		SetDependencyFrame(changed, d.Frame+1)
		again, _ := ParseDependency(changed)
		d.Frame++
		if again != d {
			t.Fatalf("%+v became %+v", d, again)
		}
	})
}

func BenchmarkStartsKeyframe(b *testing.B) {
	for _, row := range []struct {
		format  Format
		payload []byte
	}{
		{VP8, []byte{0x90, 0xf0, 0x81, 0x02, 7, 0x20, 0x00}}, {VP9, []byte{0xa8, 0x01, 0x00, 0x00, 1}},
		{H264, []byte{0x7c, 0x85, 1}}, {AV1, []byte{0x18, 0x0a}},
	} {
		b.Run(row.format.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				StartsKeyframe(row.format, row.payload)
			}
		})
	}
}
