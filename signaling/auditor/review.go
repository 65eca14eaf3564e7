package auditor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/audit"
)

// registerState adds what says how the trail stands, and who has looked it through.
func (r *Reading) registerState(api huma.API, refusals []int) {
	huma.Register(api, huma.Operation{
		OperationID: "audit-state", Method: http.MethodGet, Path: "/v1/audit/state", Summary: "How the audit trail stands", Tags: []string{"audit"},
		Description: "Its end, who writes it, up to where it was verified last and with what result, and who has reviewed it up to where.", Errors: refusals,
	}, r.state)
	huma.Register(api, huma.Operation{
		OperationID: "audit-review", Method: http.MethodPost, Path: "/v1/audit/reviews", Summary: "Say that the trail has been reviewed", Tags: []string{"audit"},
		Description:   "By whoever is signed in, up to an entry. It is an entry itself; a remark is sealed as what else could lead to a person.",
		DefaultStatus: http.StatusCreated, MaxBodyBytes: 4 << 10, Errors: append([]int{http.StatusConflict}, refusals...),
	}, r.review)
}

type verifyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Whole    bool     `json:"whole"`
		Entries  int64    `json:"entries"`
		Segments int      `json:"segments"`
		Signed   int      `json:"signed"`
		Faults   []string `json:"faults" doc:"each with its place"`
		Noted    []string `json:"noted" doc:"what the trail itself says was wrong: gaps, faults a writer has met"`
		Head     string   `json:"head,omitempty"`
		Ms       int64    `json:"ms"`
	}
}

func (r *Reading) verify(ctx context.Context, _ *struct{}) (*verifyOutput, error) {
	if err := r.admit(ctx, audit.Entry{Action: audit.AuditVerify}); err != nil {
		return nil, err
	}
	if !r.verifying.TryLock() {
		return nil, huma.ErrorWithHeaders(&huma.ErrorModel{Type: "/problems/too-many-tries", Status: http.StatusTooManyRequests, Title: "Too many tries",
			Detail: "it is being verified at this moment"}, http.Header{"Retry-After": {"5"}})
	}
	defer r.verifying.Unlock()
	checks := audit.Checks{Trust: r.Trust, Area: r.Area, Secret: r.Secret}
	if s := r.Consumer.State(); s.Head.Seq > 0 {
		checks.Marks = []audit.Mark{{Seq: s.Head.Seq, Hash: s.Head.Hash}}
	}
	begun := time.Now()
	report, err := audit.Verify(r.Folder, checks)
	if err != nil {
		return nil, unavailable()
	}
	e := audit.Entry{Action: audit.AuditVerify, Took: time.Since(begun), Detail: map[string]string{
		"through": strconv.FormatInt(report.Last, 10), "faults": strconv.Itoa(len(report.Faults) + report.More),
	}}
	if !report.Whole() {
		e.Outcome = audit.Failed
	}
	if err := r.Notes.Note(ctx, e); err != nil { // nobody reads unseen
		return nil, unavailable()
	}
	out := &verifyOutput{CacheControl: "no-store"}
	b := &out.Body
	b.Whole, b.Entries, b.Segments, b.Signed, b.Ms = report.Whole(), report.Entries, report.Segments, report.Signed, e.Took.Milliseconds()
	b.Faults, b.Noted = texts(report.Faults), texts(report.Noted)
	if report.Last > 0 {
		b.Head = strconv.FormatInt(report.Last, 10) + ":" + report.Hash.String()
	}
	return out, nil
}

func texts(faults []audit.Fault) []string {
	list := []string{}
	for _, f := range faults {
		list = append(list, f.String())
	}
	return list
}

// StepView is a verification or a review: by whom, when, up to which entry.
type StepView struct {
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty" doc:"nobody for one by command"`
	Through int64     `json:"through,omitempty"`
	Whole   bool      `json:"whole,omitempty" doc:"of a verification: nothing was found"`
	Remark  string    `json:"remark,omitempty"`
}

// marks are the newest verification and the newest reviews, as the trail tells them. What has been read once is not read again.
type marks struct {
	mu       sync.Mutex
	through  int64 // the newest entry that has been looked at
	verified StepView
	reviews  []StepView // newest first
}

// reviewsShown is how many reviews the state tells.
const reviewsShown = 10

// take looks at what is new in the trail.
func (m *marks) take(r *Reading) error {
	opener := audit.NewOpener(r.Folder, r.Secret)
	return audit.Read(r.Folder, audit.Filter{After: m.through}, func(at audit.Place, rec audit.Record) error {
		m.through = rec.Seq
		if rec.Outcome == audit.Refused {
			return nil
		}
		step := StepView{At: rec.At.In(tokyo), By: rec.Who}
		step.Through, _ = strconv.ParseInt(rec.Detail["through"], 10, 64) // 0 where it does not say
		switch {
		case rec.Action == audit.AuditVerify && rec.Detail["faults"] != "":
			step.Whole = rec.Detail["faults"] == "0"
			m.verified = step
		case rec.Action == audit.AuditReview:
			step.Remark = open(opener, at, rec).Person.Reason
			m.reviews = append([]StepView{step}, m.reviews[:min(len(m.reviews), reviewsShown-1)]...)
		}
		return nil
	})
}

type stateOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Writing  bool       `json:"writing" doc:"this process writes the area's trail"`
		Fault    string     `json:"fault,omitempty" doc:"what is wrong with the folder"`
		Head     string     `json:"head,omitempty" doc:"number and hash of the newest entry, signed and kept in Redis too: note it outside"`
		HeadAt   time.Time  `json:"headAt,omitzero"`
		Sealed   string     `json:"sealed,omitempty" doc:"end of the newest segment that is closed and signed"`
		ReadAt   time.Time  `json:"readAt,omitzero" doc:"when everything that had happened was in the trail"`
		Verified *StepView  `json:"verified,omitempty" doc:"the last verification"`
		Reviews  []StepView `json:"reviews" doc:"the newest ten"`
	}
}

func (r *Reading) state(ctx context.Context, _ *struct{}) (*stateOutput, error) {
	if err := r.admit(ctx, audit.Entry{Action: audit.AuditRead}); err != nil {
		return nil, err
	}
	r.marks.mu.Lock()
	defer r.marks.mu.Unlock()
	if err := r.marks.take(r); err != nil {
		return nil, unavailable()
	}
	out := &stateOutput{CacheControl: "no-store"}
	b, s := &out.Body, r.Consumer.State()
	b.Writing, b.Fault, b.Reviews = s.Writing, s.Fault, append([]StepView{}, r.marks.reviews...)
	if s.Head.Seq > 0 {
		b.Head, b.HeadAt = s.Head.Mark(), s.Head.At.In(tokyo)
	}
	if s.Sealed.Seq > 0 {
		b.Sealed = strconv.FormatInt(s.Sealed.Seq, 10) + ":" + s.Sealed.Hash.String()
	}
	if !s.At.IsZero() {
		b.ReadAt = s.At.In(tokyo)
	}
	if !r.marks.verified.At.IsZero() {
		verified := r.marks.verified
		b.Verified = &verified
	}
	return out, nil
}

type reviewInput struct {
	Body struct {
		Through int64  `json:"through" minimum:"1" doc:"number of the last entry that was looked at"`
		Remark  string `json:"remark,omitempty" maxLength:"120" doc:"kept sealed"`
	}
}

type reviewOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Through int64 `json:"through"`
	}
}

func (r *Reading) review(ctx context.Context, in *reviewInput) (*reviewOutput, error) {
	e := audit.Entry{
		Action: audit.AuditReview, Detail: map[string]string{"through": strconv.FormatInt(in.Body.Through, 10)},
		Personal: audit.Personal{Reason: strings.TrimSpace(in.Body.Remark)},
	}
	if err := r.admit(ctx, e); err != nil {
		return nil, err
	}
	if newest := r.Consumer.State().Head.Seq; in.Body.Through > newest {
		return nil, &huma.ErrorModel{Type: "/problems/not-now", Status: http.StatusConflict, Title: "Not yet",
			Detail: fmt.Sprintf("the newest entry is %d: nobody has seen %d", newest, in.Body.Through)}
	}
	if err := r.Notes.Note(ctx, e); err != nil {
		return nil, unavailable()
	}
	out := &reviewOutput{CacheControl: "no-store"}
	out.Body.Through = in.Body.Through
	return out, nil
}
