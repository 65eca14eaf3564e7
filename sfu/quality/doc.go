// Package quality says how good one direction of one participant's line is, in a number and in a word. It is plain
// arithmetic: no clock, no packets, no goroutine.
//
// # From counts to a rating
//
// Once a second somebody gives a Sample: how many packets of sound and of pictures were sent, how many of them did not
// arrive by themselves, how many not at all, how unevenly they came, and how long a packet takes there and back. Rating
// turns it into a transmission rating R between 0 and 100, which MOS turns into the mean opinion score people know.
//
// For sound R is that of the E-model (ITU-T G.107), in the reduced form for packet networks: a basic rating, less what
// delay costs, less what loss costs. What is simplified:
//
//   - The defaults of G.107 stand for everything a line does not change (noise, echo, loudness): Ro − Is = 93.2.
//   - Delay is the way there, a jitter buffer of twice the jitter, and the frame and look-ahead of Opus; Id is the two-piece
//     line that R. Cole and J. Rosenbluth fitted to the model (2001), which has no echo in it.
//   - Loss is taken as random (BurstR = 1). G.113 has no figures for Opus; Ie = 0 and Bpl = 25.1, those of G.711 with
//     concealment, are a cautious guess, for Opus conceals better than that.
//
// For pictures there is no such model that needs neither the picture nor its bitrate ladder. Ours is a rule of thumb on
// the same scale: packets that never arrived and pictures that had to begin anew are freezes, and a face below a
// certain bitrate is a blur.
//
// Both are capped by what the line itself loses, before repair. Repair goes over the same line, costs a round trip for
// each packet, and leaves nothing for the next burst: a line that loses an eighth is poor, however well it is still mended.
//
// # From ratings to a word
//
// A Meter rates what has been counted lately and holds the Level. Counts fade rather than ratings, for a rating is no
// straight line and that of a single second mostly noise. The level goes down only when two ratings in a row say so, up only when three
// do, and up at a higher rating than down, so that a word on a screen stands still while a line swings around a border.
package quality
