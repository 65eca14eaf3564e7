// Package auditor carries what happens in an area into its audit trail (package audit).
//
// # How something gets there
//
// Booking and signaling each keep an outbox in Redis, written in the same step as what it tells of; neither knows of the trail.
// What neither tells (a sign-in and its refusal, a token, a link for a guest, a look into somebody's record, an export, a rule
// changed, access in an emergency) is noted by whoever does it, through a Noter:
//
//	err := noter.Note(ctx, audit.Entry{Action: audit.SignIn, Outcome: audit.Refused, Who: seat})
//
// A note goes into a third outbox of the area, {area}:audit-out, once, however often it is tried; while Redis is away it goes to a
// spool on the node's own disk, from where it follows. Who asks, and from where, is taken from the context (audit.WithOrigin).
// Personal fields are sealed before they leave the process.
//
// # The consumer
//
// One process of the area writes: the one that holds the folder's lock and the area's lease. It reads the three outboxes and the
// folder's own inbox, and appends what is new in batches. The place of each entry in its outbox is written with the entry, so
// whoever goes on, after whatever death, goes on behind the last whole one: nothing is lost and nothing doubled. Then it signs the
// head and stores it in Redis, from where it is shown and counted.
//
// The folder and the area know each other: a folder that ends before the head Redis has, or that belongs to another trail, is not
// silently written on.
//
// # Keys
//
//	{area}:audit-out          stream of notes, taken away once they are in the trail
//	{area}:audit-seen:<day>   set of ids of the day's notes, so that one that is sent again is not there twice
//	{area}:audit-head         string, the signed head
//	{area}:audit-lease        string, who writes
package auditor
