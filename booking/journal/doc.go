// Package journal keeps what a broker has told people where it outlives the store that was told too: lines on the
// broker's own disk, written through before anybody is answered.
//
// # A line
//
// A file is a segment. Its first line names the format and the hash its chain goes on from; every further one is
//
//	<hash> <milliseconds since 1970> <payload, base64url>
//
// The hash is taken over the hash before it, the time and the payload, so a line that was changed, left out or put
// elsewhere is noticed when the journal is read. What a payload means is the writer's business, who also seals it: a
// hash chain shows damage, not malice.
//
// # Writing
//
// One goroutine owns the file. It takes whatever waits to be written, writes it in one go, has the disk confirm it once
// and answers everybody: a hundred writers cost one fsync, not a hundred. Where that fails nobody knows what has reached
// the disk, so the file is left as it is and the next line begins another.
//
// # Forgetting
//
// Only minutes are kept. A segment is ended when it is old or large, and removed when its last line is too old to
// matter, or when all of them together are larger than allowed.
//
// # Reading
//
// A process may die while it writes, so the last line of a segment may be torn; it was never answered for, and is passed
// over and reported. Anything else that does not fit is reported as broken, and nothing behind it in its segment is
// believed.
package journal
