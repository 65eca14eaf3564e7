//go:build unix

package journal

import (
	"fmt"
	"os"
	"syscall"
)

// lock keeps a second process out of the folder for as long as the file stays open; a process that dies lets go.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s is in use: each process needs a folder of its own", path)
	}
	return f, nil
}
