package protocol

import "fmt"

// ErrorCode says, for machines, why a request was refused. The words beside it in Error are for logs and developers;
// what people read is chosen by the client from the code.
type ErrorCode string

// Error codes. A refused request changes nothing: the socket stays open unless a close code follows.
const (
	ErrMalformed          ErrorCode = "malformed"           // not JSON, a field is missing or of the wrong type
	ErrUnknownType        ErrorCode = "unknown_type"        // no such message
	ErrTooLarge           ErrorCode = "too_large"           // larger than allowed; CloseTooLarge follows
	ErrTooFast            ErrorCode = "too_fast"            // more messages than allowed; CloseTooFast follows
	ErrHelloFirst         ErrorCode = "hello_first"         // the first message must be hello, and only the first
	ErrBadToken           ErrorCode = "bad_token"           // not a token of ours, or not for this purpose
	ErrExpiredToken       ErrorCode = "expired_token"       // fetch a new one over HTTPS
	ErrWrongSession       ErrorCode = "wrong_session"       // the token is for another participant or another session
	ErrUnknownSession     ErrorCode = "unknown_session"     // no such session, or it is over
	ErrNotEntered         ErrorCode = "not_entered"         // enter a session first
	ErrForbidden          ErrorCode = "forbidden"           // this role or token may not do that
	ErrNotNow             ErrorCode = "not_now"             // the state of the session does not allow that now
	ErrUnknownParticipant ErrorCode = "unknown_participant" // nobody of that id is in the session
	ErrUnknownCall        ErrorCode = "unknown_call"        // no such call rings here
	ErrMedia              ErrorCode = "media"               // the offer or candidate was refused
	ErrInterrupted        ErrorCode = "interrupted"         // the node that carried it out was lost: the state tells whether it was; ask anew under another id
	ErrUnavailable        ErrorCode = "unavailable"         // the store cannot be reached: try again
	ErrInternal           ErrorCode = "internal"            // a fault on our side
)

// Fault says what is wrong with a message that could not be read.
type Fault struct {
	Code  ErrorCode // ErrMalformed, ErrUnknownType or ErrTooLarge
	Re    string    // id of the request, where it could still be read
	Type  string    // type of the message, where it could still be read
	Field string    // path of the offending field: "tracks[0].mid"; empty if it is the message itself
	Want  string    // what would be right
}

// Error names the message, the field and what would be right.
func (f *Fault) Error() string {
	where := "message"
	if f.Type != "" {
		where = f.Type
	}
	if f.Field != "" {
		where += ": " + f.Field
	}
	return fmt.Sprintf("%s: want %s", where, f.Want)
}
