package fhir

// Codes of issues (hl7.org/fhir/R4/valueset-issue-type.html).
const (
	IssueInvalid      = "invalid"
	IssueNotSupported = "not-supported"
	IssueNotFound     = "not-found"
	IssueLogin        = "login"
	IssueForbidden    = "forbidden"
	IssueConflict     = "conflict"
	IssueTransient    = "transient"
	IssueException    = "exception"
	IssueInformation  = "informational"
)

// Failed makes the outcome of something that did not happen. expression names the element or parameter; "" for none.
func Failed(code, why, expression string) OperationOutcome {
	return outcome("error", code, why, expression)
}

// Told makes an outcome that only says something.
func Told(what string) OperationOutcome { return outcome("information", IssueInformation, what, "") }

func outcome(severity, code, text, expression string) OperationOutcome {
	i := Issue{Severity: severity, Code: code, Details: &CodeableConcept{Text: text}}
	if expression != "" {
		i.Expression = []string{expression}
	}
	return OperationOutcome{ResourceType: "OperationOutcome", Issue: []Issue{i}}
}

// Answer makes the bundle an operation answers with: what it gives, and what it says.
func Answer(base string, id func(Resource) string, list ...Resource) Bundle {
	b := Bundle{ResourceType: "Bundle", Type: "searchset"}
	n := 0
	for _, r := range list {
		e := Entry{Resource: r, Search: &Mode{"match"}}
		if r.kind() == "OperationOutcome" {
			e.Search.Mode = "outcome"
		} else {
			e.FullURL = base + "/" + r.kind() + "/" + id(r)
			n++
		}
		b.Entry = append(b.Entry, e)
	}
	b.Total = &n
	return b
}
