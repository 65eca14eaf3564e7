package loadtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// cpuClock is CPUCLOCK_SCHED of <linux/posix-timers.h>: all the time a process has run.
const cpuClock = 2

// cpu is the processor time the process has used, in seconds.
func (p process) cpu() (float64, error) {
	if p == 0 {
		return 0, nil
	}
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^int(p)<<3|cpuClock), &ts); err != nil {
		return 0, fmt.Errorf("processor time of process %d: %w", p, err)
	}
	return float64(ts.Sec) + float64(ts.Nsec)/1e9, nil
}

// processors is how many the driver may use.
func processors() int {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 1
	}
	return max(1, set.Count())
}

// halves gives the first processor the driver may use, for the server, and the rest; false if there are fewer than two.
func halves() (first, rest *unix.CPUSet, ok bool) {
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil || all.Count() < 2 {
		return nil, nil, false
	}
	first, rest = new(unix.CPUSet), new(unix.CPUSet)
	for cpu := range 64 * len(all) {
		switch {
		case !all.IsSet(cpu):
		case first.Count() == 0:
			first.Set(cpu)
		default:
			rest.Set(cpu)
		}
	}
	return first, rest, true
}

// moveTo keeps every thread of the driver, and what it starts, on some processors.
func moveTo(set *unix.CPUSet) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := unix.SchedSetaffinity(id, set); err != nil && !errors.Is(err, unix.ESRCH) { // it may have ended
			return fmt.Errorf("move to other processors than the server: %w", err)
		}
	}
	runtime.GOMAXPROCS(set.Count())
	return nil
}

// startBeside starts a child on the processors that another process has.
func startBeside(child *exec.Cmd, like process) error {
	var theirs unix.CPUSet
	if like == 0 || unix.SchedGetaffinity(int(like), &theirs) != nil {
		return child.Start()
	}
	return startOn(child, &theirs)
}

// startOn starts a child on some processors. It inherits them from the thread that starts it, whose they are for a moment.
func startOn(child *exec.Cmd, set *unix.CPUSet) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		return err
	}
	if err := unix.SchedSetaffinity(0, set); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetaffinity(0, &own) }()
	return child.Start()
}

// lowestPriority has this process take only what others leave of its processors. Priorities are of threads here; those to come have
// that of the one that starts them.
func lowestPriority() error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			continue
		}
		if err := unix.Setpriority(unix.PRIO_PROCESS, id, 19); err != nil && !errors.Is(err, unix.ESRCH) { // it may have ended
			return fmt.Errorf("take the lowest priority: %w", err)
		}
	}
	return nil
}
