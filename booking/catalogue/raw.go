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
	ID         string   `yaml:"id"`
	Name       string   `yaml:"name"`
	PublicName string   `yaml:"publicName"`
	Role       string   `yaml:"role"`
	Minutes    int      `yaml:"minutes"`
	Cleaning   int      `yaml:"cleaning"`
	Needs      []string `yaml:"needs"`
	Anonymous  bool     `yaml:"anonymous"`
	FollowedBy []string `yaml:"followedBy"`
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
	Service string `yaml:"service"`
	Pool    string `yaml:"pool"`
}

type rawEmergency struct {
	where
	Hospital string `yaml:"hospital"`
	Phone    string `yaml:"phone"`
}

type rawPool struct {
	where
	ID       string       `yaml:"id"`
	Name     string       `yaml:"name"`
	Area     string       `yaml:"area"`
	Phone    string       `yaml:"phone"`
	Services []string     `yaml:"services"`
	Closures []rawClosure `yaml:"closures"`
	YearEnd  rawYearEnd   `yaml:"yearEnd"`
	Holidays string       `yaml:"holidays"`
	Desks    []rawDesk    `yaml:"desks"`
}

type rawDesk struct {
	where
	ID           string     `yaml:"id"`
	Name         string     `yaml:"name"`
	Kana         string     `yaml:"kana"`
	Role         string     `yaml:"role"`
	Title        string     `yaml:"title"`
	Registration int        `yaml:"registration"`
	Phone        string     `yaml:"phone"`
	Roster       []rawShift `yaml:"roster"`
}

type rawShift struct {
	where
	Days string `yaml:"days"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
}
