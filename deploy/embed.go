package deploy

import (
	"embed"
	"io/fs"
)

//go:embed sample/*.yaml
var files embed.FS

// Sample is the catalogue of an invented consortium: three offices with two booths each, a clinic, a pharmacy, the
// citizens' department of a city hall and a counsellor. All persons, places and telephone numbers in it are made up.
func Sample() fs.FS {
	sample, err := fs.Sub(files, "sample")
	if err != nil {
		panic(err) // the path is a constant and valid
	}
	return sample
}
