package loadtest

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is another process on this machine that is being measured; 0: none.
type process int

// rss is its resident set in bytes; 0 if it has ended.
func (p process) rss() int64 {
	if p == 0 {
		return 0
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// peak is the most memory it has had resident, in bytes; 0 if it has ended.
func (p process) peak() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kilobytes, _ := strconv.ParseInt(f[1], 10, 64) // the kernel writes numbers
			return kilobytes << 10
		}
	}
	return 0
}

// drops is how many datagrams the kernel has thrown away at the process's sockets because they were full.
func (p process) drops() (dropped uint64) {
	folder := fmt.Sprintf("/proc/%d/fd/", p)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0
	}
	own := map[string]bool{}
	for _, e := range entries {
		if to, err := os.Readlink(folder + e.Name()); err == nil {
			if inode, ok := strings.CutPrefix(to, "socket:["); ok {
				own[strings.TrimSuffix(inode, "]")] = true
			}
		}
	}
	for _, table := range []string{"/proc/net/udp", "/proc/net/udp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for line := range bytes.Lines(b) {
			if f := strings.Fields(string(line)); len(f) >= 13 && own[f[9]] {
				n, _ := strconv.ParseUint(f[12], 10, 64) // 0 in the heading
				dropped += n
			}
		}
	}
	return dropped
}

// ownCPU is the driver's processor time in seconds.
func ownCPU() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// machine is the whole machine's processor time in seconds.
type machine struct{ busy, stolen float64 }

const ticksPerSecond = 100 // USER_HZ

func machineNow() (m machine) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return m
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(line)[1:] {
		n, _ := strconv.ParseFloat(field, 64)
		switch i {
		case 3, 4: // idle, and waiting for disks
		case 7:
			m.stolen += n / ticksPerSecond
		case 8, 9: // of guests, in user time already
		default:
			m.busy += n / ticksPerSecond
		}
	}
	return m
}

// sample is what was used up to one moment.
type sample struct {
	at      time.Duration
	server  float64
	driver  float64
	machine machine
	drops   uint64 // of the server, and
	own     uint64 // of the driver
}

func (p process) sample() (sample, error) {
	cpu, err := p.cpu()
	return sample{now(), cpu, ownCPU(), machineNow(), p.drops(), process(os.Getpid()).drops()}, err
}
