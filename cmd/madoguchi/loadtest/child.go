package loadtest

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

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
