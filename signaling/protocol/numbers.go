package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Numbers are two fields that any message may carry besides those of its type. A conversation is what one page says over
// one socket after another; within it each end numbers, from 1, what must be neither lost nor doubled.
type Numbers struct {
	Seq int64 `json:"seq,omitempty"` // of this message among its sender's; none on what is whole state or is said again anyway
	Ack int64 `json:"ack,omitempty"` // the number up to which the sender has heard everything: the other end need keep it no longer
}

// maxNumber is the largest number both ends can hold exactly: JavaScript's.
const maxNumber = 1<<53 - 1

// numbersOf reads the numbers of a message; a field that is missing counts as 0.
func numbersOf(fields map[string]json.RawMessage) (n Numbers, wrong *wrongField) {
	if n.Seq, wrong = number(fields, "seq"); wrong != nil {
		return Numbers{}, wrong
	}
	if n.Ack, wrong = number(fields, "ack"); wrong != nil {
		return Numbers{}, wrong
	}
	return n, nil
}

func number(fields map[string]json.RawMessage, name string) (n int64, wrong *wrongField) {
	raw, there := fields[name]
	if !there || bytes.Equal(raw, []byte("null")) {
		return 0, nil
	}
	if err := json.Unmarshal(raw, &n); err != nil || n < 0 || n > maxNumber {
		return 0, &wrongField{name, fmt.Sprintf("a whole number from 0 to %d", maxNumber)}
	}
	return n, nil
}

// Number writes the numbers into a message that Encode or EncodeClient has written; 0 is left out.
func Number(message []byte, n Numbers) []byte {
	out := message[: len(message)-1 : len(message)-1] // all but the last brace
	if n.Seq > 0 {
		out = strconv.AppendInt(append(out, `,"seq":`...), n.Seq, 10)
	}
	if n.Ack > 0 {
		out = strconv.AppendInt(append(out, `,"ack":`...), n.Ack, 10)
	}
	return append(out, '}')
}
