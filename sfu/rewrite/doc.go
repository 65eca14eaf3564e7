// Package rewrite gives packets new numbers, so that several sources in turn look like one stream to a receiver.
//
// A subscriber's track keeps its SSRC for as long as it lives, while the publisher behind it may mute, reload its page or
// be followed by somebody else. Each publisher counts sequence numbers, timestamps and picture identifiers from a start of
// its own. Here those counts are joined end to end: what goes out grows by one (sequence numbers, picture identifiers) or
// with the clock (timestamps), across every change of source and every wrap-around.
//
// One rule stands above the others: an outgoing sequence number is given to one source packet only and never again.
// Under AES-GCM the number is part of the nonce, and two different packets under one nonce would reveal the key stream.
// Mapping is therefore a pure function of the source's own number until the next change of source.
//
// Everything here is plain arithmetic on values; nothing locks, allocates or reads a clock.
package rewrite
