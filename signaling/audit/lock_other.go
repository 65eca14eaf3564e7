//go:build !unix

package audit

import (
	"io"
	"os"
)

// Hold keeps nothing where the system has no such locks, and says that whatever is asked for is in use.
func Hold(string) (io.Closer, error) { return nil, ErrInUse }

// lockFile: where the system has no such locks, it is up to whoever runs the program that only one process writes a folder.
func lockFile(path string, _ bool) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
