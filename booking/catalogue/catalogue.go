package catalogue

// Catalogue is everything that can be booked. References between its parts have been checked: every service, pool and
// area named somewhere exists. It is not to be changed after loading.
type Catalogue struct {
	Areas    []Area
	Tenants  []Tenant
	Services []Service
	Offices  []Office
	Pools    []Pool
}

// Area is a circle of offices and professionals who can meet each other; it is the unit of sharding.
type Area struct {
	ID   string
	Name string
}

// Tenant is a municipality or consortium that pays and is reported to.
type Tenant struct {
	ID   string
	Name string
	Area string
}

// Wording is one thing said in the three languages of the screens. Easy and En may be empty; In falls back to Ja.
type Wording struct {
	Ja   string
	Easy string // やさしい日本語
	En   string
}

// In gives the wording in a language: "ja", "easy" or "en".
func (w Wording) In(lang string) string {
	switch {
	case lang == "easy" && w.Easy != "":
		return w.Easy
	case lang == "en" && w.En != "":
		return w.En
	default:
		return w.Ja
	}
}

// Service is a kind of consultation.
type Service struct {
	ID          string
	Name        string // for the resident and the professional: 診療; equal to Names.Ja
	Names       Wording
	PublicName  string // neutral word for counters, lobbies and notices: 医院; equal to PublicNames.Ja
	PublicNames Wording
	Role        string    // who may serve it; one of Roles
	Minutes     int       // length of its leg
	Before      int       // minutes the desk is kept free before the leg, to prepare
	After       int       // minutes the desk is kept free after the leg, for notes
	Cleaning    int       // minutes the booth stays taken after a visit with this leg
	Needs       []string  // equipment the booth must have; words of the offices' choosing
	Anonymous   bool      // may be booked without a name
	FollowedBy  []string  // services whose leg may come straight after this one in the same visit
	Languages   []string  // in which it can be given, as BCP 47 tags; empty: Japanese
	Law         string    // what allows it: 医療法, 薬機法 …
	Facility    bool      // received at a notified facility (オンライン診療受診施設): an office must have all of it on record
	Lead        int       // minutes before the start until which it can be booked
	Ahead       int       // days ahead it can be booked; 0: as far as anything can
	FirstVisit  FirstRule // whether it is given to somebody who comes for the first time
	Consents    []Item    // what the resident agrees to before it begins
	Checks      []Item    // what the professional makes sure of before it begins
	Vitals      []string  // what the professional may have measured during it; words of Vitals
}

// FirstRule says how a service treats a first visit.
type FirstRule struct {
	Refused bool
	Minutes int     // length of a first visit's leg; 0: as any other
	Note    Wording // for the resident: what to bring, whom to see before; may be empty
}

// Item is one consent or check.
type Item struct {
	ID   string
	Text Wording
}

// Office is a post office.
type Office struct {
	ID        string
	Name      string
	Kana      string
	Address   string
	Phone     string
	Area      string
	Tenant    string
	Booths    []Booth
	Hours     []Hours
	Closures  []Closure
	YearEnd   YearEnd // 年末年始
	Holidays  bool    // open on national holidays
	Every     int     // minutes between offered starts
	Fine      int     // minutes between the starts tried when the offered one is taken; divides Every
	Notices   []Notice
	Offers    []Offer
	Emergency Emergency
	Extra     []Opening // days it opens although the week, holidays or 年末年始 would close it
	Location  Location
	Facility  Facility
}

// Location is where an office lies, in degrees (WGS 84). The zero value means that it is not known.
type Location struct {
	Lat, Lon float64
}

// Opening is one day on which a place is open or a desk served besides its weekly hours. A closure still wins.
type Opening struct {
	Date     Date
	From, To Clock
}

// Booth is a seat with equipment in an office.
type Booth struct {
	ID        string
	Name      string
	Equipment []string
	Cleaning  int // minutes it stays taken after a visit; the longest of booth and services counts
}

// Hours are opening hours on some days, with a part at noon when the office is closed. NoonFrom equals NoonTo where it
// stays open.
type Hours struct {
	Days             Days
	Repeat           Repeat // instead of Days
	Open, Close      Clock
	NoonFrom, NoonTo Clock
}

// Closure is a run of days on which a place is closed, both ends included.
type Closure struct {
	From, To Date
	Reason   string // short Japanese text for the counter; may be empty
}

// YearEnd is the yearly closure around New Year, both ends included. The zero value means there is none.
type YearEnd struct {
	From, To MonthDay
}

// Notice is a line on the idle screen of the office's booths.
type Notice struct {
	Icon  string
	Title string
	Body  string
}

// Repeat is a recurrence rule of RFC 5545 for days, and the day it begins to count on. The zero value means that there
// is none and weekdays are written instead.
type Repeat struct {
	Rule  string
	Start Date
}

// Offer says that a service is given at this office by a pool, on what ground and when.
type Offer struct {
	Service string
	Pool    string
	Basis   Basis
	Trained Date    // when the staff of the office were trained for it
	From    Date    // first day it is given
	Until   Date    // last day; zero where no end is fixed
	Windows []Shift // when it is given; empty: whenever the office is open
	Fee     Fee
	Contact string // telephone number for questions about it; the pool's where none is written
}

// Basis is the act that lets an office give a service, as it was recorded.
type Basis struct {
	Kind      string // one of BasisKinds
	Reference string // where it can be looked up: name and number of the contract, resolution or notification
	On        Date   // day of the act
}

// Fee is what a visit costs at the office, whatever the other side charges.
type Fee struct {
	Stated bool // false: nothing is written, people are told to ask
	Yen    int
	Note   Wording
}

// BasisKinds are the acts a service can rest on: a resolution of the council (議決), a contract (委託契約), a notification
// to the authority (届出), an agreement (協定).
func BasisKinds() []string { return []string{"council", "contract", "notification", "agreement"} }

// Emergency is whom to turn to when somebody falls ill at the office.
type Emergency struct {
	Hospital string
	Phone    string
	Agreed   Date // when the hospital agreed to take in whoever falls ill
	Until    Date // last day that stands
}

// Pool is a set of desks that stand in for each other: a clinic, a pharmacy, a department.
type Pool struct {
	ID       string
	Name     string
	Area     string
	Phone    string
	Services []string
	Lends    []string // other areas its desks may be lent to, for windows of time
	Closures []Closure
	YearEnd  YearEnd
	Holidays bool
	Desks    []Desk
}

// Desk is the seat of one professional.
type Desk struct {
	ID           string
	Name         string
	Kana         string
	Role         string
	Title        string // 医師, 薬剤師, 市職員
	Registration int    // year of entry in the professional register (医籍登録年); 0 where there is none
	Phone        string
	Roster       []Shift
	Off          []Closure // days away: leave, training
	Extra        []Opening // days it is served besides the roster
}

// Shift is a recurring window in which a desk is served.
type Shift struct {
	Days     Days
	Repeat   Repeat // instead of Days
	From, To Clock
}

// Vitals are the words a service may use for what is measured during it, each named after the device the booth has for
// it among its equipment. A booth without the device can still have the value typed in or read by the camera.
func Vitals() []string { return []string{"blood-pressure", "oximeter", "thermometer", "scales"} }

// Roles are the words a service or desk may use for who serves it.
func Roles() []string {
	return []string{"doctor", "nurse", "pharmacist", "officer", "counselor", "clerk", "interpreter"}
}
