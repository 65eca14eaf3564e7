package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/audit"
)

// auditTrail makes a trail of three entries, and the area's keys.
func auditTrail(t *testing.T) (folder, keyFolder string) {
	t.Helper()
	folder, keyFolder = filepath.Join(t.TempDir(), "trail"), filepath.Join(t.TempDir(), "keys")
	keys, raw, err := openKeys(keyFolder)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := audit.NewSecret(raw)
	if err != nil {
		t.Fatal(err)
	}
	w, _, err := audit.Open(folder, audit.Options{Area: "east", Secret: secret, Signer: keys})
	if err != nil {
		t.Fatal(err)
	}
	for _, visit := range []string{"a_1", "a_2", "a_3"} {
		err := w.Append(audit.Record{Entry: audit.Entry{
			At: time.Now(), Action: audit.TokenMint, Who: "desk:morita", Visit: visit, Personal: audit.Personal{Address: "192.0.2.7"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return folder, keyFolder
}

func audited(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, log bytes.Buffer
	if code := run(context.Background(), append([]string{"audit"}, args...), console{&out, &log}); code != want {
		t.Fatalf("madoguchi audit %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), log.String())
	}
	return out.String()
}

func TestATrailIsVerifiedShownExportedAndErasedByCommands(t *testing.T) {
	folder, keys := auditTrail(t)
	said := audited(t, 0, "verify", folder, "--keys", keys, "--personal")
	if !strings.Contains(said, "3 entries (1 to 3)") || !strings.Contains(said, "whole; head 3:") {
		t.Errorf("verify: %s", said)
	}
	head := strings.TrimSpace(said[strings.Index(said, "head ")+5:])
	if said := audited(t, 0, "show", folder, "--visit", "a_2"); strings.Count(said, "\n") != 1 || !strings.Contains(said, "token.mint") {
		t.Errorf("show: %s", said)
	}
	if said := audited(t, 0, "export", folder, "--keys", keys, "--format", "csv"); strings.Count(said, "192.0.2.7") != 3 {
		t.Errorf("export: %s", said)
	}
	if said := audited(t, 0, "erase", folder, "--keys", keys, "--subject", "a_2"); said != "a_2: 1 keys destroyed\n" {
		t.Errorf("erase: %s", said)
	}
	if said := audited(t, 0, "export", folder, "--keys", keys, "--format", "csv"); strings.Count(said, "192.0.2.7") != 2 {
		t.Errorf("export after erasing: %s", said)
	}
	audited(t, 0, "verify", folder, "--keys", keys, "--personal", "--head", head)
	box, err := audit.Inbox(folder)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := box.List(10); err != nil || len(list) != 5 { // two verified, two exported, one erased; showing had no keys
		t.Errorf("%d notes of what the commands did, %v", len(list), err)
	}
	name := filepath.Join(folder, "00000001.audit")
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, bytes.Replace(text, []byte("visit=a_2"), []byte("visit=a_9"), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if said := audited(t, exitFailed, "verify", folder, "--keys", keys); !strings.Contains(said, "FAULT  00000001.audit line 3, entry 2: its hash does not follow") {
		t.Errorf("after it was changed: %s", said)
	}
	audited(t, exitUsage, "verify", filepath.Join(folder, "nowhere"))
	audited(t, exitUsage, "verify", folder, "--head", "x")
}
