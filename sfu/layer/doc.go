// Package layer decides with which quality of a track a subscriber starts.
//
// Whoever is let in wants to see somebody now, not at their best. A first picture is a key frame, and a key frame is the
// largest thing a track ever sends: at 1 Mbit/s one of 8 kB is on its way for 64 ms, one of 80 kB for 640 ms. So the start is
// with the largest quality whose key frame crosses the line in about a twentieth of a second, and better ones follow when the
// picture stands.
//
// A group of pictures that has been kept is worth sending again when it is whole, young and short: then the subscriber has its
// first picture without the publisher's encoder having been asked. Else a key frame has to be.
//
// Everything here is plain arithmetic on values; nothing locks, allocates or reads a clock.
package layer
