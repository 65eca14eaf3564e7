// Package catalogue holds what can be booked, as data: services, offices with their booths, and pools with their desks
// and rosters.
//
// It reads every *.yaml file of one directory. A file may hold any of the top-level lists (areas, tenants, services,
// offices, pools), so a consortium can keep one file per office if it likes. What is wrong is told the way a compiler
// tells it: file, line, column, what was found and what would be right, as many findings at once as there are, so that
// somebody who edits a roster by hand needs one round and not ten. Unknown keys are refused, because a misspelt
// "closures" would otherwise open an office on a day it is closed.
//
// An office gives a service only on an act that is written down (議決, 委託契約, 届出, 協定), from a day on, by staff trained
// before: an offer that does not say so is refused. An act that is renewed is one offer after the other.
//
// The package is pure: it knows no clock, no network and nothing else of this program but package calendar, which alone
// reads recurrence rules. Times of day are minutes of the civil day, days are weekdays; package calendar turns them into free starts.
package catalogue
