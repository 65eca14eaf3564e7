package wire

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
)

// datagram is what the kernel shows a filter of an RTP packet, or of something else with another first byte.
func datagramOf(first, second byte, sequence uint16, ssrc uint32, size int) []byte {
	d := make([]byte, udpHeader+size)
	d[rtpFirst], d[rtpType] = first, second
	binary.BigEndian.PutUint16(d[rtpSequence:], sequence)
	binary.BigEndian.PutUint32(d[rtpSSRC:], ssrc)
	return d
}

func TestTheKernelKeepsLongPicturesOfGivenUpSharesOnly(t *testing.T) {
	for shares := 1; shares <= shedShares; shares++ {
		given := shedder{shares: shares}
		if _, err := bpf.Assemble(filter(shares)); err != nil {
			t.Fatal(err)
		}
		vm, err := bpf.NewVM(filter(shares))
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(500) {
			ssrc := i * 2654435
			for name, row := range map[string]struct {
				datagram []byte
				dropped  bool
			}{
				"a long packet":             {datagramOf(0x80, 96, 5, ssrc, 1200), given.gives(ssrc)},
				"the last of a picture":     {datagramOf(0x90, 0x80|96, 5, ssrc, 1200), given.gives(ssrc)},
				"sound":                     {datagramOf(0x80, 111, 5, ssrc, sieveLongest), false},
				"one to keep count by":      {datagramOf(0x80, 96, 3*peeked, ssrc, 1200), false},
				"a long report":             {datagramOf(0x81, 205, 5, ssrc, 1200), false},
				"a long connectivity check": {datagramOf(0, 1, 5, ssrc, 1200), false},
				"a long DTLS record":        {datagramOf(22, 254, 5, ssrc, 1400), false},
			} {
				passed, err := vm.Run(row.datagram)
				if err != nil || (passed == 0) != row.dropped || passed != 0 && passed < len(row.datagram) {
					t.Fatalf("%d shares, SSRC %08x, %s: %d bytes pass (%v)", shares, ssrc, name, passed, err)
				}
			}
		}
	}
}
