// Package client is the far end of a media node: a participant made of pion/webrtc, which shares no line of code with the
// node's own connections. Tests and the load driver stand in for browsers with it.
//
// A client is made with what it sends and receives, offers it once, takes the answer, and then tells of every packet,
// message and piece of feedback that reaches it. What is in the packets is for the user to say and to check.
package client
