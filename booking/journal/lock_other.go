//go:build !unix

package journal

import "os"

// lock only marks the folder where the system has no locks that end with their process.
func lock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}
