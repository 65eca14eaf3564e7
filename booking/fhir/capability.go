package fhir

// CapabilityStatement says what a server can do.
type CapabilityStatement struct {
	ResourceType   string       `json:"resourceType"`
	URL            string       `json:"url,omitempty"`
	Version        string       `json:"version,omitempty"`
	Name           string       `json:"name"`
	Title          string       `json:"title"`
	Status         string       `json:"status"`
	Date           string       `json:"date"`
	Kind           string       `json:"kind"`
	Instantiates   []string     `json:"instantiates,omitempty"`
	Software       *Software    `json:"software,omitempty"`
	Implementation *Implemented `json:"implementation,omitempty"`
	FHIRVersion    string       `json:"fhirVersion"`
	Format         []string     `json:"format"`
	Rest           []Rest       `json:"rest"`
}

// Parts of a CapabilityStatement.
type (
	Software struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	Implemented struct {
		Description string `json:"description"`
		URL         string `json:"url,omitempty"`
	}
	Rest struct {
		Mode     string         `json:"mode"`
		Security *Security      `json:"security,omitempty"`
		Resource []RestResource `json:"resource"`
	}
	Security struct {
		Description string `json:"description"`
	}
	RestResource struct {
		Type          string        `json:"type"`
		Documentation string        `json:"documentation,omitempty"`
		Interaction   []Interaction `json:"interaction"`
		SearchParam   []SearchParam `json:"searchParam,omitempty"`
		Operation     []Operation   `json:"operation,omitempty"`
	}
	Interaction struct {
		Code string `json:"code"`
	}
	SearchParam struct {
		Name          string `json:"name"`
		Type          string `json:"type"`
		Documentation string `json:"documentation,omitempty"`
	}
	Operation struct {
		Name          string `json:"name"`
		Definition    string `json:"definition"`
		Documentation string `json:"documentation,omitempty"`
	}
)

// ihe is where IHE defines the operations.
const ihe = "https://profiles.ihe.net/ITI/Scheduling/"

// Capability describes the server at base, running a version of the program. date is when it was built or started.
func Capability(base, version, date string) CapabilityStatement {
	rest := Rest{Mode: "server", Security: &Security{
		"Authorization: Bearer with the token of a seat (POST /v1/sign-in). What is found is limited to what that seat may see.",
	}}
	for _, s := range Searches() {
		r := RestResource{Type: s.Type, Documentation: s.Doc, Interaction: []Interaction{{"read"}, {"search-type"}}}
		for _, p := range append(common[:2:2], s.Params...) {
			r.SearchParam = append(r.SearchParam, SearchParam{p.Name, p.Type, p.Doc})
		}
		if s.Type == "Appointment" {
			r.Operation = []Operation{
				{"find", ihe + "OperationDefinition/appointment-find", FindDoc},
				{"hold", ihe + "OperationDefinition/appointment-hold", "appointment-reference: one of $find. The answer is pending until it is booked or its hold runs out."},
				{"book", ihe + "OperationDefinition/appointment-book", BookDoc},
			}
		}
		rest.Resource = append(rest.Resource, r)
	}
	return CapabilityStatement{
		ResourceType: "CapabilityStatement", Version: version, Name: "Madoguchi", Title: "Madoguchi", Status: "active", Date: date,
		Kind: "instance", Instantiates: []string{ihe + "CapabilityStatement/IHE.Scheduling.server"},
		Software: &Software{"Madoguchi", version}, Implementation: &Implemented{"Booking of consultation booths in post offices", base},
		FHIRVersion: Version, Format: []string{"json"}, Rest: []Rest{rest},
	}
}

// What the operations take, for people.
const (
	FindDoc = "start and end (31 days at most), visit-type (id of a service; of several any one), organization (Organization/pool), practitioner " +
		"(PractitionerRole/desk), location-reference (Location), location-string, _count. For a visit of several legs give leg " +
		"(service@pool) for each, in order, instead of visit-type."
	BookDoc = "appointment-reference: one of $find, or one that is held; patient-resource with the name in kana and a phone number, or " +
		"anonymous=true where the services allow it. To cancel: appointment-resource with its id and status cancelled."
)
