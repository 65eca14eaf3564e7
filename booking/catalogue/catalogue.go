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

// Service is a kind of consultation.
type Service struct {
	ID         string
	Name       string   // for the resident and the professional: 診療
	PublicName string   // neutral word for counters, lobbies and notices: 医院
	Role       string   // who may serve it; one of Roles
	Minutes    int      // length of its leg
	Cleaning   int      // minutes the booth stays taken after a visit with this leg
	Needs      []string // equipment the booth must have; words of the offices' choosing
	Anonymous  bool     // may be booked without a name
	FollowedBy []string // services whose leg may come straight after this one in the same visit
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
}

// Booth is a seat with equipment in an office.
type Booth struct {
	ID        string
	Name      string
	Equipment []string
	Cleaning  int // minutes it stays taken after a visit; the longest of booth and services counts
}

// Hours are opening hours on some weekdays, with a part at noon when the office is closed. NoonFrom equals NoonTo where
// it stays open.
type Hours struct {
	Days             Days
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

// Offer says that a service is given at this office by a pool.
type Offer struct {
	Service string
	Pool    string
}

// Emergency is whom to turn to when somebody falls ill at the office.
type Emergency struct {
	Hospital string
	Phone    string
}

// Pool is a set of desks that stand in for each other: a clinic, a pharmacy, a department.
type Pool struct {
	ID       string
	Name     string
	Area     string
	Phone    string
	Services []string
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
}

// Shift is a weekly window in which a desk is served.
type Shift struct {
	Days     Days
	From, To Clock
}

// Roles are the words a service or desk may use for who serves it.
func Roles() []string {
	return []string{"doctor", "nurse", "pharmacist", "officer", "counselor", "clerk", "interpreter"}
}
