package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"madoguchi/booking/catalogue"
	"madoguchi/booking/sheets"
)

// importCommand puts tables into a directory.
type importCommand struct {
	Directory string   `name:"directory" env:"MADOGUCHI_DIRECTORY" required:"" placeholder:"DIR" help:"Folder of YAML files that describe offices, desks and rosters."`
	DryRun    bool     `name:"dry-run" help:"Say what would change and change nothing."`
	Tables    []string `arg:"" name:"table" placeholder:"FILE" help:"offices.csv, desks.csv, rosters.csv, in UTF-8 or Shift_JIS."`
}

// Run changes all files or none. A service that runs takes the change over when it reads its catalogue again.
func (i *importCommand) Run(_ context.Context, to console) error {
	if err := checkFolder("directory", i.Directory, "the folder serve uses"); err != nil {
		return err
	}
	if err := finishImport(i.Directory); err != nil {
		return wrong("directory", "%v", err)
	}
	files, err := catalogue.Read(os.DirFS(i.Directory))
	if err != nil {
		return wrong("directory", "%s: %v", i.Directory, err)
	}
	tables := map[string][]byte{}
	for _, name := range i.Tables {
		text, err := os.ReadFile(name)
		if err != nil {
			return wrong("table", "%v", err)
		}
		tables[filepath.Base(name)] = text
	}
	out, change, err := sheets.Apply(files, tables)
	if err != nil {
		return wrong("table", "nothing was changed:\n%v", err)
	}
	if !i.DryRun {
		if err := replaceFiles(i.Directory, out, change.Files); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	what := map[bool]string{true: "would be", false: "were"}[i.DryRun]
	_, err = fmt.Fprintf(to.out, "%d %s added, %d changed, in %d files %v\n", change.Added, what, change.Changed, len(change.Files), change.Files)
	return err
}

// An import is written whole into a folder, which then gets the name that says so; only after that files are replaced,
// one after another. Whoever finds that folder, after a crash, carries on where it stopped.
const (
	importBegun = ".import"
	importReady = ".import-ready"
)

// replaceFiles puts the named files of a catalogue into a folder, all of them or none.
func replaceFiles(folder string, files map[string][]byte, names []string) error {
	begun := filepath.Join(folder, importBegun)
	if err := os.RemoveAll(begun); err != nil { // of one that did not get as far as ready
		return err
	}
	if err := os.Mkdir(begun, 0o700); err != nil {
		return err
	}
	for _, name := range names {
		if err := writeSynced(filepath.Join(begun, name), files[name]); err != nil {
			return errors.Join(err, os.RemoveAll(begun))
		}
	}
	if err := errors.Join(syncFolder(begun), os.Rename(begun, filepath.Join(folder, importReady)), syncFolder(folder)); err != nil {
		return err
	}
	return finishImport(folder)
}

// finishImport carries an import to its end that was stopped half way. Where there is none it does nothing.
func finishImport(folder string) error {
	ready := filepath.Join(folder, importReady)
	entries, err := os.ReadDir(ready)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(ready, e.Name()), filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	return errors.Join(syncFolder(folder), os.Remove(ready))
}

func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// exportCommand writes the tables of a directory.
type exportCommand struct {
	Directory string `name:"directory" env:"MADOGUCHI_DIRECTORY" required:"" placeholder:"DIR" help:"Folder of YAML files that describe offices, desks and rosters."`
	Out       string `name:"out" default:"." placeholder:"DIR" help:"Folder the tables are written into."`
	Encoding  string `name:"encoding" enum:"utf-8,cp932" default:"utf-8" help:"utf-8 (with a byte order mark) or cp932 (Shift_JIS of Windows)."`
}

// Run prints the names of the tables it has written.
func (e *exportCommand) Run(_ context.Context, to console) error {
	files, err := catalogue.Read(os.DirFS(e.Directory))
	if err != nil {
		return wrong("directory", "%s: %v", e.Directory, err)
	}
	tables, err := sheets.Export(files, e.Encoding)
	if err != nil {
		return wrong("encoding", "%v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		path := filepath.Join(e.Out, name)
		if err := writeSynced(path, tables[name]); err != nil {
			return wrong("out", "%v", err)
		}
		if _, err := fmt.Fprintln(to.out, path); err != nil {
			return err
		}
	}
	return nil
}
