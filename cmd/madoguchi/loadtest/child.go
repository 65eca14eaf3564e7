package loadtest

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// startBeside starts a child on the processors that another process has. A child inherits them from the thread that starts
// it, so they are the thread's for a moment.
func startBeside(child *exec.Cmd, like process) error {
	var own, theirs unix.CPUSet
	if like == 0 || unix.SchedGetaffinity(int(like), &theirs) != nil {
		return child.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		return err
	}
	if err := unix.SchedSetaffinity(0, &theirs); err != nil {
		return err
	}
	defer func() { _ = unix.SchedSetaffinity(0, &own) }()
	return child.Start()
}
