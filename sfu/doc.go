// Package sfu is the media node: it takes sound, pictures and messages from each participant of a room and passes them on
// to the others who have been let in. It decodes nothing, keeps nothing but a few hundred packets, and knows rooms, peers and
// tracks, never who they belong to.
//
// # A packet's way
//
// A client offers, once and for all, one m-line for each track it sends and some m-lines to receive on; the node answers
// (answer.go) and from then on nothing is negotiated again. What a client sends arrives decrypted, in the loop that took it
// from the socket (package wire), at its up track (uptrack.go): kept in a ring, missing packets asked for, then shown to the
// down tracks (downtrack.go) that are listed there, each of which gives it the subscriber's numbers (package rewrite) and
// payload type and writes it out. It leaves with the batch it came with. No queue, no other goroutine and no lock of the room
// lies on that way.
//
// Sound may come with redundancy: each packet repeats the one before it. Whoever knows no such thing gets it taken apart, and
// made up for what was lost (redundancy.go).
//
// Back comes feedback: negative acknowledgements are answered from the publisher's ring (resend.go), requests for key frames
// are passed on, though not more often than an encoder can follow. Reports and transport-wide feedback are sent when packets
// arrive, so an idle connection costs neither timer nor goroutine.
//
// # The gate
//
// Participants connect while they wait. Admit tells a room (room.go) who is let in; the room then decides which m-line
// carries whose track (slots.go), and that decision is the gate: a track reaches a subscriber only by being in the up
// track's list and in the down track's source. Closing it is done when Admit returns. Opening it costs no negotiation:
// SSRCs have been fixed at the answer, and the latest group of pictures, if it is young and small, goes out at once.
//
// # Rules
//
//   - A sequence number under one SSRC is used for one packet only, ever. AES-GCM is broken by less. Sources that follow each
//     other on an m-line are joined by package rewrite; packets sent again without RTX are the same to the last bit.
//   - A subscriber gets only codecs it has negotiated, under its own payload types.
//   - Nothing waits for a slow receiver: UDP is sent or lost, TCP connections and data channels have bounded buffers and lose
//     what does not fit.
//   - Everything a peer can make the node hold is bounded by Limits; what goes beyond is dropped before it costs anything.
//   - Every goroutine is waited for by Node.Close.
//
// # The seam
//
// The core knows a connection only as outlet and feedbackWriter (link.go), and is called by it as wire.Handler and wire.Stream.
// Package wire is behind them: ICE, DTLS, SRTP and SCTP over the node's ports, without a PeerConnection.
package sfu
