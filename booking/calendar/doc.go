// Package calendar turns opening hours, rosters, closures and what is already taken into starts a visit can have, and
// for every start it cannot have says why.
//
// A Question holds everything that matters at one moment: the office, its booths, the legs of the visit with the desks
// that could serve each, what is busy, and the time now. Judge answers for one start; Day asks Judge for every start of
// a day. Search shows what Day offers, writing asks Judge again, so the two cannot disagree about a rule; only the
// ledgers in Redis decide between two who ask at once.
//
// A visit is one booth and one resident from its first minute to its last, and desks one after another:
//
//	booth    |=======================|~~~| cleaning
//	doctor   |===============|
//	pharmacist               |=======|
//	resident |=======================|
//
// Civil time is Japan Standard Time everywhere. National holidays are those the Cabinet Office has published
// (holidays_table.go, made by holidaygen); days after the last published year cannot be booked where holidays matter,
// because nobody can know yet whether they are holidays.
//
// The package is pure: time is an argument, nothing here reads a clock or starts a goroutine.
package calendar
