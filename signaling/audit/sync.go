package audit

import (
	"sync"
	"time"
)

// Sync is whether a clock was synchronised to standard time, as its kernel says, and how far it may be off.
type Sync struct {
	State SyncState
	Error time.Duration // estimated error; 0 where State is not Synced
}

// SyncState is what a kernel says of its clock.
type SyncState string

// States of a clock.
const (
	SyncUnknown SyncState = ""         // nobody has asked, or this system cannot be
	Synced      SyncState = "synced"   // disciplined by NTP or the like
	Unsynced    SyncState = "unsynced" // running by itself
)

// syncKept is how long an answer of the kernel is good for.
const syncKept = 5 * time.Second

// SyncClock asks the kernel now and then how the clock stands. Its zero value is ready.
type SyncClock struct {
	mu   sync.Mutex
	at   time.Time
	last Sync
}

// State gives the present state, at most a few seconds old.
func (c *SyncClock) State() Sync {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); c.at.IsZero() || now.Sub(c.at) > syncKept {
		c.last, c.at = kernelSync(), now
	}
	return c.last
}
