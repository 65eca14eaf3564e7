// Package codec reads as much of an RTP payload as forwarding needs, and not a bit more.
//
// A subscriber can only start, or change its source, where a key frame begins. So for each video format there is one
// question, "does a key frame begin in this packet?", answered from the payload descriptor or, where the publisher sends
// it, from the AV1 dependency descriptor (which works on encrypted payloads too). And some formats count pictures in their
// descriptors; those fields can be found and overwritten in place.
//
// Sound needs nothing of this. Only where a publisher sends each Opus packet together with those before it (RED) and a
// subscriber knows no such thing, the blocks are taken apart.
//
// Everything takes bytes from the network: any input is allowed, short or nonsensical ones give "no". Nothing
// allocates but what is appended.
package codec
