// Package attack is what people with bad intentions do to a server, as fast as one machine can: floods, connections that never
// say anything, frames without end, forged and replayed packets, guesses. It exists to find out what others notice of it.
//
// An attack (Kinds lists them) is given a target: where the server is, tokens that somebody might have stolen, and packets that
// somebody might have recorded on the way. It goes on until its context ends and then tells how often it did what, and what it
// was answered. It knows nothing of what it disturbs: package loadtest watches that from another process.
//
// Everything comes from loopback addresses of its own (127.66.0.0/16), so that limits for each address hold as they would for
// strangers, and leave the people in the consultation (127.0.0.1) alone. The exception is spoofed (spoof_linux.go), which as root
// writes the address of one of those people into its packets.
package attack
