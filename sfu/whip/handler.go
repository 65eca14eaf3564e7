package whip

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"madoguchi/sfu"
	"madoguchi/sfu/purpose"
)

// Node is what this package needs of a media node. *sfu.Node is one.
type Node interface {
	Offer(ctx context.Context, j sfu.Join) (answer string, err error)
	CandidateOf(room, participant string, k sfu.Kind, candidate, mid string) error
	LeaveKind(room, participant string, k sfu.Kind) error
}

// Grant is what a token allows its holder in one room.
type Grant struct {
	Participant string
	Name        string // shown to the people in the room
	Publish     bool
	Subscribe   bool
	Bench       bool // needs no admission
}

// Errors by which Auth and Rooms refuse. Any other error means that they cannot say now.
var (
	// ErrUnauthorized: there is no token, or it is not valid.
	ErrUnauthorized = errors.New("token missing or not valid")
	// ErrForbidden: the token is valid, but not for this room.
	ErrForbidden = errors.New("token not for this room")
	// ErrNoRoom: the room is not open.
	ErrNoRoom = errors.New("no such room")
)

// Auth checks bearer tokens. An Auth that is a Rooms as well is asked as such.
type Auth interface {
	// Authorize returns what a token allows in a room. The bearer is empty if none was sent.
	Authorize(ctx context.Context, bearer, room string) (Grant, error)
}

// Rooms may refuse rooms and hears who comes and goes, so that nobody is in a room unseen.
type Rooms interface {
	// Enter is called before somebody's offer is answered; an error keeps them out. It may be called again for somebody who is
	// in already and is replacing a session.
	Enter(ctx context.Context, room string, g Grant, k sfu.Kind) error
	// Left is called once for each participant and kind when the last session is gone, also when Enter went well and the
	// offer was then refused.
	Left(room string, g Grant, k sfu.Kind)
	// Lost is called in place of Left when nobody has asked for the end: the line is down, or the media node is gone or going
	// away. The equipment may come again.
	Lost(room string, g Grant, k sfu.Kind)
}

// Limits of requests.
const (
	maxOffer    = 64 << 10
	maxFragment = 16 << 10
	maxName     = 128 // bytes of a room's name
	sdpType     = "application/sdp"
	fragType    = "application/trickle-ice-sdpfrag"
)

// handler serves both protocols.
type handler struct {
	node  Node
	auth  Auth
	rooms Rooms // may be nil

	mu       sync.Mutex
	sessions map[string]*session // by id
	present  map[place]int       // sessions of each participant and kind
}

// place is where somebody is.
type place struct {
	room, participant string
	kind              sfu.Kind
}

// session is one WHIP or WHEP session.
type session struct {
	id     string
	place  place
	grant  Grant
	gone   bool        // counted out; guarded by handler.mu
	ending atomic.Bool // its client has asked for the end
}

// Handler serves /whip/{room} and /whep/{room} and the sessions below them.
func Handler(node Node, auth Auth) http.Handler {
	h := &handler{node: node, auth: auth, sessions: map[string]*session{}, present: map[place]int{}}
	h.rooms, _ = auth.(Rooms)
	mux := http.NewServeMux()
	for _, k := range []sfu.Kind{sfu.WHIP, sfu.WHEP, sfu.Main} {
		endpoint, resource := path(k)+"{room}", path(k)+"{room}/{id}"
		mux.HandleFunc(endpoint, func(w http.ResponseWriter, r *http.Request) { h.endpoint(w, r, k) })
		mux.HandleFunc(resource, func(w http.ResponseWriter, r *http.Request) { h.resource(w, r, k) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "no-such-address", "post an offer to /whip/{room} to send or to /whep/{room} to receive")
	})
	return mux
}

// path is where connections of a kind are made. Those in both directions belong to our own clients, which come over a broker;
// the one way here is for measuring, with a token that says so.
func path(k sfu.Kind) string {
	if k == sfu.Main {
		return "/bench/"
	}
	return "/" + string(k) + "/"
}

// endpoint serves the address at which sessions are made.
func (h *handler) endpoint(w http.ResponseWriter, r *http.Request, k sfu.Kind) {
	allowOrigins(w)
	switch r.Method {
	case http.MethodOptions:
		options(w, "POST, OPTIONS")
		w.Header().Set("Accept-Post", sdpType)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodPost:
		h.create(w, r, k)
	default:
		w.Header().Set("Allow", "POST, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, "method", "post an offer here; a session is ended by DELETE at its own address")
	}
}

// create answers an offer.
func (h *handler) create(w http.ResponseWriter, r *http.Request, k sfu.Kind) {
	room := r.PathValue("room")
	if len(room) > maxName {
		refuse(w, http.StatusNotFound, "no-such-room", "no room has such a long name")
		return
	}
	grant, ok := h.authorize(w, r, room, k)
	if !ok {
		return
	}
	uses, ok := readPurposes(w, r)
	if !ok {
		return
	}
	offer, ok := readOffer(w, r)
	if !ok {
		return
	}
	s := &session{id: rand.Text(), place: place{room, grant.Participant, k}, grant: grant}
	if !h.enter(w, r, s) {
		return
	}
	answer, err := h.node.Offer(r.Context(), sfu.Join{
		Room: room, Participant: grant.Participant, Name: grant.Name, Kind: k,
		Publish: k != sfu.WHEP, Subscribe: k != sfu.WHIP, Bench: grant.Bench, From: r.URL.Query().Get("from"),
		Uses: uses, SDP: offer, Ended: func() { h.leave(s, true) },
	})
	if err != nil {
		h.leave(s, !refuseOffer(w, err))
		return
	}
	h.supersede(s)
	header := w.Header()
	header.Set("Content-Type", sdpType)
	header.Set("Location", path(k)+url.PathEscape(room)+"/"+s.id)
	header.Set("ETag", `"`+s.id+`"`) // one ICE session for each session: restarts are new sessions
	header.Set("Accept-Patch", fragType)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, answer) // a client that has gone is noticed by its media
}

// authorize finds out who asks and whether they may; if not, it has answered.
func (h *handler) authorize(w http.ResponseWriter, r *http.Request, room string, k sfu.Kind) (Grant, bool) {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		bearer = ""
	}
	grant, err := h.auth.Authorize(r.Context(), strings.TrimSpace(bearer), room)
	switch {
	case errors.Is(err, ErrUnauthorized):
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "token", "send Authorization: Bearer with a room token that is valid now: "+err.Error())
	case errors.Is(err, ErrForbidden):
		refuse(w, http.StatusForbidden, "not-yours", "the token is for another room or purpose: "+err.Error())
	case errors.Is(err, ErrNoRoom):
		refuse(w, http.StatusNotFound, "no-such-room", "the room is not open; it opens with the check-in")
	case err != nil:
		w.Header().Set("Retry-After", "2")
		refuse(w, http.StatusServiceUnavailable, "unavailable", "tokens cannot be checked at the moment; try again")
	case k == sfu.Main && !grant.Bench:
		refuse(w, http.StatusForbidden, "not-granted", "this address is for measuring only, with a token for it; clients connect at /v1/connect")
	case k != sfu.WHEP && !grant.Publish:
		refuse(w, http.StatusForbidden, "not-granted", "the token does not allow publishing; WHEP receives")
	case k != sfu.WHIP && !grant.Subscribe:
		refuse(w, http.StatusForbidden, "not-granted", "the token does not allow subscribing; WHIP sends")
	default:
		return grant, true
	}
	return Grant{}, false
}

// readPurposes reads what the query says is sent: of sound and of pictures at most one purpose each. If something is wrong, it
// has answered.
func readPurposes(w http.ResponseWriter, r *http.Request) ([]string, bool) {
	uses := r.URL.Query()["purpose"]
	said := map[bool]bool{} // by whether it is sound
	for _, use := range uses {
		t, ok := purpose.Of(purpose.Purpose(use))
		if !ok || said[t.Sound] {
			refuse(w, http.StatusBadRequest, "purpose", "purpose is "+quoted(use)+"; say one of "+
				strings.Join(purpose.Names(true), ", ")+" for the sound and one of "+
				strings.Join(purpose.Names(false), ", ")+" for the picture, or nothing for a voice and a face")
			return nil, false
		}
		said[t.Sound] = true
	}
	return uses, true
}

// readOffer checks the headers and reads the body; if something is wrong, it has answered.
func readOffer(w http.ResponseWriter, r *http.Request) (string, bool) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != sdpType {
		w.Header().Set("Accept-Post", sdpType)
		refuse(w, http.StatusUnsupportedMediaType, "content-type",
			"Content-Type is "+quoted(r.Header.Get("Content-Type"))+"; send the offer as "+sdpType)
		return "", false
	}
	if !accepts(r.Header.Values("Accept"), sdpType) {
		refuse(w, http.StatusNotAcceptable, "accept", "the answer is "+sdpType+", which Accept excludes")
		return "", false
	}
	return readBody(w, r, maxOffer)
}

func readBody(w http.ResponseWriter, r *http.Request, limit int64) (string, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "too-large", "the body is too long; "+kibibytes(limit)+" are enough for any client")
	case err != nil:
		refuse(w, http.StatusBadRequest, "incomplete", "the body did not arrive whole")
	default:
		return string(body), true
	}
	return "", false
}

// enter asks the room and counts the session; if it is refused, it has answered.
func (h *handler) enter(w http.ResponseWriter, r *http.Request, s *session) bool {
	if h.rooms != nil {
		err := h.rooms.Enter(r.Context(), s.place.room, s.grant, s.place.kind)
		switch {
		case errors.Is(err, ErrNoRoom):
			refuse(w, http.StatusNotFound, "no-such-room", "the room is not open; it opens with the check-in")
		case errors.Is(err, ErrForbidden), errors.Is(err, ErrUnauthorized):
			refuse(w, http.StatusForbidden, "not-yours", "the room does not take this participant: "+err.Error())
		case err != nil:
			w.Header().Set("Retry-After", "2")
			refuse(w, http.StatusServiceUnavailable, "unavailable", "the room cannot be entered at the moment; try again")
		}
		if err != nil {
			return false
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sessions[s.id] = s
	h.present[s.place]++
	return true
}

// supersede takes their addresses from the sessions that a new one has replaced, lest they end it.
func (h *handler) supersede(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, old := range h.sessions {
		if old != s && old.place == s.place {
			delete(h.sessions, id)
		}
	}
}

// leave forgets a session and tells the room if it was its participant's last, and whether that was lost.
func (h *handler) leave(s *session, lost bool) {
	h.mu.Lock()
	delete(h.sessions, s.id)
	if s.gone {
		h.mu.Unlock()
		return
	}
	s.gone = true
	h.present[s.place]--
	last := h.present[s.place] == 0
	if last {
		delete(h.present, s.place)
	}
	h.mu.Unlock()
	switch {
	case !last || h.rooms == nil:
	case lost && !s.ending.Load():
		h.rooms.Lost(s.place.room, s.grant, s.place.kind)
	default:
		h.rooms.Left(s.place.room, s.grant, s.place.kind)
	}
}

// refuseOffer tells a client why the node did not take its offer, and says whether another offer is needed.
func refuseOffer(w http.ResponseWriter, err error) (wrong bool) {
	switch {
	case errors.Is(err, sfu.ErrNoCodec):
		refuse(w, http.StatusUnprocessableEntity, "no-codec", err.Error())
	case errors.Is(err, sfu.ErrNotAllowed):
		refuse(w, http.StatusUnprocessableEntity, "direction", err.Error())
	case errors.Is(err, sfu.ErrOffer):
		refuse(w, http.StatusUnprocessableEntity, "offer", err.Error())
	case errors.Is(err, sfu.ErrFull):
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "full", err.Error())
		return false
	default:
		w.Header().Set("Retry-After", "2")
		refuse(w, http.StatusServiceUnavailable, "unavailable", "the media node cannot take the offer at the moment; try again")
		return false
	}
	return true
}
