package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/pion/stun/v4"
)

// seeds are the captured packets of some kinds, where they are at hand.
func seeds(t testing.TB, kinds ...string) [][]byte {
	dir := os.Getenv("MADOGUCHI_DATA")
	if dir == "" {
		return nil
	}
	var list [][]byte
	for _, kind := range kinds {
		files, err := filepath.Glob(filepath.Join(dir, "packets", kind, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, b[:min(len(b), readSize)])
		}
	}
	return list
}

// FuzzChecks reads connectivity checks whose seal holds, as only a peer's own would: everything before it is the peer's word.
func FuzzChecks(f *testing.F) {
	for _, b := range seeds(f, "stun") {
		f.Add(b)
	}
	f.Add([]byte("\x00\x24\x00\x04\x00\x00\x00\x07\x00\x25\x00\x00"))
	us := &user{local: Credentials{"ours", "secret"}, remote: "theirs"}
	f.Fuzz(func(t *testing.T, attributes []byte) {
		m := new(stun.Message)
		m.Type = stun.BindingRequest
		m.WriteHeader()
		if stun.NewUsername("ours:theirs").AddTo(m) != nil || len(attributes) > 1000 {
			return
		}
		for b := attributes; len(b) >= 4; {
			n := min(int(b[2])<<8|int(b[3]), len(b)-4)
			m.Add(stun.AttrType(uint16(b[0])<<8|uint16(b[1])), b[4:4+n])
			b = b[4+n:]
		}
		if stun.NewShortTermIntegrity("secret").AddTo(m) != nil || stun.Fingerprint.AddTo(m) != nil {
			return
		}
		got := new(stun.Message)
		got.Raw = bytes.Clone(m.Raw)
		if got.Decode() != nil {
			return
		}
		v, err := judge(got, func(string) *user { return us })
		if err == nil && v.user != us {
			t.Fatal("a check of nobody holds")
		}
	})
}

// FuzzRecords filters datagrams of DTLS records: nothing is made up, nothing open is left once there are keys.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0, 22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 7}, true)
	f.Add([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, false)
	f.Fuzz(func(t *testing.T, b []byte, keyed bool) {
		kept := vouched(bytes.Clone(b), keyed)
		if len(kept) > len(b) {
			t.Fatal("more came out than went in")
		}
		for len(kept) > 0 {
			if len(kept) < recordHead {
				t.Fatalf("%d bytes that are no record", len(kept))
			}
			if open := kept[3] == 0 && kept[4] == 0; open && (keyed || kept[0] == alert) {
				t.Fatalf("let through %x", kept[:recordHead])
			}
			kept = kept[recordHead+(int(kept[11])<<8|int(kept[12])):]
		}
	})
}
