// Package line says what a bad line does with a packet: lost, or there at a certain moment.
//
// A packet first stands in a queue before the narrowest place of the line, for as long as those before it take to pass at
// the line's rate; if the queue is longer than the line keeps, the packet is lost, as in a router. Then it is lost by chance,
// or travels for the delay and a random part of the jitter. Packets keep their order, as they do on nearly every real line,
// unless they are allowed to overtake each other.
//
// Nothing here waits or reads a clock: time and chance are arguments, so that a test can say what must come out.
package line
