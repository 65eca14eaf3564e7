package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a lab that ends with the test.
func open(t *testing.T, words string) *Lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	l, err := Open(fmt.Sprintf("netlab-%d-%d", os.Getpid(), time.Now().UnixNano()%1e6))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := l.Set(words, l.There, l.Back); err != nil {
		t.Fatal(err)
	}
	return l
}

// socket is a UDP socket at one end, with a deadline for everything.
func socket(t *testing.T, end End) *net.UDPConn {
	t.Helper()
	var conn *net.UDPConn
	err := inside("/run/netns/"+end.Namespace, func() (err error) {
		conn, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(end.Address)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadBuffer(4 << 20)
	return conn
}

// echo sends everything back that a socket receives, until it is closed.
func echo(t *testing.T, conn *net.UDPConn) {
	t.Helper()
	done := make(chan struct{})
	go func() { // ends when the socket is closed
		defer close(done)
		buf := make([]byte, 2000)
		for {
			n, from, err := conn.ReadFromUDP(buf)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDP(buf[:n], from)
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
}

// roundTrips sends packets one after the other and returns how long each took to come back.
func roundTrips(t *testing.T, from, to *net.UDPConn, count int) []time.Duration {
	t.Helper()
	var all []time.Duration
	buf := make([]byte, 100)
	for range count {
		sent := time.Now()
		if _, err := from.WriteTo(buf[:20], to.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if _, err := from.Read(buf); err != nil {
			t.Fatal(err)
		}
		all = append(all, time.Since(sent))
	}
	slices.Sort(all)
	return all
}

func TestDelayIsThereAndBack(t *testing.T) {
	l := open(t, "delay=20ms")
	near, far := socket(t, l.Near), socket(t, l.Far)
	echo(t, far)
	all := roundTrips(t, near, far, 50)
	t.Logf("measured: 20 ms each way is a round trip of %v, half of them up to %v", all[0], all[25])
	// A busy machine can only add to it: what the quickest took is what the line does.
	if all[0] < 40*time.Millisecond || all[0] > 46*time.Millisecond {
		t.Errorf("the quickest round trip took %v", all[0])
	}
	if err := l.Set("delay=5ms", l.There, l.Back); err != nil {
		t.Fatal(err)
	}
	if all = roundTrips(t, near, far, 50); all[0] < 10*time.Millisecond || all[0] > 16*time.Millisecond {
		t.Errorf("after the change: the quickest took %v", all[0])
	}
}

// burst sends numbered packets from near to far, evenly over some time, and returns which arrived and when the first and
// the last did.
func burst(t *testing.T, l *Lab, count, size int, over time.Duration) (numbers []uint32, took time.Duration) {
	t.Helper()
	near, far := socket(t, l.Near), socket(t, l.Far)
	done := make(chan struct{})
	var first, last time.Time
	go func() { // ends with the marker, or by the socket's deadline
		defer close(done)
		buf := make([]byte, 2000)
		for {
			n, err := far.Read(buf)
			if err != nil || n == 1 {
				return
			}
			last = time.Now()
			if len(numbers) == 0 {
				first = last
			}
			numbers = append(numbers, binary.BigEndian.Uint32(buf))
		}
	}()
	started := time.Now()
	tick := time.NewTicker(max(over/time.Duration(count), time.Microsecond))
	defer tick.Stop()
	for i := range count {
		if over > 0 {
			<-tick.C
		}
		b := make([]byte, size-28) // IP and UDP have headers too
		binary.BigEndian.PutUint32(b, uint32(i))
		if _, err := near.WriteTo(b, far.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	for l.There.Stats().Packets < uint64(count) {
		if time.Since(started) > 20*time.Second {
			t.Fatal("the packets do not reach the line")
		}
		<-tick.C
	}
	if err := l.Set("loss=0 cut=no", l.There); err != nil { // the marker must arrive
		t.Fatal(err)
	}
	if _, err := near.WriteTo([]byte{0}, far.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	<-done
	return numbers, last.Sub(first)
}

func TestLossIsTheShareThatWasAskedFor(t *testing.T) {
	const count, loss = 4000, 0.1
	l := open(t, "loss=10%")
	numbers, _ := burst(t, l, count, 200, time.Second)
	got := 1 - float64(len(numbers))/count
	t.Logf("measured: 10 %% loss is %.1f %%", 100*got)
	if deviation := math.Sqrt(loss * (1 - loss) / count); math.Abs(got-loss) > 4*deviation {
		t.Errorf("%.3f of the packets were lost", got)
	}
	if s := l.There.Stats(); s.Lost != uint64(count-len(numbers)) {
		t.Errorf("%d packets did not arrive: %+v", count-len(numbers), s)
	}
}

func TestANarrowLineHasItsRate(t *testing.T) {
	const count, size = 100, 1250
	l := open(t, "rate=1mbit queue=5s")
	numbers, took := burst(t, l, count, size, 0)
	if len(numbers) != count || !slices.IsSorted(numbers) {
		t.Fatalf("%d of %d packets, in order: %v", len(numbers), count, slices.IsSorted(numbers))
	}
	rate := float64((count-1)*size*8) / took.Seconds()
	t.Logf("measured: 1 Mbit/s is %.3f Mbit/s", rate/1e6)
	if math.Abs(rate-1e6) > 5e4 {
		t.Errorf("%.0f bits a second", rate)
	}
}

func TestACutLinePassesNothingUntilItIsMended(t *testing.T) {
	l := open(t, "cut=yes")
	numbers, _ := burst(t, l, 20, 200, 0)
	if s := l.There.Stats(); len(numbers) != 0 || s.CutOff < 20 {
		t.Fatalf("%d packets passed a cut line: %+v", len(numbers), s)
	}
	near, far := socket(t, l.Near), socket(t, l.Far)
	if err := l.Set("cut=no", l.There, l.Back); err != nil {
		t.Fatal(err)
	}
	echo(t, far)
	roundTrips(t, near, far, 3)
}

func TestALabLeavesNothingAndTouchesNoOther(t *testing.T) {
	l := open(t, "")
	name := strings.TrimSuffix(l.Near.Namespace, "-near")
	if second, err := Open(name); err == nil {
		_ = second.Close()
		t.Fatal("two labs of one name")
	}
	if _, err := os.Stat("/run/netns/" + l.Near.Namespace); err != nil {
		t.Fatal("the second lab took the first one's namespace away")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/run/netns/" + l.Near.Namespace); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the namespace is still there: %v", err)
	}
}
