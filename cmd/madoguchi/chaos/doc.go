// Package chaos takes Redis primaries away under load and says what became of every booking somebody was told of.
//
// # A round
//
// Clerks hold, confirm, move and cancel through brokers' own booking service, each broker with a client of its own to a
// real Redis: a primary with one replica and three Sentinels, or a Cluster of three primaries with a replica each, on
// which two areas lie apart. After a while of load the primary is lost in one of four ways (harm.go). Before that its line
// to the replica is silently cut for a moment, as replicas do lag when machines are in trouble: without that a fast
// loopback would hide what asynchronous replication loses. Once another node has taken over, the lost one comes back with
// all it believes, and must give way.
//
// # What is counted
//
// A clerk notes what was answered (clerk.go). Acknowledged is what was called done. Unknown is what the service called
// unknown, or did not answer; the clerk asks again with the same key until that is settled, and never books twice. After
// the round every acknowledged booking is looked up (verdict.go): it is as the clerk was told, or disputed and in front of
// staff, or lost; and no two appointments share a booth or a desk. A round fails where anything is lost, doubled, still
// unknown, or was shown as certain while it was not.
//
// The same round with nothing to wait for and no journal is the control: it shows that a loss would be seen.
package chaos
