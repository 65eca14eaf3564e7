package auditor

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking"
	"madoguchi/signaling/access"
	"madoguchi/signaling/acts"
	"madoguchi/signaling/audit"
)

// tally is what becomes known of a request while it is carried out.
type tally struct {
	mu       sync.Mutex
	visits   []string // appointments, holds and places on the waiting list it concerns
	shown    []string // those whose resident's details are in the answer
	byItself bool     // whoever carried it out has noted it
}

// tallyVisits bounds how many visits of one request get an entry each; a row of appointments has fewer.
const tallyVisits = 40

// Concerns and Shown are booking.Trace.
func (t *tally) Concerns(id string) { t.add(&t.visits, tallyVisits, id) }

// Shown is told whose details are in the answer.
func (t *tally) Shown(ids ...string) { t.add(&t.shown, shownMost, ids...) }

// shownMost is more than a list of an office's month has.
const shownMost = 5000

func (t *tally) add(to *[]string, most int, ids ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		if len(*to) < most && (len(*to) > 200 || !slices.Contains(*to, id)) {
			*to = append(*to, id)
		}
	}
}

func (t *tally) noted() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byItself = true
}

type tallyKey struct{}

func tallyOf(ctx context.Context) *tally {
	t, _ := ctx.Value(tallyKey{}).(*tally)
	return t
}

func withTally(ctx context.Context) (context.Context, *tally) {
	t := &tally{}
	return booking.WithTrace(context.WithValue(ctx, tallyKey{}, t), t), t
}

// Watch notes the operations of the HTTP API as the table of acts says. Put it into the API before whatever refuses, so that
// refusals are noted too.
func (n *Notes) Watch() func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		inner, t := withTally(ctx.Context())
		asked := request{act: acts.Of(access.HTTP, ctx.Operation().OperationID), office: ctx.Param("office"), booth: ctx.Param("booth"), id: ctx.Param("id")}
		defer func() { // also where it ends in a panic, which is 500
			asked.status = ctx.Status()
			n.noteRequest(inner, asked, t)
		}()
		next(huma.WithContext(ctx, inner))
	}
}

// WatchFHIR notes what is asked of the FHIR API, which describes itself and so is no operation of ours.
func (n *Notes) WatchFHIR(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, what, _ := strings.Cut(r.URL.Path, "/R4/")
		kind, rest, _ := strings.Cut(what, "/")
		if kind == "metadata" {
			next.ServeHTTP(w, r)
			return
		}
		ctx, t := withTally(r.Context())
		answer := &watched{ResponseWriter: w}
		asked := request{act: acts.Of(access.HTTP, "fhir"), detail: map[string]string{"type": kind, "method": r.Method}}
		if strings.HasPrefix(rest, "$") {
			asked.detail["operation"] = rest[1:]
		} else if r.Method == http.MethodGet || rest == "_search" {
			asked.act.How = acts.Hourly
		}
		defer func() {
			asked.status = answer.status
			n.noteRequest(ctx, asked, t)
		}()
		next.ServeHTTP(answer, r.WithContext(ctx))
	})
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// request is what is known of one from outside.
type request struct {
	act               acts.Act
	office, booth, id string // of its path
	status            int    // 0 where it did not get so far
	detail            map[string]string
}

func (r request) outcome() audit.Outcome {
	switch {
	case r.status >= http.StatusInternalServerError || r.status == 0:
		return audit.Failed
	case r.status >= http.StatusBadRequest:
		return audit.Refused
	default:
		return audit.Success
	}
}

// denied says that whoever asked may not.
func (r request) denied() bool {
	return r.status == http.StatusUnauthorized || r.status == http.StatusForbidden
}

// noteRequest notes a request that has been answered, and whose details it has shown.
func (n *Notes) noteRequest(ctx context.Context, r request, t *tally) {
	t.mu.Lock()
	visits, shown, byItself := slices.Clone(t.visits), slices.Clone(t.shown), t.byItself
	t.mu.Unlock()
	if strings.HasPrefix(r.id, "a_") && len(visits) == 0 {
		visits = append(visits, r.id)
	}
	var list []audit.Entry
	switch {
	case byItself:
	case r.act.How == acts.Each, r.act.How == acts.Hourly, r.denied(), r.act.How == acts.Itself && r.outcome() != audit.Success:
		list = r.entries(visits)
	}
	if r.act.How == acts.Hourly && r.outcome() == audit.Success {
		list = slices.DeleteFunc(list, func(e audit.Entry) bool { return !n.firstView(ctx, e) })
	}
	if r.outcome() == audit.Success {
		for _, id := range shown {
			e := audit.Entry{Action: audit.PersonRead, Visit: id, Detail: map[string]string{"by": r.act.Name}}
			if n.firstView(ctx, e) {
				list = append(list, e)
			}
		}
	}
	for part := range slices.Chunk(list, notedAtOnce) {
		_ = n.noteAll(ctx, part...) // a failure has been logged and counted
	}
}

// notedAtOnce bounds one step in Redis.
const notedAtOnce = 100

// entries are those of a request: one for each visit it concerns.
func (r request) entries(visits []string) []audit.Entry {
	e := audit.Entry{Action: r.act.As(), Outcome: r.outcome(), Office: r.office, Booth: r.booth, Detail: map[string]string{}}
	for name, value := range r.detail {
		e.Detail[name] = value
	}
	if r.act.Action != "" {
		e.Detail["what"] = r.act.Name
	}
	if e.Outcome != audit.Success {
		e.Detail["status"] = strconv.Itoa(r.status)
	}
	if strings.HasPrefix(r.act.Name, "my-") {
		e.Role = "resident"
	}
	if len(visits) == 0 {
		e.Detail["id"] = r.id
		return []audit.Entry{e}
	}
	var list []audit.Entry
	for _, id := range visits {
		e.Visit = id
		list = append(list, e)
	}
	return list
}

// firstView says whether somebody looks at this for the first time within an hour.
func (n *Notes) firstView(ctx context.Context, e audit.Entry) bool {
	o := audit.OriginOf(ctx)
	return n.first.is(viewing{string(e.Action) + " " + e.Detail["what"] + e.Detail["type"], o.Who, o.Address, e.Visit})
}
