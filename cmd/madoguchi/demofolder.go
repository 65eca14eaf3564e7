package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// demoFolder is where the demo keeps what should survive a restart: its token keys, so that madoguchi token can mint
// for a demo that runs, and its certificate, so that a tablet has to accept it once only. Mode 0700, made on demand.
func demoFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a folder for the demo's keys: %w; set HOME or XDG_CACHE_HOME", err)
	}
	folder := filepath.Join(cache, "madoguchi", "demo")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make the demo's folder: %w", err)
	}
	return folder, nil
}

// demoMark is the file that tells the demo's keys from real ones. Its keys open every gate without a professional
// (bench tokens), so serve does not start with them, and token mints with no others.
const demoMark = "demo-keys.txt"

const demoMarkText = "These keys belong to madoguchi demo. madoguchi serve refuses them.\n"

// demoKeyFolder is the folder of the demo's keys, marked as such.
func demoKeyFolder() (string, error) {
	folder, err := demoFolder()
	if err != nil {
		return "", err
	}
	keys := filepath.Join(folder, "keys")
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return "", fmt.Errorf("make the demo's key folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(keys, demoMark), []byte(demoMarkText), 0o600); err != nil {
		return "", fmt.Errorf("mark the demo's key folder: %w", err)
	}
	return keys, nil
}

// isDemoKeyFolder says whether a folder of keys carries the demo's mark.
func isDemoKeyFolder(folder string) (bool, error) {
	_, err := os.Stat(filepath.Join(folder, demoMark))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
