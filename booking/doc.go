// Package booking decides who meets whom, where and when: it searches free starts, holds and confirms appointments in
// Redis, and follows a visit from check-in to its end.
//
// # The life of an appointment
//
// A counter asks for a service, or several in a row, at its office. The Directory (package catalogue, read from YAML)
// says who could serve them; the ledgers (package redisstore) say what is taken; package calendar joins the two into
// starts, each free or refused with its reasons. The clerk picks one:
//
//	          hold              confirm             check-in          finish
//	(nothing) ────▶ held ─────────────────▶ booked ─────────▶ arrived ────────▶ done | unserved
//	                 │ │ deadline passed       │
//	         release │ └──────────▶ expired    │ cancel
//	                 ▼                         ▼
//	              released                  cancelled
//
// A hold claims everything the visit needs at once: the booth from the first minute to the last and its cleaning after
// that, one desk for each leg in turn, and the resident if known. It dies by itself after a few minutes; dead it blocks
// nobody, whether or not it has been swept away. Confirming names the resident, or nobody where the services allow it,
// and allots the call number and the reception number. From check-in on, signaling tells how the visit goes; a leg or a
// visit that ends early frees the rest of its time at once.
//
// # What always holds
//
//   - Live entries of a ledger never overlap, cleaning included: no booth, desk or resident is in two places.
//   - A live record owns exactly the ledger entries it names; a refused request leaves nothing behind.
//   - All legs or none. Of N rivals for k free alternatives exactly min(N, k) win.
//   - A repeated request gets the first answer; under the same key, another request is refused.
//   - A hold whose deadline has passed is never confirmed and never blocks.
//   - What search offered under a rule version, HOLD accepts on the same ledgers under that version, and under a later one
//     too where nothing the visit depends on has changed; otherwise the caller is told that its rules are stale.
//   - Every transition raises the version by one and puts one event into the outbox, in order.
//
// # What people are told
//
// A visit is called booked, moved, pushed back or cancelled only once it lasts: its replicas have it (redisstore, ack.go)
// and it stands in the broker's own journal (package journal, witness.go). Where that cannot be said the outcome is
// unknown: a problem of its own, a state clerks see, and a broker that goes on asking. Where Redis has lost something it
// is restored from the journal, or disputed, which staff settle (reconcile.go, dispute.go). Acknowledged is then always
// what survived, what was restored, or what is disputed.
//
// # Rules
//
// What can be booked is data (package catalogue), kept with its version in Redis, so that every broker of an area goes by
// the same rules and a municipality can suspend a service from one moment to the next; rulebook.go tells how.
//
// # Areas
//
// No step reaches over two areas. A desk is lent to another one in two halves (lend.go), an office goes to another one in
// five parts (officemove.go), each of which alone is safe and recognises its own repetition; what dies in between leaves
// a time nobody can book, never one that two can.
//
// # What is kept of a person
//
// Name in kana and telephone number, in one record per appointment, sealed with a key of its own. The key lies apart,
// wrapped under one derived from the service's secret; both expire a week after the visit and are destroyed when it is
// cancelled. Residents are found by a keyed index, so two clerks reach the same ledger without anybody keeping a list of
// names. Anonymous matters have neither record nor ledger. A Person prints itself as [redacted]; only a caller who may
// know gets a ResidentView: the counter of the office and the receptions of the pools, and, without the number, the desks
// of the legs.
//
// # Clocks
//
// Redis's clock alone decides whether a hold is alive. Config.Now decides what is past and what is today, which are
// questions of rules and not of rivalry.
package booking
