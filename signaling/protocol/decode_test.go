package protocol

import (
	"errors"
	"strings"
	"testing"
)

func TestARefusedMessageNamesTheFieldAndWhatWouldBeRight(t *testing.T) {
	long := strings.Repeat("x", 300)
	rows := []struct {
		situation string
		message   string
		code      ErrorCode
		says      string
	}{
		{"not JSON", `hello`, ErrMalformed, "message: want a JSON object"},
		{"empty", ``, ErrMalformed, "message: want a JSON object"},
		{"null", `null`, ErrMalformed, "message: want a JSON object"},
		{"a list", `[{"type":"ping"}]`, ErrMalformed, "message: want a JSON object"},
		{"two messages in one frame", `{"type":"ping"}{"type":"ping"}`, ErrMalformed, "message: want a JSON object"},
		{"no type", `{"id":"1"}`, ErrMalformed, "message: type: want a message type"},
		{"a type that is a number", `{"type":7}`, ErrMalformed, "message: type: want a message type"},
		{"a type nobody knows", `{"type":"dance","id":"1"}`, ErrUnknownType, "dance: type: want one of the types this end knows"},
		{"a message of the server", `{"type":"welcome"}`, ErrUnknownType, "welcome: type: want one of the types this end knows"},
		{"a missing field", `{"type":"hello"}`, ErrMalformed, "hello: token: want a string of 1 to 4096 bytes"},
		{"a field that is null", `{"type":"hello","token":null}`, ErrMalformed, "hello: token: want a string of 1 to 4096 bytes"},
		{"a field that is empty", `{"type":"admit","id":"1","participant":""}`, ErrMalformed, "admit: participant: want a string of 1 to 128 bytes"},
		{"a field in another case", `{"type":"hello","Token":"x"}`, ErrMalformed, "hello: token: want a string of 1 to 4096 bytes"},
		{"a number for a string", `{"type":"ready","id":3}`, ErrMalformed, "ready: id: want a string of 1 to 64 bytes"},
		{"a string for a switch", `{"type":"mute","id":"1","audio":"yes","video":false}`, ErrMalformed, "mute: audio: want true or false"},
		{"a participant of 300 bytes", `{"type":"admit","id":"1","participant":"` + long + `"}`, ErrMalformed, "admit: participant: want a string of 1 to 128 bytes"},
		{"a reason of one's own", `{"type":"hello","token":"x","reason":"bored"}`, ErrMalformed, "hello: reason: want one of reload, network, server"},
		{"a purpose nobody knows", `{"type":"offer","id":"1","sdp":"v=0","tracks":[{"mid":"0","purpose":"voice"},{"mid":"1","purpose":"hat"}]}`, ErrMalformed, "offer: tracks[1].purpose: want one of voice, face, document, screen, stethoscope"},
		{"tracks that are no list", `{"type":"offer","id":"1","sdp":"v=0","tracks":{}}`, ErrMalformed, "offer: tracks: want a list of at most 32"},
		{"a track that is no object", `{"type":"offer","id":"1","sdp":"v=0","tracks":["0"]}`, ErrMalformed, "offer: tracks[0]: want an object"},
		{"33 tracks", `{"type":"offer","id":"1","sdp":"v=0","tracks":[` + strings.Repeat(`{"mid":"0","purpose":"voice"},`, 32) + `{"mid":"0","purpose":"voice"}]}`, ErrMalformed, "offer: tracks: want a list of at most 32"},
		{"a chat of 65 KiB", `{"type":"ping","x":"` + strings.Repeat("x", 65<<10) + `"}`, ErrTooLarge, "ping: want at most 65536 bytes"},
		{"an offer of 257 KiB", `{"type":"offer","x":"` + strings.Repeat("x", 257<<10) + `"}`, ErrTooLarge, "message: want at most 262144 bytes"},
	}
	for _, row := range rows {
		t.Run(row.situation, func(t *testing.T) {
			_, err := Parse([]byte(row.message))
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatalf("got %v, want a fault", err)
			}
			if fault.Code != row.code || fault.Error() != row.says {
				t.Fatalf("got %s %q\nwant %s %q", fault.Code, fault, row.code, row.says)
			}
		})
	}
}

func TestARefusalAnswersTheRequestWhoseIdCouldBeRead(t *testing.T) {
	_, err := Parse([]byte(`{"type":"admit","id":"42"}`))
	var fault *Fault
	if !errors.As(err, &fault) || fault.Re != "42" {
		t.Fatalf("got %+v", fault)
	}
}

func TestFieldsOfANewerClientAreIgnored(t *testing.T) {
	m, err := Parse([]byte(`{"type":"ready","id":"1","mood":"fine"}`))
	if err != nil || m.Body != (Request{ID: "1"}) {
		t.Fatalf("got %+v, %v", m, err)
	}
}

func TestAnEmptyCandidateMarksTheEnd(t *testing.T) {
	m, err := Parse([]byte(`{"type":"candidate","candidate":""}`))
	if err != nil || m.Body != (Candidate{}) {
		t.Fatalf("got %+v, %v", m, err)
	}
}

func TestOnlyMessagesOfTheRightSideAreWritten(t *testing.T) {
	if _, err := Encode(Hello{}); err == nil {
		t.Error("the server said hello")
	}
	if _, err := EncodeClient(TypeWelcome, Welcome{}); err == nil {
		t.Error("a client said welcome")
	}
	if _, err := EncodeClient(TypeAdmit, Request{}); err == nil {
		t.Error("admit was written without its participant")
	}
}

// FuzzParse: whatever is read can be written and is read back the same; nothing makes the reader fail in another way
// than by a fault.
func FuzzParse(f *testing.F) {
	for _, d := range ClientMessages {
		f.Add(golden(f, d.Type))
	}
	f.Add([]byte(`{"type":"offer","id":"1","sdp":"v=0","tracks":[{"mid":"0"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) || fault.Want == "" {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		again, err := EncodeClient(m.Type, m.Body)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > MaxMessage {
			return // escapes may make a message longer than it came
		}
		back, err := Parse(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		third, err := EncodeClient(back.Type, back.Body)
		if err != nil || string(third) != string(again) {
			t.Fatalf("%s became %s (%v)", again, third, err)
		}
	})
}
