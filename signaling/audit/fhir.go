package audit

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// FHIR writes entries as AuditEvent resources of FHIR R4 (hl7.org/fhir/R4/auditevent.html) in a Bundle of type collection.
type FHIR struct {
	to    io.Writer
	base  string
	area  string
	begun bool
}

// NewFHIR begins a bundle. base is the address the service is reached at; "" where there is none. area names who observed.
func NewFHIR(to io.Writer, base, area string) (*FHIR, error) {
	_, err := io.WriteString(to, `{"resourceType":"Bundle","type":"collection","entry":[`)
	return &FHIR{to: to, base: strings.TrimSuffix(base, "/"), area: area}, err
}

// Write adds an entry.
func (f *FHIR) Write(o Opened) error {
	text, err := json.Marshal(map[string]any{"fullUrl": fmt.Sprintf("urn:madoguchi:audit:%s:%d", f.area, o.Seq), "resource": f.event(o)})
	if err != nil {
		return err
	}
	if f.begun {
		text = append([]byte(",\n"), text...)
	}
	f.begun = true
	_, err = f.to.Write(text)
	return err
}

// Close ends the bundle.
func (f *FHIR) Close() error {
	_, err := io.WriteString(f.to, "]}\n")
	return err
}

type fhirCoding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

type fhirConcept struct {
	Coding []fhirCoding `json:"coding,omitempty"`
	Text   string       `json:"text,omitempty"`
}

type fhirIdentifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value"`
}

type fhirReference struct {
	Reference  string          `json:"reference,omitempty"`
	Type       string          `json:"type,omitempty"`
	Identifier *fhirIdentifier `json:"identifier,omitempty"`
	Display    string          `json:"display,omitempty"`
}

type fhirPeriod struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

type fhirNetwork struct {
	Address string `json:"address"`
	Type    string `json:"type"`
}

type fhirAgent struct {
	Type      *fhirConcept   `json:"type,omitempty"`
	Role      []fhirConcept  `json:"role,omitempty"`
	Who       *fhirReference `json:"who,omitempty"`
	AltID     string         `json:"altId,omitempty"`
	Requestor bool           `json:"requestor"`
	Location  *fhirReference `json:"location,omitempty"`
	Network   *fhirNetwork   `json:"network,omitempty"`
}

type fhirSource struct {
	Site     string        `json:"site,omitempty"`
	Observer fhirReference `json:"observer"`
	Type     []fhirCoding  `json:"type"`
}

type fhirDetail struct {
	Type  string `json:"type"`
	Value string `json:"valueString"`
}

type fhirEntity struct {
	What   *fhirReference `json:"what,omitempty"`
	Type   *fhirCoding    `json:"type,omitempty"`
	Role   *fhirCoding    `json:"role,omitempty"`
	Detail []fhirDetail   `json:"detail,omitempty"`
}

// auditEvent is the resource, with the fields that are used.
type auditEvent struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id"`
	Type         fhirCoding   `json:"type"`
	Subtype      []fhirCoding `json:"subtype"`
	Action       string       `json:"action"`
	Period       *fhirPeriod  `json:"period,omitempty"`
	Recorded     string       `json:"recorded"`
	Outcome      string       `json:"outcome"`
	Agent        []fhirAgent  `json:"agent"`
	Source       fhirSource   `json:"source"`
	Entity       []fhirEntity `json:"entity,omitempty"`
}

// Systems of codes: of events, DICOM's and FHIR's own; ours for what only we know.
const (
	dicomSystem    = "http://dicom.nema.org/resources/ontology/DCM"
	eventSystem    = "http://terminology.hl7.org/CodeSystem/audit-event-type"
	sourceSystem   = "http://terminology.hl7.org/CodeSystem/security-source-type"
	entitySystem   = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
	objectSystem   = "http://terminology.hl7.org/CodeSystem/object-role"
	actionSystem   = "urn:madoguchi:audit-action"
	visitSystem    = "urn:madoguchi:appointment"
	sessionSystem  = "urn:madoguchi:session"
	seatSystem     = "urn:madoguchi:seat"
	roleSystem     = "urn:madoguchi:role"
	residentSystem = "urn:madoguchi:resident-index"
)

// fhirTime is an instant, to the millisecond.
func fhirTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func (f *FHIR) event(o Opened) auditEvent {
	e := auditEvent{
		ResourceType: "AuditEvent", ID: fmt.Sprintf("%s-%d", f.area, o.Seq), Type: typeOf(o.Action),
		Subtype: []fhirCoding{{System: actionSystem, Code: string(o.Action)}}, Action: verbOf(o.Action),
		Recorded: fhirTime(o.At), Outcome: map[Outcome]string{Success: "0", Refused: "4", Failed: "8"}[o.Outcome],
		Agent:  []fhirAgent{f.agent(o)},
		Source: fhirSource{Site: o.Office, Observer: fhirReference{Display: "Madoguchi, area " + f.area}, Type: []fhirCoding{{System: sourceSystem, Code: "4", Display: "Application Server"}}},
	}
	if o.Took > 0 {
		e.Period = &fhirPeriod{fhirTime(o.At.Add(-o.Took)), fhirTime(o.At)}
	}
	for _, one := range []struct{ system, kind, id string }{{visitSystem, "Appointment", o.Visit}, {sessionSystem, "Encounter", o.Session}} {
		if one.id != "" {
			e.Entity = append(e.Entity, fhirEntity{
				What: &fhirReference{Type: one.kind, Identifier: &fhirIdentifier{one.system, one.id}},
				Type: &fhirCoding{System: entitySystem, Code: "2", Display: "System Object"},
			})
		}
	}
	if o.Person.Resident != "" {
		e.Entity = append(e.Entity, fhirEntity{
			What: &fhirReference{Type: "Patient", Identifier: &fhirIdentifier{residentSystem, o.Person.Resident}},
			Type: &fhirCoding{System: entitySystem, Code: "1", Display: "Person"}, Role: &fhirCoding{System: objectSystem, Code: "1", Display: "Patient"},
		})
	}
	e.Entity = append(e.Entity, fhirEntity{
		What: &fhirReference{Identifier: &fhirIdentifier{"urn:madoguchi:audit-chain", o.Hash.String()}}, Detail: details(o),
	})
	return e
}

// details are what has no place of its own in the standard.
func details(o Opened) []fhirDetail {
	list := []fhirDetail{{"seq", fmt.Sprint(o.Seq)}}
	add := func(name, value string) {
		if value != "" {
			list = append(list, fhirDetail{name, value})
		}
	}
	add("service", o.Service)
	add("booth", o.Booth)
	add("clock", string(o.Sync.State))
	if o.Sync.State == Synced {
		add("clock-error-us", fmt.Sprint(o.Sync.Error.Microseconds()))
	}
	if o.Erased {
		add("personal-fields", "erased")
	}
	for _, name := range sortedNames(o.Detail) {
		add("detail-"+name, o.Detail[name])
	}
	return list
}

func (f *FHIR) agent(o Opened) fhirAgent {
	who := o.Who
	if who == "" {
		who = nobody
	}
	a := fhirAgent{Who: &fhirReference{Identifier: &fhirIdentifier{seatSystem, who}}, AltID: o.Person.Account, Requestor: who != "system"}
	if o.Role != "" {
		a.Role = []fhirConcept{{Coding: []fhirCoding{{System: roleSystem, Code: o.Role}}}}
	}
	if o.Office != "" && f.base != "" {
		a.Location = &fhirReference{Reference: f.base + "/fhir/R4/Location/" + o.Office}
	}
	if o.Person.Address != "" {
		a.Network = &fhirNetwork{o.Person.Address, "2"} // 2: an IP address
	}
	return a
}

// typeOf is the kind of an event in the codes everybody knows.
func typeOf(a Action) fhirCoding {
	switch a {
	case SignIn, SignOut, Enroll, Revoke, TokenMint, TokenRefused, GuestInvite, GuestJoin:
		return fhirCoding{dicomSystem, "110114", "User Authentication"}
	case AuditRead, AuditVerify:
		return fhirCoding{dicomSystem, "110101", "Audit Log Used"}
	case AuditExport, Download:
		return fhirCoding{dicomSystem, "110106", "Export"}
	case BreakGlass:
		return fhirCoding{dicomSystem, "110113", "Security Alert"}
	}
	if strings.HasPrefix(string(a), "trail.") {
		return fhirCoding{dicomSystem, "110101", "Audit Log Used"}
	}
	return fhirCoding{eventSystem, "rest", "RESTful Operation"}
}

// verbOf is C, R, U, D or E (hl7.org/fhir/R4/valueset-audit-event-action.html).
func verbOf(a Action) string {
	switch a {
	case PersonRead, TimelineRead, AuditRead, AuditExport, AuditVerify, Download:
		return "R"
	case AuditErase, AuditPrune, Revoke, "booking.cancelled", "booking.released", "booking.expired":
		return "D"
	case "booking.held", "booking.booked", "visit.checked-in", Enroll, GuestInvite, TrailBegin:
		return "C"
	}
	if strings.HasPrefix(string(a), "booking.") || strings.HasPrefix(string(a), "visit.") || a == Admin {
		return "U"
	}
	return "E"
}
