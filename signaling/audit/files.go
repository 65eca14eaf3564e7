package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func cutSuffix(name, suffix string) (string, bool) { return strings.CutSuffix(name, suffix) }

// syncFolder has the disk confirm that files were made, renamed or removed.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// readBounded reads a file that has no reason to be larger than most.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s: more than %d bytes", path, most)
	}
	return text, err
}
