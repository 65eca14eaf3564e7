package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"madoguchi/signaling/audit"
)

func TestWhatADeadDemoHasLeftIsTakenAwayAndWhatALivingOneHasIsNot(t *testing.T) {
	in := t.TempDir()
	long := time.Now().Add(-time.Hour)
	folder := func(name string, made time.Time, locked bool) (path string, held func()) {
		t.Helper()
		path, held = filepath.Join(in, "madoguchi-audit-"+name), func() {}
		if err := os.MkdirAll(filepath.Join(path, "trail"), 0o700); err != nil {
			t.Fatal(err)
		}
		if locked {
			lock, err := audit.Hold(filepath.Join(path, demoAuditLock))
			if err != nil {
				t.Fatal(err)
			}
			held = func() { _ = lock.Close() }
			if err := os.Chtimes(filepath.Join(path, demoAuditLock), made, made); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(path, made, made); err != nil {
			t.Fatal(err)
		}
		return path, held
	}
	living, end := folder("living", long, true)
	defer end()
	killed, die := folder("killed", long, true)
	die()
	old, _ := folder("old", long, false) // of a version that took no lock
	starting, _ := folder("starting", time.Now(), false)
	justKilled, die := folder("just-killed", time.Now(), true)
	die()
	sweepDemoAudits(in, time.Now())
	for path, stays := range map[string]bool{living: true, killed: false, old: false, starting: true, justKilled: true} {
		if _, err := os.Stat(path); (err == nil) != stays {
			t.Errorf("%s: stays %v, want %v", filepath.Base(path), err == nil, stays)
		}
	}
}

func TestADemoThatWasKilledLeavesItsTrailToTheNextOneToRemove(t *testing.T) {
	temp := t.TempDir()
	env := []string{home(t), "TMPDIR=" + temp}
	folders := func() []string {
		t.Helper()
		list, err := filepath.Glob(filepath.Join(temp, demoAudit))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	killed := launch(t, env, anyPort...)
	killed.untilReady()
	living := launch(t, env, anyPort...)
	living.untilReady()
	both := folders()
	if len(both) != 2 {
		t.Fatalf("%v, want a folder of each", both)
	}
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-killed.ended
	long := time.Now().Add(-time.Hour)
	for _, folder := range both { // as if they had run for an hour
		if err := os.Chtimes(filepath.Join(folder, demoAuditLock), long, long); err != nil {
			t.Fatal(err)
		}
	}
	next := launch(t, env, anyPort...)
	next.untilReady()
	if left := folders(); len(left) != 2 {
		t.Errorf("%v: want that of the living one and that of the next", left)
	}
	for _, p := range []*process{living, next} {
		if code, _ := p.terminate(); code != 0 {
			t.Errorf("ended with code %d", code)
		}
	}
	if left := folders(); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}
