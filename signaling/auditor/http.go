package auditor

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/audit"
)

// Reading serves a trail to those who may read it. Every reading is an entry itself.
type Reading struct {
	Folder   string // "" where this process has none
	Area     string
	Public   string // address of the service, for exports
	Secret   *audit.Secret
	Trust    audit.Trust
	Notes    audit.Noter
	Consumer *Consumer                                        // nil where this process has none
	Reader   func(ctx context.Context) (who string, may bool) // who asks, and whether they may

	verifying sync.Mutex // one at a time: it reads everything
	marks     marks
}

// tokyo is where the offices are: days begin and end there.
var tokyo = time.FixedZone("JST", 9*60*60)

// Bounds of an answer.
const (
	pageMost   = 200
	exportMost = 100_000
)

// Register adds the operations.
func (r *Reading) Register(api huma.API) {
	refusals := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable}
	huma.Register(api, huma.Operation{
		OperationID: "audit-read", Method: http.MethodGet, Path: "/v1/audit", Summary: "Entries of the audit trail, the newest first",
		Description: "For administrators with an audit grant. Filtered by time, visit, who, office, action, kind and outcome. That it was read is an entry itself.",
		Tags:        []string{"audit"}, Errors: refusals,
	}, r.read)
	huma.Register(api, huma.Operation{
		OperationID: "audit-verify", Method: http.MethodPost, Path: "/v1/audit/verify", Summary: "Verify the whole audit trail", Tags: []string{"audit"},
		Description: "Reads all of it and names the place of whatever was changed, left out or put elsewhere, and whether it still holds what Redis knows as its end.",
		Errors:      append([]int{http.StatusTooManyRequests}, refusals...),
	}, r.verify)
	huma.Register(api, huma.Operation{
		OperationID: "audit-export", Method: http.MethodGet, Path: "/v1/audit/export", Summary: "The audit trail as FHIR AuditEvents or as a table", Tags: []string{"audit"},
		Description: "At most 100,000 entries at once; narrow it by day. That it was exported is an entry itself.", Errors: refusals,
		Responses: map[string]*huma.Response{"200": {Description: "a FHIR R4 Bundle, or a table", Content: map[string]*huma.MediaType{
			"application/fhir+json": {}, "text/csv": {},
		}}},
	}, r.export)
	r.registerState(api, refusals)
}

// FilterInput narrows what is read or exported.
type FilterInput struct {
	Visit   string    `query:"visit" maxLength:"80" doc:"id of an appointment or a session"`
	Who     string    `query:"who" maxLength:"80" doc:"seat or account"`
	Action  string    `query:"action" maxLength:"48"`
	Office  string    `query:"office" maxLength:"40"`
	Kind    string    `query:"kind" enum:"access,people,booking,visit,line,admin,trail,system,other"`
	Outcome string    `query:"outcome" enum:"success,refused,failed"`
	Day     string    `query:"day" format:"date" doc:"in Japan"`
	To      string    `query:"to" format:"date" doc:"with day: up to and with this one"`
	From    time.Time `query:"from" doc:"instead of day: from this moment"`
	Until   time.Time `query:"until" doc:"and before this one"`
}

func (f FilterInput) filter() (audit.Filter, error) {
	out := audit.Filter{
		Visit: f.Visit, Who: f.Who, Action: f.Action, Office: f.Office, Kind: audit.Kind(f.Kind), Outcome: audit.Outcome(f.Outcome),
		From: f.From, To: f.Until,
	}
	if f.Day == "" {
		return out, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, f.Day, tokyo)
	if err != nil {
		return out, huma.Error422UnprocessableEntity("day: want for example 2026-11-25")
	}
	to := day
	if f.To != "" {
		if to, err = time.ParseInLocation(time.DateOnly, f.To, tokyo); err != nil {
			return out, huma.Error422UnprocessableEntity("to: want for example 2026-11-25")
		}
	}
	out.From, out.To = day, to.AddDate(0, 0, 1)
	return out, nil
}

func (f FilterInput) said(e audit.Entry) audit.Entry {
	e.Detail = map[string]string{
		"visit": f.Visit, "who": f.Who, "action": f.Action, "day": f.Day, "to": f.To, "office": f.Office, "kind": f.Kind, "result": f.Outcome,
		"from": moment(f.From), "until": moment(f.Until),
	}
	return e
}

// moment is a time as a word of an entry.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(tokyo).Format("2006-01-02T15:04:05")
}

type readInput struct {
	FilterInput
	Before int64 `query:"before" minimum:"1" doc:"entries with smaller numbers only: the next page"`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// EntryView is an entry as it is shown.
type EntryView struct {
	Seq      int64             `json:"seq"`
	At       time.Time         `json:"at"`
	Action   string            `json:"action"`
	Outcome  string            `json:"outcome" enum:"success,refused,failed"`
	Who      string            `json:"who,omitempty"`
	Role     string            `json:"role,omitempty"`
	Office   string            `json:"office,omitempty"`
	Booth    string            `json:"booth,omitempty"`
	Visit    string            `json:"visit,omitempty"`
	Session  string            `json:"session,omitempty"`
	Service  string            `json:"service,omitempty"`
	TookMs   int64             `json:"tookMs,omitempty"`
	Clock    string            `json:"clock,omitempty" doc:"synced, unsynced, or nothing where nobody could be asked"`
	ClockUs  int64             `json:"clockErrorUs,omitempty" doc:"by how much the clock may be off"`
	Kind     string            `json:"kind"`
	Address  string            `json:"address,omitempty"`
	Account  string            `json:"account,omitempty"`
	Reason   string            `json:"reason,omitempty"`
	Erased   bool              `json:"erased,omitempty" doc:"its personal fields were destroyed"`
	Detail   map[string]string `json:"detail,omitempty"`
	Hash     string            `json:"hash"`
	Resident string            `json:"resident,omitempty" doc:"keyed index: the same for every visit of one resident"`
}

type readOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Entries []EntryView `json:"entries"`
		More    bool        `json:"more"`
		Head    string      `json:"head,omitempty" doc:"number and hash of the newest entry: note it outside, and the trail cannot be cut short or set back unnoticed"`
		Fault   string      `json:"fault,omitempty"`
		Writing bool        `json:"writing"`
	}
}

// admit lets those in who may read, and notes who was refused.
func (r *Reading) admit(ctx context.Context, e audit.Entry) error {
	who, may := r.Reader(ctx)
	if who == "" {
		return &huma.ErrorModel{Type: "/problems/not-signed-in", Status: http.StatusUnauthorized, Title: "Not signed in", Detail: "send the token of a seat as Authorization: Bearer"}
	}
	if !may {
		e.Outcome = audit.Refused
		_ = r.Notes.Note(ctx, e) // refused it is either way; a failure has been logged
		return &huma.ErrorModel{Type: "/problems/not-yours", Status: http.StatusForbidden, Title: "Not yours", Detail: "only administrators with an audit grant read the trail"}
	}
	if r.Folder == "" {
		return &huma.ErrorModel{Type: "/problems/unavailable", Status: http.StatusServiceUnavailable, Title: "Unavailable", Detail: "the audit trail is kept by another process of this area"}
	}
	return nil
}

// may lets those in who may read, and notes that they do: nobody reads unseen.
func (r *Reading) may(ctx context.Context, e audit.Entry) error {
	if err := r.admit(ctx, e); err != nil {
		return err
	}
	if err := r.Notes.Note(ctx, e); err != nil {
		return unavailable()
	}
	return nil
}

func unavailable() error {
	return &huma.ErrorModel{Type: "/problems/unavailable", Status: http.StatusServiceUnavailable, Title: "Unavailable", Detail: "the audit trail cannot be read just now"}
}

func (r *Reading) read(ctx context.Context, in *readInput) (*readOutput, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	if err := r.may(ctx, in.said(audit.Entry{Action: audit.AuditRead})); err != nil {
		return nil, err
	}
	f.Before = in.Before
	list, places, more, err := audit.Newest(r.Folder, f, in.Limit)
	if err != nil {
		return nil, unavailable()
	}
	out := &readOutput{CacheControl: "no-store"}
	out.Body.More, out.Body.Entries = more, []EntryView{}
	opener := audit.NewOpener(r.Folder, r.Secret)
	for i, one := range list {
		out.Body.Entries = append(out.Body.Entries, viewOf(open(opener, places[i], one)))
	}
	if s := r.Consumer.State(); s.Head.Seq > 0 {
		out.Body.Head, out.Body.Fault, out.Body.Writing = s.Head.Mark(), s.Fault, s.Writing
	}
	return out, nil
}

// open opens an entry's personal fields. Where that fails the entry is shown without: verification says why.
func open(o *audit.Opener, at audit.Place, r audit.Record) audit.Opened {
	person, erased, err := o.Open(at.Segment, r.Sealed)
	return audit.Opened{Record: r, Segment: at.Segment, Person: person, Erased: erased || err != nil}
}

func viewOf(o audit.Opened) EntryView {
	return EntryView{
		Seq: o.Seq, At: o.At.In(tokyo), Action: string(o.Action), Outcome: string(o.Outcome), Who: o.Who, Role: o.Role, Office: o.Office, Booth: o.Booth,
		Visit: o.Visit, Session: o.Session, Service: o.Service, TookMs: o.Took.Milliseconds(), Clock: string(o.Sync.State),
		ClockUs: o.Sync.Error.Microseconds(), Kind: string(o.Action.Kind()), Address: o.Person.Address,
		Account: o.Person.Account, Reason: o.Person.Reason, Erased: o.Erased, Detail: o.Detail, Hash: o.Hash.String(), Resident: o.Person.Resident,
	}
}

type exportInput struct {
	FilterInput
	Format string `query:"format" enum:"fhir,csv" default:"fhir"`
}

type exportOutput struct {
	ContentType  string `header:"Content-Type"`
	Disposition  string `header:"Content-Disposition"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

// errMost ends an export that is too large.
var errMost = errors.New("too many entries")

func (r *Reading) export(ctx context.Context, in *exportInput) (*exportOutput, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	if err := r.may(ctx, in.said(audit.Entry{Action: audit.AuditExport})); err != nil {
		return nil, err
	}
	var body bytes.Buffer
	count := 0
	err = audit.Export(&body, in.Format, r.Folder, r.Secret, f, audit.ExportOf{Area: r.Area, Base: r.Public, Each: func() error {
		if count++; count > exportMost {
			return errMost
		}
		return nil
	}})
	if errors.Is(err, errMost) {
		return nil, huma.Error422UnprocessableEntity("more than 100,000 entries: narrow it by day, or use madoguchi audit export")
	}
	if err != nil {
		return nil, unavailable()
	}
	out := &exportOutput{ContentType: "application/fhir+json", Disposition: `attachment; filename="audit.json"`, CacheControl: "no-store", Body: body.Bytes()}
	if in.Format == audit.FormatCSV {
		out.ContentType, out.Disposition = "text/csv; charset=utf-8", `attachment; filename="audit.csv"`
	}
	return out, nil
}
