package catalogue

import "slices"

// Facility is what an office has on record as a place where patients receive online medical care (オンライン診療受診施設:
// 医療法 article 2-2, in force since 1 April 2026). Who receives such care there, its doctors and the prefecture rely on it,
// so nothing is guessed: what is not written is missing, and Lacks says so.
type Facility struct {
	Name       string
	Owner      Owner
	Manager    Contact // 管理・運営責任者, whom a corporation or municipality must name
	Authority  string  // whom the notification goes to: 汐待県知事
	Opened     Date    // first day of the facility
	Clean      string  // how it is kept clean and safe
	Private    string  // how it is kept apart: who cannot see or hear
	Secure     string  // how its devices and line are secured
	Breakdown  Contact // whom patients, doctors and the prefecture call when equipment fails
	Illness    Contact // whom they call when somebody is suddenly ill
	Conformity []Conformity
}

// OwnerKinds are who may run a facility; it need not be a medical institution.
func OwnerKinds() []string { return []string{"corporation", "municipality", "person"} }

// Owner runs the facility (設置者).
type Owner struct {
	Kind           string // one of OwnerKinds
	Name           string
	Representative string // of a corporation or municipality
	Address        string
	Phone          string
}

// Contact is somebody to call, by function rather than by name.
type Contact struct {
	Name  string
	Phone string
}

// Conformity records that a clinic has found the facility clean, safe, apart and secured, as it must before it sees
// anybody there; after Until it has to look again.
type Conformity struct {
	Pool      string
	On, Until Date // both included
}

// Holds reports whether something found on a day until another stands on the day given.
func (c Conformity) Holds(on Date) bool {
	return c.On != (Date{}) && !on.Before(c.On) && !c.Until.Before(on)
}

// What a facility may lack, in the order in which the law and the forms ask for it.
const (
	LackName           = "name"
	LackOwner          = "owner"
	LackRepresentative = "representative"
	LackManager        = "manager"
	LackAuthority      = "authority"
	LackOpened         = "opened"
	LackClean          = "clean"
	LackPrivate        = "private"
	LackSecure         = "secure"
	LackBreakdown      = "breakdown"
	LackIllness        = "illness"
	LackHospital       = "hospital"
	LackNotification   = "notification"
	LackFee            = "fee"
	LackConformity     = "conformity"
)

// Lacks lists what an office has not on record for an offer of a service that is received at a facility, each one of the
// Lack words. An empty list says that nothing mandatory is missing. Whether records have run out is not asked here: that
// is for the doctor, who is asked at the beginning of a consultation.
func (o Office) Lacks(f Offer) []string {
	site := o.Facility
	body := site.Owner.Kind != "person"
	var list []string
	for _, item := range []struct {
		word string
		has  bool
	}{
		{LackName, site.Name != ""},
		{LackOwner, site.Owner.Kind != "" && site.Owner.Name != "" && site.Owner.Address != "" && site.Owner.Phone != ""},
		{LackRepresentative, !body || site.Owner.Representative != ""},
		{LackManager, !body || site.Manager.whole()},
		{LackAuthority, site.Authority != ""},
		{LackOpened, site.Opened != Date{}},
		{LackClean, site.Clean != ""},
		{LackPrivate, site.Private != ""},
		{LackSecure, site.Secure != ""},
		{LackBreakdown, site.Breakdown.whole()},
		{LackIllness, site.Illness.whole()},
		{LackHospital, o.Emergency.Hospital != "" && o.Emergency.Phone != "" && o.Emergency.Agreed != Date{}},
		{LackNotification, f.Basis.Kind == "notification"},
		{LackFee, f.Fee.Stated},
		{LackConformity, slices.ContainsFunc(site.Conformity, func(c Conformity) bool { return c.Pool == f.Pool })},
	} {
		if !item.has {
			list = append(list, item.word)
		}
	}
	return list
}

func (c Contact) whole() bool { return c.Name != "" && c.Phone != "" }

type rawFacility struct {
	where
	Name       string          `yaml:"name"`
	Owner      rawOwner        `yaml:"owner"`
	Manager    rawContact      `yaml:"manager"`
	Authority  string          `yaml:"authority"`
	Opened     string          `yaml:"opened"`
	Clean      string          `yaml:"clean"`
	Private    string          `yaml:"private"`
	Secure     string          `yaml:"secure"`
	Breakdown  rawContact      `yaml:"breakdown"`
	Illness    rawContact      `yaml:"illness"`
	Conformity []rawConformity `yaml:"conformity"`
}

type rawOwner struct {
	where
	Kind           string `yaml:"kind"`
	Name           string `yaml:"name"`
	Representative string `yaml:"representative"`
	Address        string `yaml:"address"`
	Phone          string `yaml:"phone"`
}

type rawContact struct {
	where
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"`
}

type rawConformity struct {
	where
	Pool  string `yaml:"pool"`
	On    string `yaml:"on"`
	Until string `yaml:"until"`
}

// facility reads what is written; an office that prepares its notification writes it bit by bit.
func (b *builder) facility(r rawFacility) Facility {
	if r.keys == nil {
		return Facility{}
	}
	f := Facility{
		Name: b.text(r.where, "name", r.Name, false), Owner: b.owner(r.Owner), Manager: b.contact(r.Manager), Authority: b.text(r.where, "authority", r.Authority, false),
		Clean: b.long(r.where, "clean", r.Clean, false), Private: b.long(r.where, "private", r.Private, false), Secure: b.long(r.where, "secure", r.Secure, false),
		Breakdown: b.contact(r.Breakdown), Illness: b.contact(r.Illness),
	}
	if r.has("opened") {
		f.Opened = b.past(r.where, "opened", r.Opened)
	}
	for _, rc := range r.Conformity {
		c := Conformity{Pool: rc.Pool}
		c.On, c.Until = b.term(rc.where, "on", rc.On, rc.Until)
		f.Conformity = append(f.Conformity, c)
	}
	return f
}

func (b *builder) owner(r rawOwner) Owner {
	if r.keys == nil {
		return Owner{}
	}
	if r.has("kind") && !slices.Contains(OwnerKinds(), r.Kind) {
		b.fault(r.where, "kind", "kind is %q: %s", short(r.Kind), suggestion(r.Kind, OwnerKinds()))
	}
	return Owner{
		Kind: r.Kind, Name: b.text(r.where, "name", r.Name, true), Representative: b.text(r.where, "representative", r.Representative, false),
		Address: b.text(r.where, "address", r.Address, false), Phone: b.text(r.where, "phone", r.Phone, false),
	}
}

func (b *builder) contact(r rawContact) Contact {
	if r.keys == nil {
		return Contact{}
	}
	return Contact{Name: b.text(r.where, "name", r.Name, true), Phone: b.text(r.where, "phone", r.Phone, true)}
}

// term reads the day something was found on and the last day it stands.
func (b *builder) term(w where, key, on, until string) (first, last Date) {
	first, last = b.past(w, key, on), b.date(w, "until", until)
	if last.Before(first) && w.has("until") && w.has(key) {
		b.fault(w, "until", "until %s is before %s", last, first)
	}
	return first, last
}

func (b *builder) emergency(r rawEmergency) Emergency {
	if r.keys == nil {
		return Emergency{}
	}
	e := Emergency{Hospital: b.text(r.where, "hospital", r.Hospital, false), Phone: b.text(r.where, "phone", r.Phone, false)}
	if r.has("agreed") || r.has("until") {
		e.Agreed, e.Until = b.term(r.where, "agreed", r.Agreed, r.Until)
	}
	return e
}
