package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	source, err := readSource(filepath.Join(root, "signaling", "protocol"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, target), []byte(typescript(source)), 0o644); err != nil {
		return err
	}
	document, err := asyncapi(root, source)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, asyncTarget), document, 0o644)
}

// target is the generated file, seen from the module's root.
const target = "clients/session/protocol.ts"

// moduleRoot is the nearest directory upwards that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("no go.mod above the working directory")
		}
		dir = up
	}
}
