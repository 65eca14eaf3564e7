// Package session is the state machine of a visit, as plain functions of values.
//
// A visit in progress is one versioned document. It is opened when the resident checks in (arrived), waits once the
// booth's devices are tested (waiting), is a consultation while a professional has let the booth in, goes back to
// waiting between two legs or when the professional's side is lost, and ends closed, for one of the reasons of the
// protocol. Next computes what an event does to the document and which effects follow: opening and closing the gate
// of the media room, sending somebody away, telling the booking that a leg began or ended. It does none of them: the
// broker stores the document first, comparing versions, and only the one whose store succeeded carries them out.
//
// Two things keep the machine small. Who is connected right now is not in the document (it is a lease kept by the
// broker), so a lost line changes nothing here until its time of grace has run out. And the gate is always named
// whole, never as a difference, so an effect carried out twice or late can be put right by carrying out the newest.
//
// The document holds ids and times and names nobody.
package session
