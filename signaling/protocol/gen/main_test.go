package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheTypeScriptOnDiskIsMadeFromTheGo(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	src, err := readSource(filepath.Join(root, "signaling", "protocol"))
	if err != nil {
		t.Fatal(err)
	}
	disk, err := os.ReadFile(filepath.Join(root, target))
	if err != nil {
		t.Fatal(err)
	}
	if string(disk) != typescript(src) {
		t.Fatalf("%s differs from the Go: run go run ./signaling/protocol/gen", target)
	}
}

func TestTheAsyncAPIDocumentOnDiskIsMadeFromTheGo(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	src, err := readSource(filepath.Join(root, "signaling", "protocol"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := asyncapi(root, src)
	if err != nil {
		t.Fatal(err)
	}
	disk, err := os.ReadFile(filepath.Join(root, asyncTarget))
	if err != nil {
		t.Fatal(err)
	}
	if string(disk) != string(want) {
		t.Fatalf("%s differs from the Go: run go generate ./signaling/...", asyncTarget)
	}
}
