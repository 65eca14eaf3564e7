package audit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is the folder of a trail as its writer sees it; tests let it fail at any point.
type disk interface {
	read(name string) ([]byte, error) // fs.ErrNotExist where there is none
	names() ([]string, error)
	append(name string) (file, error) // made where there is none
	replace(name string, content []byte) error
	remove(name string) error
	sync() error // of the folder: files made, renamed and removed
}

// file is one that is written at its end.
type file interface {
	Write(b []byte) (int, error)
	Sync() error
	Truncate(size int64) error
	Close() error
}

type osDisk struct{ path string }

func (d osDisk) at(name string) string { return filepath.Join(d.path, name) }

func (d osDisk) read(name string) ([]byte, error) { return os.ReadFile(d.at(name)) }

func (d osDisk) names() ([]string, error) {
	entries, err := os.ReadDir(d.path)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list, err
}

func (d osDisk) append(name string) (file, error) {
	f, err := os.OpenFile(d.at(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// replace puts a whole file in the place of another. What stood there before is overwritten with zeros, as far as the disk lets it.
func (d osDisk) replace(name string, content []byte) error {
	tmp, err := os.CreateTemp(d.path, ".new-*") // made with 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	old, err := os.OpenFile(d.at(name), os.O_WRONLY, 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(tmp.Name(), d.at(name)); err != nil {
		return err
	}
	if err := d.sync(); err != nil {
		return err
	}
	if old == nil {
		return nil
	}
	info, err := old.Stat()
	if err == nil {
		_, err = old.WriteAt(make([]byte, info.Size()), 0)
	}
	return errors.Join(err, old.Sync(), old.Close())
}

func (d osDisk) remove(name string) error { return os.Remove(d.at(name)) }

func (d osDisk) sync() error { return syncFolder(d.path) }
