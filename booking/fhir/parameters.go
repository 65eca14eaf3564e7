package fhir

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// Parameters is what an operation is given.
type Parameters struct {
	ResourceType string      `json:"resourceType"`
	Parameter    []Parameter `json:"parameter"`
}

// Parameter is one of them; which value it has depends on its name.
type Parameter struct {
	Name           string          `json:"name"`
	ValueString    string          `json:"valueString,omitempty"`
	ValueCode      string          `json:"valueCode,omitempty"`
	ValueDateTime  string          `json:"valueDateTime,omitempty"`
	ValueDate      string          `json:"valueDate,omitempty"`
	ValueInstant   string          `json:"valueInstant,omitempty"`
	ValueInteger   *int            `json:"valueInteger,omitempty"`
	ValueBoolean   *bool           `json:"valueBoolean,omitempty"`
	ValueReference *Reference      `json:"valueReference,omitempty"`
	Resource       json.RawMessage `json:"resource,omitempty"`
}

// text is the value in whatever form it was given.
func (p Parameter) text() string {
	for _, s := range []string{p.ValueString, p.ValueCode, p.ValueDateTime, p.ValueDate, p.ValueInstant} {
		if s != "" {
			return s
		}
	}
	switch {
	case p.ValueReference != nil:
		return p.ValueReference.Reference
	case p.ValueInteger != nil:
		return fmt.Sprint(*p.ValueInteger)
	case p.ValueBoolean != nil:
		return fmt.Sprint(*p.ValueBoolean)
	default:
		return ""
	}
}

// maxParameters bounds what an operation is given.
const maxParameters = 64

// ReadParameters reads the body of an operation. It gives *ParamError for what is no Parameters resource.
func ReadParameters(body []byte) (Parameters, error) {
	var p Parameters
	if err := json.Unmarshal(body, &p); err != nil || p.ResourceType != "Parameters" {
		return p, &ParamError{"Parameters", "the body has to be a resource of this type"}
	}
	if len(p.Parameter) > maxParameters {
		return p, &ParamError{"Parameters", fmt.Sprintf("has more than %d parameters", maxParameters)}
	}
	return p, nil
}

// Values gives the simple values by name, as a query has them. It gives *ParamError for a name not in known.
func (p Parameters) Values(known ...string) (url.Values, error) {
	values := url.Values{}
	for _, one := range p.Parameter {
		if one.Resource == nil {
			values.Add(one.Name, one.text())
		} else {
			values.Add(one.Name, "")
		}
	}
	return values, OnlyKnown(values, known...)
}

// OnlyKnown gives *ParamError for a name not in known.
func OnlyKnown(values url.Values, known ...string) error {
	list := make([]Param, len(known))
	have := map[string]bool{}
	for i, name := range known {
		list[i], have[name] = Param{Name: name}, true
	}
	for _, name := range sortedNames(values) {
		if !have[name] {
			return &ParamError{name, "is not known here; known are " + names(list)}
		}
	}
	return nil
}

// Resource reads the resource given under a name into v and reports whether there was one. It gives *ParamError where
// it cannot be read.
func (p Parameters) Resource(name string, v any) (bool, error) {
	for _, one := range p.Parameter {
		if one.Name == name && one.Resource != nil {
			if err := json.Unmarshal(one.Resource, v); err != nil {
				return false, &ParamError{name, "cannot be read"}
			}
			return true, nil
		}
	}
	return false, nil
}
