// Command gen writes deploy/ROLES.md, the page that says who may do what, from the table of package access. Run it after
// the table has been changed, by go generate; a test there fails when the page on disk is another one.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"madoguchi/signaling/access"
)

// target is the page, seen from the package it is generated for.
const target = "../../deploy/ROLES.md"

func main() {
	if err := os.WriteFile(filepath.FromSlash(target), []byte(access.Page()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
