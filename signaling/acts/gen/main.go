package main

import (
	"fmt"
	"os"
	"path/filepath"

	"madoguchi/signaling/acts"
)

// target is the page, seen from the package it is generated for.
const target = "../../deploy/AUDIT.md"

func main() {
	if err := write(filepath.FromSlash(target)); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	page, ok := acts.Into(string(text))
	if !ok {
		return fmt.Errorf("%s lacks the marks %q and %q", name, acts.Begin, acts.End)
	}
	return os.WriteFile(name, []byte(page), 0o644)
}
