// Package audit keeps the trail: who did what, concerning whose visit, when, for how long, from where, with what result, and
// whether the clock that says so was synchronised. It knows neither Redis nor HTTP: it is the trail as files, and what can be
// proved of them. Package auditor carries to it what happens in an area.
//
// # An entry
//
// An Entry holds ids and words from fixed lists, never a name, a telephone number, a token or anything that was said. What could
// lead to a person (Personal: the address a request came from, the account at a provider, the keyed index of a resident, a reason
// somebody has typed) is sealed under a key of its visit and stands in the entry as ciphertext with a salted commitment. The chain is
// over the ciphertext, so that destroying the key makes the person forgotten, and the chain stays whole to the letter.
//
// # Files
//
// A trail is a folder. 00000001.audit, 00000002.audit … are its segments: a header, one line an entry, and, once the segment is
// closed, a seal. 00000001.keys holds the wrapped keys of what is sealed in the segment of that number.
//
//	madoguchi-audit-1 area=… trail=… n=2 first=4097 prev=<hash> kid=… pub=… at=… b=… n=… s=…
//	4097 <hash> at=… rec=… act=sign-in out=success who=desk:morita … src=n:1763800000000-0
//	seal 8192 <hash> <kid> <signature>
//
// An entry's hash is SHA-256 over the hash before it, its number and its text; the first one's is taken from the header, and the
// header names the last hash of the segment before. So whatever is changed, left out, put elsewhere or put in is found at its
// place. A segment is signed with the area's key when it is closed, and the head (the newest entry's number and hash) whenever
// entries are added: a head noted outside finds a trail that was cut short or set back.
//
// # Writing
//
// One Writer owns the folder. It writes entries in batches, each through to the disk before the next, and an entry carries the
// place in the outbox that it came from. Whoever goes on after a crash reads from the last whole entry where to go on, cuts off
// what was half written, and so neither loses nor doubles one.
package audit
