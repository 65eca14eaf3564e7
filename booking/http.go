package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// maxBody bounds request bodies; the largest sensible one has a few hundred bytes.
const maxBody = 16 << 10

// Register adds the booking operations to an API.
func (s *Service) Register(api huma.API) {
	s.registerFacts(api)
	s.registerColleagues(api)
	s.registerWhy(api)
	s.registerRules(api)
	s.registerTables(api)
	s.registerFacility(api)
	s.registerOfficeMoves(api)
	s.registerBooking(api)
	s.registerMy(api)
	s.registerFeeds(api)
	s.registerChanges(api)
	s.registerDisputes(api)
	s.registerWaiting(api)
	s.registerBlocks(api)
	s.registerLends(api)
}

func (s *Service) registerBooking(api huma.API) {
	refusals := []int{400, 401, 403, 404, 409, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "hold", Method: http.MethodPost, Path: "/v1/holds", Tags: []string{"booking"}, DefaultStatus: http.StatusCreated,
		Summary:      "Keep a time for a few minutes",
		Description:  "Claims a booth, a desk for each leg and, where known, the resident together, or nothing. Repeating a request with the same Idempotency-Key gives the same hold.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postHold)
	seated(s, api, huma.Operation{
		OperationID: "confirm", Method: http.MethodPost, Path: "/v1/holds/{id}/confirm", Tags: []string{"booking"},
		Summary:      "Make a hold an appointment",
		Description:  "Allots a call number and a reception number. Repeating it changes nothing.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postConfirm)
	seated(s, api, huma.Operation{
		OperationID: "release", Method: http.MethodDelete, Path: "/v1/holds/{id}", Tags: []string{"booking"},
		Summary: "Give a hold back", DefaultStatus: http.StatusNoContent, Errors: refusals,
	}, s.deleteHold)
	seated(s, api, huma.Operation{
		OperationID: "appointments", Method: http.MethodGet, Path: "/v1/appointments", Tags: []string{"booking"},
		Summary:     "List appointments",
		Description: "By start, within [from, to) days. What is listed is limited to the seat that asks; name one of office, desk and booth, or none for the seat's own.",
		Errors:      refusals,
	}, s.listAppointments)
	seated(s, api, huma.Operation{
		OperationID: "appointment", Method: http.MethodGet, Path: "/v1/appointments/{id}", Tags: []string{"booking"},
		Summary: "Read one appointment", Errors: refusals,
	}, s.getAppointment)
	seated(s, api, huma.Operation{
		OperationID: "cancel", Method: http.MethodPost, Path: "/v1/appointments/{id}/cancel", Tags: []string{"booking"},
		Summary: "Cancel an appointment", Description: "Before arrival. Frees its times and destroys the resident's record.", Errors: refusals,
	}, s.postCancel)
	seated(s, api, huma.Operation{
		OperationID: "appointment-qr", Method: http.MethodGet, Path: "/v1/appointments/{id}/qr", Tags: []string{"booking"},
		Summary: "The reception number as a QR code", Errors: refusals,
		Responses: map[string]*huma.Response{"200": {
			Description: "SVG", Content: map[string]*huma.MediaType{"image/svg+xml": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	}, s.getQR)
}

type residentBody struct {
	Kana  string `json:"kana" doc:"name in katakana; hiragana and half-width forms are turned, 64 characters at most"`
	Phone string `json:"phone" doc:"10 or 11 digits, hyphens allowed"`

	Mail          string   `json:"mail,omitempty" doc:"address for notices and, where wanted, reminders"`
	PatientNumber string   `json:"patientNumber,omitempty" doc:"the clinic's own: letters, digits and hyphens, 20 at most"`
	Remind        []string `json:"remind,omitempty" maxItems:"3" doc:"ways to be reminded: mail, sms, voice; none where left out"`
}

// person reads a resident. Its problems name the field and never its content.
func (b *residentBody) person() (Person, error) {
	if b == nil {
		return Person{}, nil
	}
	p, err := NewPerson(b.Kana, b.Phone)
	if err == nil {
		p, err = p.With(Extras{Mail: b.Mail, PatientNumber: b.PatientNumber, Remind: b.Remind})
	}
	switch err {
	case nil:
		return p, nil
	case ErrMail:
		return Person{}, problemInvalid("body.resident.mail", err.Error())
	case ErrPatient:
		return Person{}, problemInvalid("body.resident.patientNumber", err.Error())
	case ErrRemind:
		return Person{}, problemInvalid("body.resident.remind", err.Error())
	case ErrKana:
		return Person{}, problemInvalid("body.resident.kana", err.Error())
	default:
		return Person{}, problemInvalid("body.resident.phone", err.Error())
	}
}

// personOf reads a resident, or finds whom another appointment of the caller's is for: whoever asks somebody to come again
// need not know, and so does not ask for, the telephone number.
func (s *Service) personOf(ctx context.Context, c Caller, b *residentBody, of string) (Person, error) {
	if of == "" {
		return b.person()
	}
	if b != nil {
		return Person{}, problemInvalid("body.of", "not together with resident")
	}
	store, r, err := s.get(ctx, of)
	if err != nil {
		return Person{}, asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) {
		return Person{}, problemNotYours("book for the resident of this appointment")
	}
	people := map[string]Person{}
	if err := s.unseal(ctx, store, []string{of}, people); err != nil {
		return Person{}, asProblem(err)
	}
	if !people[of].Known() {
		return Person{}, problemInvalid("body.of", "is anonymous or forgotten: nobody is known to book for")
	}
	return people[of], nil
}

type legBody struct {
	Service string `json:"service" minLength:"1" maxLength:"40"`
	Pool    string `json:"pool" minLength:"1" maxLength:"40"`
	Desk    string `json:"desk,omitempty" maxLength:"40" doc:"only this desk of the pool"`
	First   bool   `json:"first,omitempty" doc:"the resident comes there for the first time"`
}

type holdInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each wish, the same for each repetition"`
	Body struct {
		Office   string        `json:"office" minLength:"1" maxLength:"40"`
		Start    time.Time     `json:"start"`
		Booth    string        `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs     []legBody     `json:"legs" minItems:"1" maxItems:"4"`
		Resident *residentBody `json:"resident,omitempty"`
		Of       string        `json:"of,omitempty" pattern:"^a_[a-z2-7]{20,40}$" doc:"instead of resident: whoever that appointment of yours is for"`
		Rules    int64         `json:"rules,omitempty" doc:"rule version the time was found by"`
	}
}

type holdOutput struct{ Body Hold }

func (s *Service) postHold(ctx context.Context, c Caller, in *holdInput) (*holdOutput, error) {
	who, err := s.personOf(ctx, c, in.Body.Resident, in.Body.Of)
	if err != nil {
		return nil, err
	}
	h := HoldRequest{
		Key: in.Key, Office: in.Body.Office, Booth: in.Body.Booth, Start: in.Body.Start, Resident: who, Rules: in.Body.Rules,
	}
	h.Legs = requests(in.Body.Legs)
	hold, err := s.Hold(ctx, c, h)
	return &holdOutput{hold}, err
}

type idInput struct {
	ID string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the hold or appointment"`
}

// Path fields are repeated here: huma does not look into embedded structs that are not exported.
type confirmInput struct {
	ID   string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the hold or appointment"`
	Body struct {
		Resident  *residentBody `json:"resident,omitempty"`
		Anonymous bool          `json:"anonymous,omitempty" doc:"only where every service of the visit allows it"`
	}
}

type appointmentOutput struct{ Body Appointment }

func (s *Service) postConfirm(ctx context.Context, c Caller, in *confirmInput) (*appointmentOutput, error) {
	who, err := in.Body.Resident.person()
	if err != nil {
		return nil, err
	}
	a, err := s.Confirm(ctx, c, in.ID, ConfirmRequest{Resident: who, Anonymous: in.Body.Anonymous})
	return s.shown(ctx, a, err)
}

func (s *Service) deleteHold(ctx context.Context, c Caller, in *idInput) (*struct{}, error) {
	return nil, s.Release(ctx, c, in.ID)
}

func (s *Service) getAppointment(ctx context.Context, c Caller, in *idInput) (*appointmentOutput, error) {
	a, err := s.visible(ctx, c, in.ID)
	return s.shown(ctx, a, err)
}

func (s *Service) postCancel(ctx context.Context, c Caller, in *idInput) (*appointmentOutput, error) {
	a, err := s.visible(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	if !c.changes(a) {
		return nil, problemNotYours("cancel this appointment")
	}
	a, err = s.Cancel(ctx, in.ID)
	return s.shown(ctx, a, err)
}
