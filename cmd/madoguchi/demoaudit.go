package main

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"madoguchi/signaling/audit"
)

// A demo keeps its trail in a folder of its own that ends with it. One that was killed leaves its folder behind, which the next demo
// takes away: it is dead where nobody holds its lock.
const (
	demoAudit     = "madoguchi-audit-*"
	demoAuditLock = "alive"
)

// demoAuditYoung is how long a folder without a lock may belong to a demo that is just about to take it.
const demoAuditYoung = time.Minute

// openDemoAudit keeps a trail in a folder that ends with the demo.
func openDemoAudit(p *plan) (forget func() error, err error) {
	sweepDemoAudits(os.TempDir(), time.Now())
	folder, err := os.MkdirTemp("", demoAudit)
	if err != nil {
		return nil, err
	}
	alive, err := audit.Hold(filepath.Join(folder, demoAuditLock))
	if err != nil && !errors.Is(err, audit.ErrInUse) {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	p.audit = auditPlan{folder: filepath.Join(folder, "trail"), spool: filepath.Join(folder, "spool"), after: "*", anyone: true}
	return func() error {
		err := os.RemoveAll(folder)
		if alive != nil {
			err = errors.Join(err, alive.Close())
		}
		return err
	}, nil
}

// sweepDemoAudits removes what dead demos have left in a folder. What it cannot remove (somebody else's) it leaves.
func sweepDemoAudits(in string, now time.Time) {
	left, _ := filepath.Glob(filepath.Join(in, demoAudit)) // the pattern is well formed
	for _, folder := range left {
		lock := filepath.Join(folder, demoAuditLock)
		made, err := os.Lstat(folder)
		if err != nil || !made.IsDir() { // also where somebody has put a link there
			continue
		}
		if locked, lockErr := os.Lstat(lock); lockErr == nil {
			made = locked
		}
		if now.Sub(made.ModTime()) < demoAuditYoung {
			continue
		}
		held, err := audit.Hold(lock)
		if err != nil {
			continue // it lives
		}
		_ = os.RemoveAll(folder)
		_ = held.Close()
	}
}
