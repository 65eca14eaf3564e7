// Package wire carries the packets of all peers of a media node over one UDP and one TCP port: ICE, DTLS, SRTP and SCTP, and
// nothing of what the packets are for. It replaces a general peer connection by the one case a node has: a public (or
// mapped) address, the answering side, everything bundled.
//
// # From socket to socket
//
// A loop for each UDP socket (udp.go) takes a batch of datagrams, tells them apart by their first byte (RFC 7983), opens SRTP
// in place and hands each packet to the stream's consumer. What the consumer writes meanwhile, to whomever, is sealed into the
// loop's Batch (batch.go), and when the datagrams received are used up the batch goes out, grouped by destination: packets of
// equal size to one destination become a single send that the kernel cuts up. No queue, no other goroutine and no timer lies
// on that way. A machine with several processors has several sockets on the port; the kernel keeps a peer's packets on one.
//
// A loop that is behind sees it by how full its socket stays, and gives up whole streams of pictures before the kernel drops
// what comes without looking (shed.go); it has the kernel keep their long packets from the socket (sieve.go).
//
// A TCP connection (tcp.go) has a goroutine that reads and one that writes, with a bounded queue between it and everybody
// else: what does not fit is lost, pictures first.
//
// # A peer's life
//
// Endpoint.Connect makes a connection's credentials, which the consumer puts into its answer. The peer's connectivity checks
// (icelite.go) then show from where it can be reached; it nominates one way, and media follow it, also when it moves. The DTLS
// handshake (dtls.go) runs in a goroutine of the connection's, which ends with it, or goes on to serve data channels
// (channel.go). A connection without data channels has no goroutine of ours; the DTLS library keeps two.
//
// # Rules
//
//   - Nothing unauthenticated makes the endpoint hold memory, apart from a bounded number of young TCP connections
//     (in all, and from one address).
//   - Who sees a peer's packets, or writes its address, but has none of its keys, can neither end its session nor move its
//     media: open records of DTLS are not let through once there are keys, and a copied connectivity check does not count.
//   - A cipher context belongs to one connection and one direction and is used under that side's lock. The locks nest: in,
//     then out; nothing is called back with out held.
//   - Sequence numbers are the consumer's: it must not use one for two packets.
package wire
