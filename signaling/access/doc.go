// Package access says who somebody is and what they may do.
//
// There are two kinds of token, both short-lived JWTs signed with Ed25519. A seat token says which booth, desk,
// counter, assistant or administrator speaks; it opens HTTP and the socket. A room token says that one participant may take part
// in exactly one session, with named grants; it opens the session over the socket, and WHIP and WHEP. A token for one
// purpose is refused for the other, because each names its audience.
//
// Keys live in a directory, one file each, named by their id. The newest signs, all of them verify, so a key is
// replaced by adding one and taking the old one away once everything it signed has expired. A verifier that meets a
// key id it does not know looks into the directory again, so nobody has to be restarted for that.
//
// A seat that has no token yet gets one for a one-time code, which an operator mints and reads out. Redis keeps only
// a hash of it, for ten minutes and five tries.
//
// What is taken back before it expires stands in a list that every node holds in memory (revoked.go). Who may do what stands
// in one table (table.go), by which the broker refuses, from which deploy/ROLES.md is made and which the tests walk through.
package access

//go:generate go run ./gen
