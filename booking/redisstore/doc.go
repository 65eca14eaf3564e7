// Package redisstore keeps holds and appointments in Redis, so that nothing is ever in two places at once.
//
// Each thing that cannot be shared (a booth, a desk, a resident) has a ledger: a sorted set with one entry per interval
// it is taken, the score being the start and the member "end|deadline|appointment". Deadline 0 means confirmed; a
// deadline in the past means that the hold is dead, whether or not anybody has cleared it away. Live entries of a ledger
// never overlap, so one neighbour decides whether an interval is free: the entry with the latest start before its end.
// The ledgers are the truth; the record of an appointment describes it.
//
// Each step is one script in lua/, named after it, with its keys and arguments on top; core.lua and record.lua are what
// they share. A script checks everything first and writes afterwards, so it happens whole or not at all. All its keys are
// passed in KEYS and carry the tag {area}, so that a cluster keeps an area on one node. The clock is Redis's own.
// go-redis repeats a command when an answer got lost; every step therefore recognises its own repetition and answers
// the same again.
//
// What somebody is told of (confirm, move, delay, cancel, keep) is executed once on the key's primary, with WAIT behind it
// on the same connection, and noted in a journal before it is answered (ack.go); short of that it is an *UnknownError.
// Each such step marks its record with a word (acks), which tells a record that has lost a step from one that has not:
// RESTORE goes by it (restore.go).
//
// Records are lines "name=value" in one string: one command writes them whole, they take little room, and a step keeps
// the fields it does not know. Events (event.go) say what happened to whom; a number made from an event's place in the
// outbox serves as the area's revision.
//
// # Changing what is stored
//
// An area's brokers are upgraded one after the other, so old and new ones read each other's records for a while. What is
// new in a record is a new field: a step keeps fields it does not know, and a missing field means what it meant before.
// A new type of event is passed over by readers that do not know it. A new key is nobody else's business; one whose meaning
// changes gets a new name, and both are written until the shape below has been raised.
//
// Where fields change that are there already, records get a new shape: one more entry in forms (shape.go), which says how a
// record is read from it and written in it; the rest of the program goes on by the fields' present names. Shape 1 is a
// record without a field "shape". Upgrade in any order and at any pace:
//
//   - A new broker reads all shapes and writes the one in force, which is still the old one. Its scripts have digests of
//     their own and lie beside the old ones on every server.
//   - Every broker says every few seconds which shapes it reads (agree.lua). Ten minutes after the last old one has been
//     replaced the new shape is in force; so long the upgrade can be taken back without a thought.
//   - From then on steps write the new shape: whatever is changed is rewritten, and nothing else. Holds are written in
//     shape 1, which is the quickest, and rewritten when they are confirmed. Names and meaning of fp, deadline, until,
//     booth, booth0, desks and desks0 in a held record stay, since HOLD reads them by itself.
//   - An old broker that is started now says that it is too old, and refuses with ShapeError what it cannot read. Its steps
//     end before they write anything. Ledgers have no shape, so it books nothing twice.
//   - No record outlives its visit by more than Options.KeepRecord, and visits are at most 92 days ahead: what reads an old
//     shape can go from the program half a year after the new one came into force.
//
// Keys, all prefixed {area}: —
//
//	led:booth:<id> led:desk:<id> led:resident:<index>   zset    ledgers
//	bk:<id>                string  record of an appointment (a_…), a block (x_…) or somebody waiting (w_…); nothing personal
//	who:<id>               string  the sealed personal record, with an expiry; a hold's is in its record until then
//	due                    zset    deadlines of holds
//	alarms                 zset    times to tell of: reminders, absence, overrun
//	day:office:<id>:<date> day:desk:<id>:<date>         zset    confirmed appointments by start
//	seq:<office>:<date>    int     last call number
//	recv:<office>:<date>   hash    reception number → appointment
//	rr:<pool>:<month>      zset    minutes assigned to each desk
//	unknown                zset    appointments with a step whose outcome is unknown, by time
//	flushed                string  written where the replicas are asked whether they have everything
//	wl                     zset    waiting list: time of joining, less what somebody is let forward
//	blocks                 zset    blocks by end
//	win:<desk>             zset    when a desk of another area is lent here
//	came:<office>          string  the area an office has come from lately
//	seen:<desk>            string  when a professional was last there
//	idem:<key>             string  fingerprint and answer of a request that has no record of its own
//	warned:<event>:<office>:<time>                      string  that an office was warned
//	followed               string  up to where the outbox has been acted on
//	shape                  string  shape of records in force, and the next one since when all read it
//	readers                zset    which shapes brokers read, by until when they count as being here
//	rules                  int     rule version in force; grows with every catalogue and suspension
//	rulebook               hash    the catalogue in force: fingerprint, files, who and when
//	prints                 zset    fingerprints that have been in force, by version
//	suspended              hash    suspensions by id
//	out                    stream  outbox, one event a transition, bounded; also the channel changes are published on
package redisstore
