package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one message as it was read: its type, the id to answer to (empty where the type has none), its numbers
// and its fields in the struct that the type was declared with, by value.
type Message struct {
	Type string
	ID   string
	Numbers
	Body any
}

// Parse reads one message of a client. What it refuses, it refuses with a *Fault that names the field and what would
// be right. Fields it does not know are ignored, so that a newer client can speak to an older server. Besides the
// size of the whole, every field has a limit of its own, in its struct tag: bytes for a string, entries for a list.
func Parse(data []byte) (Message, error) {
	if string(data) == plainPing {
		return Message{Type: TypePing, Body: Ping{}}, nil
	}
	return parse(data, clientByType)
}

// plainPing is what nearly every message of a client is, as every client of ours writes it.
const plainPing = `{"type":"ping"}`

// ParseServer reads one message of the server, for clients written in Go.
func ParseServer(data []byte) (Message, error) {
	return parse(data, serverByType)
}

func parse(data []byte, known map[string]reflect.Type) (Message, error) {
	if len(data) > MaxOffer {
		return Message{}, &Fault{Code: ErrTooLarge, Want: fmt.Sprintf("at most %d bytes", MaxOffer)}
	}
	fields, err := object(data)
	if err != nil {
		return Message{}, &Fault{Code: ErrMalformed, Want: "a JSON object"}
	}
	m := Message{Type: text(fields["type"]), ID: text(fields["id"])}
	fault := func(code ErrorCode, field, want string) (Message, error) {
		return Message{}, &Fault{Code: code, Re: short(m.ID), Type: short(m.Type), Field: field, Want: want}
	}
	if m.Type == "" {
		return fault(ErrMalformed, "type", "a message type")
	}
	var wrong *wrongField
	if m.Numbers, wrong = numbersOf(fields); wrong != nil {
		return fault(ErrMalformed, wrong.path, wrong.want)
	}
	body, ok := known[m.Type]
	if !ok {
		return fault(ErrUnknownType, "type", "one of the types this end knows")
	}
	if m.Type != TypeOffer && m.Type != TypeAnswer && len(data) > MaxMessage {
		return fault(ErrTooLarge, "", fmt.Sprintf("at most %d bytes", MaxMessage))
	}
	value := reflect.New(body).Elem()
	if err := decodeStruct(fields, value, ""); errors.As(err, &wrong) {
		return fault(ErrMalformed, wrong.path, wrong.want)
	}
	m.Body = value.Interface()
	return m, nil
}

// short keeps what a stranger sent from filling an answer or a log.
func short(s string) string {
	const most = 64
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// text is a JSON string, or "" for anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func object(raw json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("null")
	}
	return fields, nil
}

// wrongField says which field is wrong and what would be right.
type wrongField struct{ path, want string }

func (w *wrongField) Error() string { return w.path + ": want " + w.want }

// decodeStruct fills value from fields by the names in its json tags. encoding/json alone would accept fields that are
// missing or differ in case, and could not say which element of a list is wrong.
func decodeStruct(fields map[string]json.RawMessage, value reflect.Value, path string) error {
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		raw, ok := fields[name]
		if !ok || bytes.Equal(raw, []byte("null")) {
			if options == "omitempty" {
				continue
			}
			return &wrongField{path + name, wanted(field)}
		}
		if err := decodeValue(raw, value.Field(i), field, path+name); err != nil {
			return err
		}
	}
	return nil
}

func decodeValue(raw json.RawMessage, value reflect.Value, field reflect.StructField, path string) error {
	switch {
	case value.Kind() == reflect.Slice:
		return decodeList(raw, value, field, path)
	case value.Kind() == reflect.Struct && value.Type() != reflect.TypeFor[time.Time]():
		fields, err := object(raw)
		if err != nil {
			return &wrongField{path, "an object"}
		}
		return decodeStruct(fields, value, path+".")
	}
	if err := json.Unmarshal(raw, value.Addr().Interface()); err != nil {
		return &wrongField{path, wanted(field)}
	}
	if value.Kind() == reflect.String && !allowed(value, field) {
		return &wrongField{path, wanted(field)}
	}
	return nil
}

func decodeList(raw json.RawMessage, value reflect.Value, field reflect.StructField, path string) error {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil || len(items) > limit(field) {
		return &wrongField{path, wanted(field)}
	}
	value.Set(reflect.MakeSlice(value.Type(), len(items), len(items)))
	for i, item := range items {
		if err := decodeValue(item, value.Index(i), reflect.StructField{Type: value.Type().Elem()}, path+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	return nil
}

// allowed checks a string against its list of values and its limit.
func allowed(value reflect.Value, field reflect.StructField) bool {
	if e, ok := value.Interface().(enum); ok {
		return slices.Contains(e.values(), value.String())
	}
	if value.Len() == 0 && field.Tag.Get("empty") != "ok" && field.Tag.Get("limit") != "" {
		return false
	}
	return value.Len() <= limit(field)
}

// limit is the most bytes of a string or entries of a list. Only what clients send carries a tag: it is they who are
// not trusted.
func limit(field reflect.StructField) int {
	if n, err := strconv.Atoi(field.Tag.Get("limit")); err == nil {
		return n
	}
	return MaxOffer
}

// wanted says in words what the field must hold.
func wanted(field reflect.StructField) string {
	t := field.Type
	if e, ok := reflect.Zero(t).Interface().(enum); ok {
		return "one of " + strings.Join(e.values(), ", ")
	}
	switch {
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[*time.Time]():
		return "a time as in RFC 3339"
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("a list of at most %d", limit(field))
	case t.Kind() == reflect.Struct:
		return "an object"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String && field.Tag.Get("empty") == "ok":
		return fmt.Sprintf("a string of at most %d bytes", limit(field))
	case t.Kind() == reflect.String:
		return fmt.Sprintf("a string of 1 to %d bytes", limit(field))
	default:
		return "a whole number"
	}
}
