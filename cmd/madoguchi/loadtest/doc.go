// Package loadtest puts load on a running server and says honestly what it cost.
//
// # Rooms of two
//
// A room has two participants, each with real peer connections (package sfu/client). Each sends Opus, 50 packets a second,
// and VP8, 30 frames a second in bursts of packets as an encoder makes them, and receives what the other sends. Every payload
// carries a marker (marker.go): whose it is, its number and when it was sent. Both ends share this process's monotonic clock,
// so one-way latency needs no synchronisation, and loss is counted where it hurts: in what arrived.
//
// How participants come to the server is a way (way.go): as our own client does, by WHIP and WHEP, or through a whole visit
// with sign-in, check-in and admission. Two more ways need no server: direct, which is what the driver itself costs, and
// yardstick, which is what receiving, opening, sealing and sending costs on this machine and nothing else. The same load,
// sender and receiver serve all of them, so their figures can be divided by each other.
//
// # Reading the figures
//
// Processor seconds drift with the machine by a factor of two; ratios between subjects measured in turn do not. Latency
// includes the driver's two stacks: what direct measures has to be taken off. Where the driver says that it was saturated,
// latency and loss are its own.
//
// # Idle booths
//
// Sockets (sockets.go) makes up a country (country.go), serves it with two nodes on one Redis, lets a crowd of booths in a
// process of its own (crowd.go) sit down at the first, kills that node and waits until all are back, while a consultation
// at the second must not notice.
//
// # Watching for growth
//
// Churn (churn.go) opens and closes rooms by the thousand beside steady ones and wants goroutines, memory and descriptors back
// where they began; steady (steady.go) watches them for as long as it is told and fails if they grow. Visits
// (visits.go, visit.go) does as churn does with whole visits, from booking to wiped, in a town of its own (town.go), and counts what
// is in Redis before and after (keys.go): whatever has no expiry must be gone, or be listed there with the reason why it stays.
//
// # Abuse
//
// Abuse (abuse.go, siege.go) serves a town with one node that has a processor to itself, lets two people talk, and starts attackers
// (package attack) one after the other, in processes of the lowest priority: what the two notice is then how the server copes, and
// not who gets a processor first. One column says how late the watching process was itself; on two processors, of which the
// attackers, Redis and both people share one, that is the floor. What an attacker could record on the way is recorded (tap.go).
package loadtest
