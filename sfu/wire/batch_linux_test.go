package wire

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWhereTheKernelCannotCutPacketsTheyGoOneByOne(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, _ := call(t, e)
	for _, s := range e.udp[0].sockets {
		if !s.gso.Load() {
			t.Fatal("this kernel cuts no packets: the test shows nothing")
		}
		// The kernel refuses to cut packets it is not to put checksums on, as it does for devices that cannot.
		var failed error
		if err := s.raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NO_CHECK, 1) }); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
	}
	for round := range 2 {
		via := NewBatch()
		for i := range 10 {
			if err := c.Outlet(4).WriteRTP(header(uint16(10*round+i)), []byte("of equal size"), via); err != nil {
				t.Fatal(err)
			}
		}
		via.Release()
		for i := range 10 {
			if p := f.opened(); p.SequenceNumber != uint16(10*round+i) {
				t.Fatal(fmt.Errorf("round %d: packet %d came as %d", round, i, p.SequenceNumber))
			}
		}
	}
	if e.udp[0].sockets[0].gso.Load() {
		t.Error("it is tried again and again")
	}
	if n := e.Lost(); n != 0 {
		t.Errorf("%d packets count as lost", n)
	}
}
