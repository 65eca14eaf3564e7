package fleet

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"madoguchi/sfu"
)

// maxFrame bounds a frame in bytes. The largest holds an offer, of which each line end takes four bytes in JSON.
const maxFrame = 1 << 20

// spoken is the version of what the two ends say to each other. What is not known is ignored, so it changes only when
// something existing changes its meaning.
const spoken = 1

// What a broker asks of a node.
const (
	doHello     = "hello"
	doPing      = "ping"
	doOffer     = "offer"
	doCandidate = "candidate"
	doAdmit     = "admit"
	doPrepare   = "prepare"
	doMute      = "mute"
	doLeave     = "leave"      // all connections of a participant
	doLeaveKind = "leave_kind" // one of them
	doClose     = "close"
)

// What a node tells.
const (
	newsBegin    = "begin"    // what follows up to newsEnd is everything as it is
	newsEnd      = "end"      //
	newsPeer     = "peer"     // one participant, whole
	newsGone     = "gone"     // the connection that an offer made is over
	newsDraining = "draining" // the node takes no new rooms: take those it has elsewhere
)

// frame is one message of either end: a request (ID, Do), its answer (Re) or news.
type frame struct {
	ID   uint64 `json:"id,omitempty"`
	Do   string `json:"do,omitempty"`
	Re   uint64 `json:"re,omitempty"`
	News string `json:"news,omitempty"`

	Version int    `json:"version,omitempty"` // hello: spoken
	Run     string `json:"run,omitempty"`     // hello: of the broker; answer: of the node

	Room        string   `json:"room,omitempty"`
	Epoch       int64    `json:"epoch,omitempty"`
	Participant string   `json:"participant,omitempty"`
	Kind        sfu.Kind `json:"kind,omitempty"`
	Join        *join    `json:"join,omitempty"`
	Candidate   string   `json:"candidate,omitempty"`
	Mid         string   `json:"mid,omitempty"`

	Gate   int64      `json:"gate,omitempty"` // version of the document that sets it
	Groups [][]string `json:"groups,omitempty"`
	People []string   `json:"people,omitempty"`
	Within int64      `json:"within,omitempty"` // ms
	Audio  bool       `json:"audio,omitempty"`
	Video  bool       `json:"video,omitempty"`

	Ticket string `json:"ticket,omitempty"` // of an offer whose end is to be told
	SDP    string `json:"sdp,omitempty"`    // answer to an offer
	Fault  *fault `json:"fault,omitempty"`
	Peer   *view  `json:"peer,omitempty"`
}

// join is sfu.Join on the wire.
type join struct {
	Name      string            `json:"name,omitempty"`
	Publish   bool              `json:"publish,omitempty"`
	Subscribe bool              `json:"subscribe,omitempty"`
	Bench     bool              `json:"bench,omitempty"`
	From      string            `json:"from,omitempty"`
	Purposes  map[string]string `json:"purposes,omitempty"`
	Uses      []string          `json:"uses,omitempty"`
	SDP       string            `json:"sdp"`
}

// view is what is to be known of one participant.
type view struct {
	State  sfu.PeerState   `json:"state"`
	Tracks []sfu.TrackSlot `json:"tracks,omitempty"`
	Line   sfu.Quality     `json:"line"`
}

var errFrame = errors.New("not a frame")

// writeFrame writes a frame behind its length, in one piece.
func writeFrame(w io.Writer, f frame) error {
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if len(data) > maxFrame {
		return fmt.Errorf("%w: %d bytes, at most %d", errFrame, len(data), maxFrame)
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(data)), uint32(len(data))), data...))
	return err
}

// readFrame reads one frame. What it allocates is bounded by what has really come, not by what a length promises.
func readFrame(r io.Reader) (f frame, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length == 0 || length > maxFrame {
		return f, fmt.Errorf("%w: length %d, want 1 to %d", errFrame, length, maxFrame)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(length)))
	if err != nil {
		return f, err
	}
	if len(data) < int(length) {
		return f, io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return f, fmt.Errorf("%w: %w", errFrame, err)
	}
	return f, nil
}

// fault is an error on the wire.
type fault struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Errors of this package, besides those of package sfu.
var (
	// ErrNoNode: no media node takes rooms at the moment.
	ErrNoNode = errors.New("no media node takes rooms")
	// errStale: the room is at another place meanwhile.
	errStale = errors.New("the room is elsewhere")
	// errDraining: the node takes no new rooms.
	errDraining = errors.New("the media node is going away")
)

// faults gives each error that the other end has to tell apart its code.
var faults = map[string]error{
	"closed": sfu.ErrClosed, "peer": sfu.ErrNoPeer, "full": sfu.ErrFull, "offer": sfu.ErrOffer, "codec": sfu.ErrNoCodec,
	"grant": sfu.ErrNotAllowed, "stale": errStale, "draining": errDraining,
}

func faultOf(err error) *fault {
	if err == nil {
		return nil
	}
	for code, known := range faults {
		if errors.Is(err, known) {
			return &fault{code, err.Error()}
		}
	}
	return &fault{"internal", err.Error()}
}

func (f *fault) err() error {
	if f == nil {
		return nil
	}
	known := faults[f.Code]
	if known == nil {
		return fmt.Errorf("media node: %s", f.Text)
	}
	return remoteError{known, f.Text}
}

// remoteError is a node's error: its words, and what it wraps.
type remoteError struct {
	known error
	text  string
}

func (e remoteError) Error() string { return e.text }
func (e remoteError) Unwrap() error { return e.known }

// unreachable is the error of a node that does not answer. It counts as a network error: trying again may help.
type unreachable struct {
	node string
	why  error
}

func (e unreachable) Error() string {
	return fmt.Sprintf("media node %s does not answer: %v", e.node, e.why)
}
func (e unreachable) Unwrap() error   { return e.why }
func (e unreachable) Timeout() bool   { return true }
func (e unreachable) Temporary() bool { return true }
