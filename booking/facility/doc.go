// Package facility writes the papers of a place where patients receive online medical care (オンライン診療受診施設): what the
// prefecture is notified of, the notice on the wall, the table of fees and the plan for emergencies.
//
// What stands on a paper is made first, as data (Notification, Notice, Fees, Emergency give a Paper), and set on A4 pages
// afterwards (Write). Papers are in Japanese, as they are handed in and hung up; whatever is not on record is printed as
// an empty field to be filled in by hand, never guessed. The ministry announced a standard form of the notification;
// where a prefecture asks for its own, the paper's fields are copied into it.
//
// The package is pure: what the office has on record, the day and the typeface are arguments. Sources: 医療法 article 2-2
// (in force since 1 April 2026); 社会保障審議会医療部会, 26 January 2026, papers on オンライン診療; 規制改革実施計画, 13 June 2025.
package facility
