package protocol

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Encode writes one message of the server; body is one of the structs in ServerMessages, by value. Lists that hold
// nothing are written as [], never as null, so that clients can count on them.
func Encode(body any) ([]byte, error) {
	kind, ok := serverByBody[reflect.TypeOf(body)]
	if !ok {
		return nil, fmt.Errorf("encode %T: not a message of the server", body)
	}
	return write(kind, body)
}

// EncodeClient writes one message of a client: kind is needed because several share the struct Request.
func EncodeClient(kind string, body any) ([]byte, error) {
	if declared, ok := clientByType[kind]; !ok || declared != reflect.TypeOf(body) {
		return nil, fmt.Errorf("encode %T as %q: not a message of a client", body, kind)
	}
	return write(kind, body)
}

// write puts the type before the other fields; messages are flat.
func write(kind string, body any) ([]byte, error) {
	fields, err := json.Marshal(filled(body))
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", kind, err)
	}
	head := `{"type":"` + kind + `"`
	if len(fields) > len("{}") {
		head += ","
	}
	return append([]byte(head), fields[1:]...), nil
}

// filled replaces the nil lists a message may carry by empty ones.
func filled(body any) any {
	switch m := body.(type) {
	case Welcome:
		m.Media.Up, m.Media.Down, m.Media.Traits = list(m.Media.Up), list(m.Media.Down), list(m.Media.Traits)
		m.Media.ICEServers = list(m.Media.ICEServers)
		return m
	case Seat:
		m.Sessions, m.Calls = list(m.Sessions), list(m.Calls)
		return m
	case Session:
		m.Legs, m.Participants = list(m.Legs), list(m.Participants)
		if m.Staff != nil {
			staff := *m.Staff
			staff.Accepted = list(staff.Accepted)
			m.Staff = &staff
		}
		return m
	case Lobby:
		m.Numbers = list(m.Numbers)
		return m
	case Presence:
		m.People = list(m.People)
		return m
	case Keys:
		m.People = list(m.People)
		return m
	case Tracks:
		m.Tracks = list(m.Tracks)
		return m
	default:
		return body
	}
}

func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
