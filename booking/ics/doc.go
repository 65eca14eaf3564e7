// Package ics writes appointments as calendars read them (RFC 5545), and as invitations that can be updated and taken
// back (iTIP, RFC 5546).
//
// One appointment is one event for its whole life: its UID never changes, and its SEQUENCE grows by one whenever its
// time or place does, and once more when it is cancelled. A calendar program that has seen sequence 2 passes over a
// message with sequence 1 that was under way for longer, so nobody's calendar goes back in time. Nothing but the
// arguments is in the text: the same events under the same stamps always give the same text, on which the ETag of a
// feed rests.
//
// An Event has no field for a person or for what the visit is about: it carries date, office, number and the neutral
// word, because calendars are synchronised to where we cannot follow. The address of an invited resident is an argument
// of Invite and Cancel, since iTIP wants an ATTENDEE; feeds have none.
//
// Times are written as civil time in Asia/Tokyo with a VTIMEZONE, so that a calendar in another zone shows the office's
// clock. The package is pure: it reads no clock and keeps nothing.
package ics
