package fhir

import "time"

// MediaType is FHIR's JSON.
const MediaType = "application/fhir+json"

// Version is the release of the standard this package speaks: R4. Its JSON schema knows it as 4.0.0; 4.0.1 is the same
// with errata, and clients that look at it look at 4.0.
const Version = "4.0.0"

// Resource is any of the resources below.
type Resource interface{ kind() string }

// Instant is a moment; it is written with its offset, to the second.
type Instant time.Time

// MarshalText writes RFC 3339, as the type instant wants it.
func (i Instant) MarshalText() ([]byte, error) {
	return []byte(time.Time(i).Format(time.RFC3339)), nil
}

// UnmarshalText reads RFC 3339.
func (i *Instant) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	*i = Instant(t)
	return err
}

// Types of elements (hl7.org/fhir/R4/datatypes.html), with the fields that are used.
type (
	Coding struct {
		System  string `json:"system,omitempty"`
		Code    string `json:"code,omitempty"`
		Display string `json:"display,omitempty"`
	}
	CodeableConcept struct {
		Coding []Coding `json:"coding,omitempty"`
		Text   string   `json:"text,omitempty"`
	}
	Identifier struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value,omitempty"`
	}
	Reference struct {
		Reference  string      `json:"reference,omitempty"`
		Type       string      `json:"type,omitempty"`
		Identifier *Identifier `json:"identifier,omitempty"`
		Display    string      `json:"display,omitempty"`
	}
	ContactPoint struct {
		System string `json:"system,omitempty"`
		Value  string `json:"value,omitempty"`
	}
	HumanName struct {
		Text   string   `json:"text,omitempty"`
		Family string   `json:"family,omitempty"`
		Given  []string `json:"given,omitempty"`
	}
	Address struct {
		Text string `json:"text,omitempty"`
	}
	Period struct {
		Start *Instant `json:"start,omitempty"`
		End   *Instant `json:"end,omitempty"`
	}
	Meta struct {
		VersionID string `json:"versionId,omitempty"`
	}
	AvailableTime struct {
		DaysOfWeek         []string `json:"daysOfWeek,omitempty"`
		AllDay             bool     `json:"allDay,omitempty"`
		AvailableStartTime string   `json:"availableStartTime,omitempty"`
		AvailableEndTime   string   `json:"availableEndTime,omitempty"`
	}
)

// HealthcareService is a service as one pool gives it.
type HealthcareService struct {
	ResourceType        string            `json:"resourceType"`
	ID                  string            `json:"id"`
	Active              bool              `json:"active"`
	ProvidedBy          *Reference        `json:"providedBy,omitempty"`
	Type                []CodeableConcept `json:"type,omitempty"`
	Location            []Reference       `json:"location,omitempty"`
	Name                string            `json:"name,omitempty"`
	Telecom             []ContactPoint    `json:"telecom,omitempty"`
	AppointmentRequired bool              `json:"appointmentRequired"`
}

// Location is an office, or a booth in one.
type Location struct {
	ResourceType string           `json:"resourceType"`
	ID           string           `json:"id"`
	Status       string           `json:"status"`
	Name         string           `json:"name"`
	Mode         string           `json:"mode"`
	Telecom      []ContactPoint   `json:"telecom,omitempty"`
	Address      *Address         `json:"address,omitempty"`
	PhysicalType *CodeableConcept `json:"physicalType,omitempty"`
	PartOf       *Reference       `json:"partOf,omitempty"`
}

// PractitionerRole is a desk.
type PractitionerRole struct {
	ResourceType      string            `json:"resourceType"`
	ID                string            `json:"id"`
	Active            bool              `json:"active"`
	Practitioner      *Reference        `json:"practitioner,omitempty"`
	Organization      *Reference        `json:"organization,omitempty"`
	Code              []CodeableConcept `json:"code,omitempty"`
	HealthcareService []Reference       `json:"healthcareService,omitempty"`
	Telecom           []ContactPoint    `json:"telecom,omitempty"`
	AvailableTime     []AvailableTime   `json:"availableTime,omitempty"`
}

// Schedule is what can be booked of one desk or booth.
type Schedule struct {
	ResourceType    string            `json:"resourceType"`
	ID              string            `json:"id"`
	Active          bool              `json:"active"`
	ServiceType     []CodeableConcept `json:"serviceType,omitempty"`
	Actor           []Reference       `json:"actor"`
	PlanningHorizon *Period           `json:"planningHorizon,omitempty"`
}

// States of a slot (hl7.org/fhir/R4/valueset-slotstatus.html).
const (
	SlotFree = "free"
	SlotBusy = "busy"
	SlotHeld = "busy-tentative"
)

// Slot is a stretch of a schedule.
type Slot struct {
	ResourceType string            `json:"resourceType"`
	ID           string            `json:"id"`
	ServiceType  []CodeableConcept `json:"serviceType,omitempty"`
	Schedule     Reference         `json:"schedule"`
	Status       string            `json:"status"`
	Start        Instant           `json:"start"`
	End          Instant           `json:"end"`
}

// States of an appointment (hl7.org/fhir/R4/valueset-appointmentstatus.html).
const (
	Proposed  = "proposed"
	Pending   = "pending"
	Booked    = "booked"
	Arrived   = "arrived"
	Fulfilled = "fulfilled"
	Cancelled = "cancelled"
	NoShow    = "noshow"
)

// Appointment is a visit: proposed, held or booked.
type Appointment struct {
	ResourceType    string            `json:"resourceType"`
	ID              string            `json:"id,omitempty"`
	Meta            *Meta             `json:"meta,omitempty"`
	Status          string            `json:"status"`
	ServiceType     []CodeableConcept `json:"serviceType,omitempty"`
	Description     string            `json:"description,omitempty"`
	Start           *Instant          `json:"start,omitempty"`
	End             *Instant          `json:"end,omitempty"`
	MinutesDuration int               `json:"minutesDuration,omitempty"`
	Slot            []Reference       `json:"slot,omitempty"`
	Participant     []Participant     `json:"participant"`
}

// Participant is one of those who meet.
type Participant struct {
	Actor    *Reference `json:"actor,omitempty"`
	Required string     `json:"required,omitempty"`
	Status   string     `json:"status"`
}

// Patient is read from $book and never written.
type Patient struct {
	ResourceType string         `json:"resourceType"`
	Identifier   []Identifier   `json:"identifier,omitempty"`
	Name         []HumanName    `json:"name,omitempty"`
	Telecom      []ContactPoint `json:"telecom,omitempty"`
}

// Bundle is a list of resources, or a page of one.
type Bundle struct {
	ResourceType string  `json:"resourceType"`
	Type         string  `json:"type"`
	Total        *int    `json:"total,omitempty"`
	Link         []Link  `json:"link,omitempty"`
	Entry        []Entry `json:"entry,omitempty"`
}

// Link is a way to another page.
type Link struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

// Entry is one resource of a bundle.
type Entry struct {
	FullURL  string   `json:"fullUrl,omitempty"`
	Resource Resource `json:"resource"`
	Search   *Mode    `json:"search,omitempty"`
}

// Mode says why an entry is there: match or outcome.
type Mode struct {
	Mode string `json:"mode"`
}

// OperationOutcome says what went wrong, or what is worth knowing.
type OperationOutcome struct {
	ResourceType string  `json:"resourceType"`
	Issue        []Issue `json:"issue"`
}

// Issue is one thing of an outcome.
type Issue struct {
	Severity    string           `json:"severity"`
	Code        string           `json:"code"`
	Details     *CodeableConcept `json:"details,omitempty"`
	Diagnostics string           `json:"diagnostics,omitempty"`
	Expression  []string         `json:"expression,omitempty"`
}

func (HealthcareService) kind() string   { return "HealthcareService" }
func (Location) kind() string            { return "Location" }
func (PractitionerRole) kind() string    { return "PractitionerRole" }
func (Schedule) kind() string            { return "Schedule" }
func (Slot) kind() string                { return "Slot" }
func (Appointment) kind() string         { return "Appointment" }
func (Bundle) kind() string              { return "Bundle" }
func (OperationOutcome) kind() string    { return "OperationOutcome" }
func (CapabilityStatement) kind() string { return "CapabilityStatement" }

// Kind is a resource's type.
func Kind(r Resource) string { return r.kind() }
