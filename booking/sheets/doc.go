// Package sheets brings offices, desks and rosters in and out of a catalogue as tables, because that is how
// municipalities and clinics keep them.
//
// Three tables, each with a line of column names: offices.csv, desks.csv and rosters.csv. They are read in UTF-8, with
// or without a byte order mark, and in Shift_JIS as Windows writes it (CP932); they are written in either.
//
// Export makes tables of a catalogue's files. Apply puts tables into them: an id that is there is changed, cell by cell,
// and an empty cell leaves what is there; an id that is new is added. The rows of a desk in rosters.csv replace its
// whole roster. Nothing is ever taken away: what is closed is closed in the catalogue. Comments of the files stay.
//
// All or nothing: Apply gives the files as they would be, having read them as the catalogue is read, or every finding
// with table and line, and changes nothing itself.
package sheets
