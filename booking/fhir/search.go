package fhir

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Param is a parameter a search knows.
type Param struct {
	Name string
	Type string // token, reference, date, string or number, as in SearchParameter.type
	Doc  string
}

// Search is what can be asked of one type of resource.
type Search struct {
	Type   string
	Doc    string
	Params []Param
}

// Searches lists the types that can be read and searched, with their parameters.
func Searches() []Search {
	return []Search{
		{"HealthcareService", "A service as one pool gives it.", []Param{
			{"active", "token", "true or false"}, {"name", "string", "the beginning of it"}, {"service-type", "token", "id of the service"},
			{"location", "reference", "Location of an office that offers it"}, {"organization", "token", "id of the pool"},
		}},
		{"Location", "An office, or a booth in one.", []Param{
			{"name", "string", "the beginning of it"}, {"address", "string", "any part of it"}, {"partof", "reference", "Location of the office"},
			{"status", "token", "active"},
		}},
		{"PractitionerRole", "A desk.", []Param{
			{"active", "token", "true or false"}, {"role", "token", "doctor, pharmacist, officer …"}, {"service", "reference", "HealthcareService it gives"},
			{"organization", "token", "id of the pool"},
		}},
		{"Schedule", "What can be booked of one desk or booth.", []Param{
			{"active", "token", "true or false"}, {"actor", "reference", "PractitionerRole or Location"}, {"service-type", "token", "id of the service"},
		}},
		{"Slot", "Stretches of one schedule; schedule and start have to be given, 31 days at most.", []Param{
			{"schedule", "reference", "required"}, {"start", "date", "required: ge and lt, or one day"}, {"status", "token", "free, busy, busy-tentative"},
			{"service-type", "token", "id of the service; of free slots"},
		}},
		{"Appointment", "Visits the caller may see, 31 days at most; today's where no date is given (ITI-118).", []Param{
			{"date", "date", "ge and lt, or one day"}, {"status", "token", "booked, arrived, fulfilled, cancelled, noshow"},
			{"actor", "reference", "PractitionerRole or Location"}, {"location", "reference", "Location of the booth or office"},
			{"practitioner", "reference", "PractitionerRole"},
		}},
	}
}

// common are the parameters every search knows.
var common = []Param{
	{"_id", "token", "id of the resource"}, {"_count", "number", "entries of a page: 50, at most 200"},
	{"_page", "number", "entries to pass over; take it from the link next"}, {"_format", "token", "json"},
}

// Bounds of a page, and of how many values of a parameter are looked at.
const (
	defaultCount = 50
	MaxCount     = 200
	maxPage      = 100_000
	maxValues    = 50
)

// ParamError names a parameter that cannot be used, and why.
type ParamError struct{ Name, Why string }

// Error names the parameter.
func (e *ParamError) Error() string { return fmt.Sprintf("parameter %s: %s", e.Name, e.Why) }

// Query is a search that has been judged by the table.
type Query struct {
	Type   string
	Count  int
	Page   int // entries passed over
	values map[string][]string
}

// ParseSearch judges the parameters of a search. It gives *ParamError for one that is not known, or cannot be read.
func ParseSearch(kind string, params url.Values) (Query, error) {
	at := slices.IndexFunc(Searches(), func(s Search) bool { return s.Type == kind })
	if at < 0 {
		return Query{}, &ParamError{"", kind + " cannot be searched"}
	}
	known := slices.Concat(common, Searches()[at].Params)
	q := Query{Type: kind, Count: defaultCount, values: map[string][]string{}}
	for _, name := range sortedNames(params) {
		bare, modifier, _ := strings.Cut(name, ":")
		i := slices.IndexFunc(known, func(p Param) bool { return p.Name == bare })
		switch {
		case i < 0:
			return Query{}, &ParamError{name, "is not known here; known are " + names(known)}
		case modifier != "":
			return Query{}, &ParamError{name, "modifiers are not used here"}
		}
		for _, value := range params[name] {
			q.values[bare] = append(q.values[bare], strings.Split(value, ",")...) // commas mean or; repeated names are rare and mean the same here
		}
		if len(q.values[bare]) > maxValues {
			return Query{}, &ParamError{name, fmt.Sprintf("has more than %d values", maxValues)}
		}
	}
	if format := q.First("_format"); format != "" && !slices.Contains([]string{"json", "application/json", MediaType}, format) {
		return Query{}, &ParamError{"_format", "only json is written here"}
	}
	var err error
	if q.Count, err = q.number("_count", defaultCount, 1, MaxCount); err != nil {
		return Query{}, err
	}
	q.Page, err = q.number("_page", 0, 0, maxPage)
	return q, err
}

func sortedNames(params url.Values) []string {
	list := make([]string, 0, len(params))
	for name := range params {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func names(params []Param) string {
	list := make([]string, len(params))
	for i, p := range params {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

func (q Query) number(name string, otherwise, least, most int) (int, error) {
	text := q.First(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, &ParamError{name, fmt.Sprintf("must be a number from %d", least)}
	}
	return min(n, most), nil // R4, 3.1.1.5.5: a server may return less than asked for
}

// First gives the first value of a parameter, "" where it was not given.
func (q Query) First(name string) string {
	if v := q.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Token reports whether any of a token parameter's values ("code" or "system|code") is code, or the parameter was not
// given.
func (q Query) Token(name, code string) bool {
	return q.any(name, func(v string) bool {
		if _, after, ok := strings.Cut(v, "|"); ok {
			v = after
		}
		return v == code
	})
}

// Refers reports likewise for a reference parameter ("Type/id", "id" or an address that ends so).
func (q Query) Refers(name string, to ...string) bool {
	return q.any(name, func(v string) bool { return slices.Contains(to, Target(v)) })
}

// Target is the "Type/id" at the end of a reference.
func Target(reference string) string {
	parts := strings.Split(strings.TrimSuffix(reference, "/"), "/")
	if len(parts) < 2 {
		return reference
	}
	return strings.Join(parts[len(parts)-2:], "/")
}

// Begins reports likewise whether any value is the beginning of text, in any case.
func (q Query) Begins(name, text string) bool {
	return q.any(name, func(v string) bool { return strings.HasPrefix(strings.ToLower(text), strings.ToLower(v)) })
}

// Contains reports likewise whether any value is a part of text.
func (q Query) Contains(name, text string) bool {
	return q.any(name, func(v string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(v)) })
}

func (q Query) any(name string, ok func(string) bool) bool {
	return len(q.values[name]) == 0 || slices.ContainsFunc(q.values[name], ok)
}

var errDate = errors.New("write 2026-11-25 or 2026-11-25T10:00:00+09:00, with ge, gt, lt, le or eq before it")

// Span gives the bounds a date parameter sets, zero where it sets none. Days are those of zone.
func (q Query) Span(name string, zone *time.Location) (from, to time.Time, err error) {
	for _, v := range q.values[name] {
		prefix, rest := "eq", v
		if len(v) > 2 && v[0] >= 'a' && v[0] <= 'z' {
			prefix, rest = v[:2], v[2:]
		}
		begin, end, err := moment(rest, zone)
		if err != nil {
			return from, to, &ParamError{name, err.Error()}
		}
		switch prefix {
		case "eq":
			from, to = begin, end
		case "ge":
			from = begin
		case "gt":
			from = end
		case "lt":
			to = begin
		case "le":
			to = end
		default:
			return from, to, &ParamError{name, errDate.Error()}
		}
	}
	return from, to, nil
}

// moment reads a date or a time as the stretch it stands for (R4, 3.1.1.4.10).
func moment(text string, zone *time.Location) (begin, end time.Time, err error) {
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	at, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "+", 1)) // a plus that nobody escaped
	if err != nil {
		return begin, end, errDate
	}
	return at, at.Add(time.Second), nil
}

// Bundle makes the bundle of one page of all that was found. base is the address of the type, with which entries and
// links begin.
func (q Query) Bundle(base string, params url.Values, found []Resource, id func(Resource) string) Bundle {
	total := len(found)
	b := Bundle{ResourceType: "Bundle", Type: "searchset", Total: &total}
	link := func(relation string, page int) {
		next := url.Values{}
		for name, values := range params {
			next[name] = values
		}
		next.Set("_page", strconv.Itoa(page))
		next.Set("_count", strconv.Itoa(q.Count))
		b.Link = append(b.Link, Link{relation, base + "/" + q.Type + "?" + next.Encode()})
	}
	link("self", q.Page)
	from, to := min(q.Page, total), min(q.Page+q.Count, total)
	if to < total {
		link("next", to)
	}
	if from > 0 {
		link("previous", max(0, from-q.Count))
	}
	for _, r := range found[from:to] {
		b.Entry = append(b.Entry, Entry{FullURL: base + "/" + r.kind() + "/" + id(r), Resource: r, Search: &Mode{"match"}})
	}
	return b
}
