package codec

import (
	"bytes"
	"reflect"
	"testing"
)

func TestREDBlocksAreReadAsRFC2198DrawsThem(t *testing.T) {
	for _, row := range []struct {
		name    string
		payload []byte
		want    []REDBlock // nil: refused
	}{
		{"a primary block alone", []byte{111, 1, 2}, []REDBlock{{111, 0, []byte{1, 2}}}},
		{"an empty primary block", []byte{111}, []REDBlock{{111, 0, []byte{}}}},
		{
			"one packet of 960 ticks before", []byte{0x80 | 111, 960 >> 6, 960 << 2 & 0xff, 2, 111, 7, 8, 9},
			[]REDBlock{{111, 960, []byte{7, 8}}, {111, 0, []byte{9}}},
		},
		{
			"two before, the oldest first",
			[]byte{0x80 | 111, 1920 >> 6, 1920 << 2 & 0xff, 1, 0x80 | 96, 960 >> 6, 960 << 2 & 0xff, 1, 111, 5, 6, 7},
			[]REDBlock{{111, 1920, []byte{5}}, {96, 960, []byte{6}}, {111, 0, []byte{7}}},
		},
		{"nothing at all", nil, nil},
		{"a header cut short", []byte{0x80 | 111, 15, 0}, nil},
		{"no primary block", []byte{0x80 | 111, 15, 0, 1}, nil},
		{"a block longer than the packet", []byte{0x80 | 111, 15, 3, 255, 111, 1}, nil},
		{"headers without end", bytes.Repeat([]byte{0x80, 0, 0, 0}, 300), nil},
	} {
		got, ok := ParseRED(row.payload, nil)
		if ok != (row.want != nil) || ok && !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: read as %v, %v", row.name, got, ok)
		}
	}
}

func TestREDBlocksThatCannotBeWrittenAreLeftOut(t *testing.T) {
	long := make([]byte, 1024)
	got, ok := ParseRED(AppendRED(nil, []REDBlock{
		{111, 1 << 14, []byte{1}}, {111, 960, long}, {111, 960, nil}, {111, 960, long[:1023]}, {111, 0, long},
	}), nil)
	want := []REDBlock{{111, 960, long[:1023]}, {111, 0, long}}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%d blocks, %v", len(got), ok)
	}
}

func FuzzRED(f *testing.F) {
	seedPackets(f)
	f.Add([]byte{0x80 | 111, 15, 0, 2, 111, 7, 8, 9})
	f.Add([]byte{0x80 | 111, 30, 0, 1, 0x80 | 96, 15, 0, 0, 111, 5, 6, 7})
	f.Fuzz(func(t *testing.T, b []byte) {
		blocks, ok := ParseRED(b, nil)
		if !ok {
			if len(blocks) != 0 {
				t.Fatal("blocks of a refused payload")
			}
			return
		}
		carried := 0
		for _, o := range blocks {
			carried += len(o.Data)
		}
		if carried+redHeader*(len(blocks)-1)+1 != len(b) {
			t.Fatalf("%d bytes in %d blocks of a payload of %d", carried, len(blocks), len(b))
		}
		for _, o := range blocks[:len(blocks)-1] {
			if len(o.Data) == 0 {
				return // AppendRED leaves it out
			}
		}
		if again := AppendRED(nil, blocks); !bytes.Equal(again, b) {
			t.Fatalf("%x was written back as %x", b, again)
		}
		changed := bytes.Clone(b)
		SetREDPayloadTypes(changed, 5)
		renumbered, ok := ParseRED(changed, nil)
		if !ok || len(renumbered) != len(blocks) {
			t.Fatalf("%d blocks became %d", len(blocks), len(renumbered))
		}
		for i, o := range renumbered {
			if o.PayloadType != 5 || o.Offset != blocks[i].Offset || !bytes.Equal(o.Data, blocks[i].Data) {
				t.Fatalf("block %d: %v became %v", i, blocks[i], o)
			}
		}
	})
}
