package auditor

import "time"

// keyspace names the keys of an area's trail. All carry the area's hash tag.
type keyspace struct{ area string }

func (k keyspace) notes() string { return "{" + k.area + "}:audit-out" }
func (k keyspace) head() string  { return "{" + k.area + "}:audit-head" }
func (k keyspace) lease() string { return "{" + k.area + "}:audit-lease" }

// seen holds the ids of notes made on a day (UTC).
func (k keyspace) seen(at time.Time) string {
	return "{" + k.area + "}:audit-seen:" + at.UTC().Format(time.DateOnly)
}

// The outboxes of others.
func (k keyspace) booking() string   { return "{" + k.area + "}:out" }
func (k keyspace) signaling() string { return "{" + k.area + "}:ses-out" }

const (
	// seenFor is how long a note that was kept on a disk may take to arrive and still be known for one that is there already.
	seenFor = 8 * 24 * time.Hour
	// notesMost bounds the outbox of notes while nobody writes the trail: some 400 bytes each.
	notesMost = 500_000
)
