// Package codec reads as much of an RTP payload as forwarding needs, and not a bit more.
//
// A subscriber can only start, or change its source, where a key frame begins. So for each video format there is one
// question, "does a key frame begin in this packet?", answered from the payload descriptor or, where the publisher sends
// it, from the AV1 dependency descriptor (which works on encrypted payloads too). And some formats count pictures in their
// descriptors; those fields can be found and overwritten in place.
//
// Everything takes bytes from the network: any input is allowed, short or nonsensical ones give "no". Nothing allocates.
package codec
