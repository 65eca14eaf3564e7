// Package purpose says what tracks are for and what follows from that: which gives way first where a line is too slow, and how
// its sound or picture is to be taken up, sent and played. It is one table, here; clients are told it when they connect.
//
// # The order
//
// People can do without seeing each other, but not without hearing each other. So the voice goes last; before it what a
// stethoscope hears, since the examination stands still without it; before that paper, which one can read at two pictures a
// second; then a screen; and first of all faces, which are also what takes most of a line.
//
// # Sound as it is
//
// What a browser does to a voice ruins a heart: noise suppression takes it for noise, gain control pumps, discontinuous
// transmission drops the quiet between two beats, and Opus itself cuts off the lows when told that it carries speech. Device
// sound is therefore taken up as it is and sent as music, at a rate at which Opus changes nothing one can hear. It has no
// redundancy, which would double that rate; instead its receiver plays it so much later that what was lost has come again.
package purpose
