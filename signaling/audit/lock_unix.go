//go:build unix

package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// Hold takes a file's lock and keeps it until what it returns is closed, or the process dies; ErrInUse where somebody else has it.
func Hold(path string) (io.Closer, error) {
	f, err := lockFile(path, false)
	if err != nil {
		return nil, err // and not a file that is none
	}
	return f, nil
}

// lockFile holds a file's lock while it stays open; a process that dies lets go. Where another has it: ErrInUse, or it waits.
func lockFile(path string, wait bool) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", path, ErrInUse)
		}
		return nil, err
	}
	return f, nil
}
