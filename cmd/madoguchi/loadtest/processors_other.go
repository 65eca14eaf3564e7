//go:build !linux

package loadtest

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// Elsewhere than on Linux server and driver share their processors, and another process's time cannot be read.

type cpus struct{}

func (p process) cpu() (float64, error) {
	if p == 0 {
		return 0, nil
	}
	return 0, errors.New("the processor time of a server can be measured on Linux only: leave out --pid")
}

func processors() int { return runtime.NumCPU() }

func halves() (first, rest *cpus, ok bool) { return nil, nil, false }

func moveTo(*cpus) error { return nil }

func startBeside(child *exec.Cmd, _ process) error { return child.Start() }

func startOn(child *exec.Cmd, _ *cpus) error { return child.Start() }

func lowestPriority() error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, 19) }
