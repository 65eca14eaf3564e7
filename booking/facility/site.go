package facility

// Site is what an office has on record. Empty fields are not on record.
type Site struct {
	Office, Address, Phone string // of the office
	Name                   string // of the facility
	OwnerKind              string // "corporation", "municipality" or "person"
	Owner, Representative  string
	OwnerAddress           string
	OwnerPhone             string
	Manager                Contact
	Authority              string
	Opened                 string // "2026-04-01", as all days here
	Clean, Private, Secure string
	Breakdown, Illness     Contact
	Hospital               Contact
	HospitalAgreed         string
	HospitalUntil          string
	Booths                 []Booth
	Hours                  []Line
	Care                   []Service // what is received at the facility
	Fees                   []Service // everything given at the office
	Page                   string    // address of the office's public page
	Made                   string    // day the papers are made
}

// Contact is somebody to call.
type Contact struct{ Name, Phone string }

// Line is a name and what belongs to it.
type Line struct{ Name, Text string }

// Booth is a room and what stands in it.
type Booth struct{ Name, Equipment string }

// Service is something given at the office, and by whom.
type Service struct {
	Name, By, Phone string
	Notified        string // the notification it rests on, with its day; empty where it rests on none
	Checked         string // when the clinic found the facility in order, and until when that stands
	Fee             string // of the office
	Note            string // what the other side charges
}
