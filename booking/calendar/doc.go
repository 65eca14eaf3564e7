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
// Explain goes further than Judge: it names every booth and every desk with its own reason, for whoever asks "why not
// 10:00?".
//
// Windows recur by weekday or by a rule of RFC 5545 (recurrence.go); extra days open what the week, a holiday or 年末年始
// would close, and a closure closes what anything opens. A service is given within its terms, each with its own windows,
// and a desk is kept free for a while before and after a leg where the service asks for it.
//
// Civil time is Japan Standard Time everywhere. National holidays are those the Cabinet Office has published
// (holidays_table.go, made by holidaygen) and, for the years after, those the law as it stands will make (expected.go);
// the latter are told as provisional, since nobody can know yet.
//
// The package is pure: time is an argument, nothing here reads a clock or starts a goroutine.
package calendar
