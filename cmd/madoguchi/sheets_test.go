package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readAll(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = string(text)
	}
	return all
}

func TestTablesGoOutAndInByTheCommandLine(t *testing.T) {
	folder, tables := sampleFolder(t), t.TempDir()
	out, log, code := output(t, nil, "export", "--directory", folder, "--out", tables)
	if code != 0 || strings.Count(out, "\n") != 3 {
		t.Fatalf("code %d, printed %q, said %s", code, out, log)
	}
	before := readAll(t, folder)
	desks := filepath.Join(tables, "desks.csv")
	text, err := os.ReadFile(desks)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(desks, []byte(strings.Replace(string(text), "森田 千尋", "森田 千広", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, log, code = output(t, nil, "import", "--directory", folder, "--dry-run", desks, filepath.Join(tables, "offices.csv"), filepath.Join(tables, "rosters.csv"))
	if code != 0 || out != "0 would be added, 1 changed, in 1 files [pools.yaml]\n" || len(readAll(t, folder)) != len(before) {
		t.Fatalf("dry run: code %d, printed %q, said %s", code, out, log)
	}
	for name, text := range readAll(t, folder) {
		if before[name] != text {
			t.Errorf("the dry run changed %s", name)
		}
	}
	out, log, code = output(t, nil, "import", "--directory", folder, desks)
	if code != 0 || out != "0 were added, 1 changed, in 1 files [pools.yaml]\n" {
		t.Fatalf("code %d, printed %q, said %s", code, out, log)
	}
	if after := readAll(t, folder); !strings.Contains(after["pools.yaml"], "森田 千広") || after["services.yaml"] != before["services.yaml"] {
		t.Errorf("after: %s", after["pools.yaml"])
	}
	wrongTable := writeFile(t, "rosters.csv", "desk,days,from,to\nmorita,Mon,09:00,08:00\n")
	out, log, code = output(t, nil, "import", "--directory", folder, wrongTable)
	if code != exitUsage || out != "" || !strings.Contains(log, "rosters.csv:2: ") || !strings.Contains(log, "nothing was changed") {
		t.Errorf("code %d, printed %q, said %s", code, out, log)
	}
}

func TestAnImportThatWasStoppedIsCarriedToItsEnd(t *testing.T) {
	folder := sampleFolder(t)
	before := readAll(t, folder)
	files := map[string][]byte{"pools.yaml": []byte(before["pools.yaml"] + "# new\n"), "services.yaml": []byte(before["services.yaml"] + "# new\n")}
	// Stopped before it was ready: nothing has happened.
	if err := os.Mkdir(filepath.Join(folder, importBegun), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := finishImport(folder); err != nil {
		t.Fatal(err)
	}
	if readAll(t, folder)["pools.yaml"] != before["pools.yaml"] {
		t.Error("half an import was taken")
	}
	// Stopped between two files: the first one has been moved, the second one waits.
	if err := replaceFiles(folder, files, []string{"pools.yaml"}); err != nil {
		t.Fatal(err)
	}
	ready := filepath.Join(folder, importReady)
	if err := os.Mkdir(ready, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(ready, "services.yaml"), files["services.yaml"], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := finishImport(folder); err != nil {
		t.Fatal(err)
	}
	after := readAll(t, folder)
	if after["pools.yaml"] != string(files["pools.yaml"]) || after["services.yaml"] != string(files["services.yaml"]) {
		t.Error("it was not carried to its end")
	}
	if _, err := os.Stat(ready); !os.IsNotExist(err) {
		t.Error("it would be carried out again")
	}
}
