package catalogue

// What a file may say, before any word in it has been understood. Keys are the yaml tags; every other key is refused.

type placed interface{ place() *where }

func (w *where) place() *where { return w }

type rawFile struct {
	where
	Areas    []rawArea    `yaml:"areas"`
	Tenants  []rawTenant  `yaml:"tenants"`
	Services []rawService `yaml:"services"`
	Offices  []rawOffice  `yaml:"offices"`
	Pools    []rawPool    `yaml:"pools"`
}

type rawArea struct {
	where
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

type rawTenant struct {
	where
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Area string `yaml:"area"`
}

type rawService struct {
	where
	ID          string     `yaml:"id"`
	Name        string     `yaml:"name"`
	Names       rawWording `yaml:"names"`
	PublicName  string     `yaml:"publicName"`
	PublicNames rawWording `yaml:"publicNames"`
	Role        string     `yaml:"role"`
	Minutes     int        `yaml:"minutes"`
	Before      int        `yaml:"before"`
	After       int        `yaml:"after"`
	Cleaning    int        `yaml:"cleaning"`
	Needs       []string   `yaml:"needs"`
	Anonymous   bool       `yaml:"anonymous"`
	FollowedBy  []string   `yaml:"followedBy"`
	Languages   []string   `yaml:"languages"`
	Law         string     `yaml:"law"`
	Facility    bool       `yaml:"facility"`
	Lead        int        `yaml:"lead"`
	Ahead       int        `yaml:"ahead"`
	FirstVisit  rawFirst   `yaml:"firstVisit"`
	Consents    []rawItem  `yaml:"consents"`
	Checks      []rawItem  `yaml:"checks"`
	Vitals      []string   `yaml:"vitals"`
}

type rawWording struct {
	where
	Ja   string `yaml:"ja"`
	Easy string `yaml:"easy"`
	En   string `yaml:"en"`
}

type rawFirst struct {
	where
	Accepted bool       `yaml:"accepted"`
	Minutes  int        `yaml:"minutes"`
	Note     rawWording `yaml:"note"`
}

type rawItem struct {
	where
	ID   string `yaml:"id"`
	Ja   string `yaml:"ja"`
	Easy string `yaml:"easy"`
	En   string `yaml:"en"`
}

type rawOffice struct {
	where
	ID        string       `yaml:"id"`
	Name      string       `yaml:"name"`
	Kana      string       `yaml:"kana"`
	Address   string       `yaml:"address"`
	Phone     string       `yaml:"phone"`
	Area      string       `yaml:"area"`
	Tenant    string       `yaml:"tenant"`
	Booths    []rawBooth   `yaml:"booths"`
	Hours     []rawHours   `yaml:"hours"`
	Closures  []rawClosure `yaml:"closures"`
	YearEnd   rawYearEnd   `yaml:"yearEnd"`
	Holidays  string       `yaml:"holidays"`
	Every     int          `yaml:"every"`
	Fine      int          `yaml:"fine"`
	Notices   []rawNotice  `yaml:"notices"`
	Offers    []rawOffer   `yaml:"offers"`
	Emergency rawEmergency `yaml:"emergency"`
	Extra     []rawOpening `yaml:"extra"`
	Location  rawLocation  `yaml:"location"`
	Facility  rawFacility  `yaml:"facility"`
}

type rawLocation struct {
	where
	Lat string `yaml:"lat"`
	Lon string `yaml:"lon"`
}

type rawOpening struct {
	where
	Date string `yaml:"date"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

type rawBooth struct {
	where
	ID        string   `yaml:"id"`
	Name      string   `yaml:"name"`
	Equipment []string `yaml:"equipment"`
	Cleaning  int      `yaml:"cleaning"`
}

type rawHours struct {
	where
	Days     string `yaml:"days"`
	Rule     string `yaml:"rule"`
	Start    string `yaml:"start"`
	Open     string `yaml:"open"`
	Close    string `yaml:"close"`
	NoonFrom string `yaml:"noonFrom"`
	NoonTo   string `yaml:"noonTo"`
}

type rawClosure struct {
	where
	From   string `yaml:"from"`
	To     string `yaml:"to"`
	Reason string `yaml:"reason"`
}

type rawYearEnd struct {
	where
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

type rawNotice struct {
	where
	Icon  string `yaml:"icon"`
	Title string `yaml:"title"`
	Body  string `yaml:"body"`
}

type rawOffer struct {
	where
	Service string     `yaml:"service"`
	Pool    string     `yaml:"pool"`
	Basis   rawBasis   `yaml:"basis"`
	Trained string     `yaml:"trained"`
	From    string     `yaml:"from"`
	Until   string     `yaml:"until"`
	Windows []rawShift `yaml:"windows"`
	Fee     rawFee     `yaml:"fee"`
	Contact string     `yaml:"contact"`
}

type rawBasis struct {
	where
	Kind      string `yaml:"kind"`
	Reference string `yaml:"reference"`
	On        string `yaml:"on"`
}

type rawFee struct {
	where
	Yen  int    `yaml:"yen"`
	Ja   string `yaml:"ja"`
	Easy string `yaml:"easy"`
	En   string `yaml:"en"`
}

type rawEmergency struct {
	where
	Hospital string `yaml:"hospital"`
	Phone    string `yaml:"phone"`
	Agreed   string `yaml:"agreed"`
	Until    string `yaml:"until"`
}

type rawPool struct {
	where
	ID       string       `yaml:"id"`
	Name     string       `yaml:"name"`
	Area     string       `yaml:"area"`
	Phone    string       `yaml:"phone"`
	Services []string     `yaml:"services"`
	Lends    []string     `yaml:"lends"`
	Closures []rawClosure `yaml:"closures"`
	YearEnd  rawYearEnd   `yaml:"yearEnd"`
	Holidays string       `yaml:"holidays"`
	Desks    []rawDesk    `yaml:"desks"`
}

type rawDesk struct {
	where
	ID           string       `yaml:"id"`
	Name         string       `yaml:"name"`
	Kana         string       `yaml:"kana"`
	Role         string       `yaml:"role"`
	Title        string       `yaml:"title"`
	Registration int          `yaml:"registration"`
	Phone        string       `yaml:"phone"`
	Roster       []rawShift   `yaml:"roster"`
	Off          []rawClosure `yaml:"off"`
	Extra        []rawOpening `yaml:"extra"`
}

type rawShift struct {
	where
	Days  string `yaml:"days"`
	Rule  string `yaml:"rule"`
	Start string `yaml:"start"`
	From  string `yaml:"from"`
	To    string `yaml:"to"`
}
