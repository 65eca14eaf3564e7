package whip

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"madoguchi/sfu"
)

const resourceMethods = "PATCH, DELETE, OPTIONS"

// resource serves the address of one session.
func (h *handler) resource(w http.ResponseWriter, r *http.Request, k sfu.Kind) {
	allowOrigins(w)
	switch r.Method {
	case http.MethodOptions:
		options(w, resourceMethods)
		w.Header().Set("Accept-Patch", fragType)
		w.WriteHeader(http.StatusNoContent)
		return
	case http.MethodPatch, http.MethodDelete:
	default:
		w.Header().Set("Allow", resourceMethods)
		refuse(w, http.StatusMethodNotAllowed, "method", "a session takes PATCH with candidates and DELETE")
		return
	}
	h.mu.Lock()
	s := h.sessions[r.PathValue("id")]
	h.mu.Unlock()
	if s == nil || s.place.room != r.PathValue("room") || s.place.kind != k {
		refuse(w, http.StatusNotFound, "no-such-session", "the session has ended; post a new offer")
		return
	}
	if r.Method == http.MethodPatch {
		h.trickle(w, r, s)
		return
	}
	s.ending.Store(true)
	// ErrNoPeer means that it has ended by itself in this moment, which is what was asked for.
	if err := h.node.LeaveKind(s.place.room, s.place.participant, k); err != nil && !errors.Is(err, sfu.ErrNoPeer) {
		refuse(w, http.StatusServiceUnavailable, "unavailable", "the session cannot be ended at the moment; try again")
		return
	}
	h.leave(s, false)
	w.WriteHeader(http.StatusOK)
}

// trickle hands further candidates to the node.
func (h *handler) trickle(w http.ResponseWriter, r *http.Request, s *session) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != fragType {
		w.Header().Set("Accept-Patch", fragType)
		refuse(w, http.StatusUnsupportedMediaType, "content-type",
			"Content-Type is "+quoted(r.Header.Get("Content-Type"))+"; send candidates as "+fragType)
		return
	}
	match := r.Header.Get("If-Match")
	if match == "*" {
		refuse(w, http.StatusUnprocessableEntity, "ice-restart", "ICE is not restarted by PATCH; post a new offer, which replaces this session")
		return
	}
	if match != "" && match != `"`+s.id+`"` {
		refuse(w, http.StatusPreconditionFailed, "stale", "If-Match names another ICE session than the ETag of the answer")
		return
	}
	body, ok := readBody(w, r, maxFragment)
	if !ok {
		return
	}
	f, err := parseFragment(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "fragment", err.Error()+" (RFC 8840)")
		return
	}
	for _, c := range f.candidates {
		if err := h.node.CandidateOf(s.place.room, s.place.participant, s.place.kind, c.text, c.mid); err != nil {
			refuse(w, http.StatusUnprocessableEntity, "candidate", err.Error())
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigins lets pages of any origin in: the token, not a cookie, says who asks.
func allowOrigins(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Location, ETag, Accept-Patch, Retry-After")
	h.Set("Cache-Control", "no-store")
}

func options(w http.ResponseWriter, methods string) {
	h := w.Header()
	h.Set("Allow", methods)
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
	h.Set("Access-Control-Max-Age", "600")
}

// accepts reports whether Accept allows a type. Clients that name no type accept any.
func accepts(accept []string, want string) bool {
	all := strings.Join(accept, ",")
	if strings.TrimSpace(all) == "" {
		return true
	}
	major, _, _ := strings.Cut(want, "/")
	for part := range strings.SplitSeq(all, ",") {
		t, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
			continue
		}
		if slices.Contains([]string{want, major + "/*", "*/*"}, t) {
			return true
		}
	}
	return false
}

func quoted(s string) string {
	if s == "" {
		return "missing"
	}
	return fmt.Sprintf("%.80q", s)
}

func kibibytes(n int64) string { return strconv.FormatInt(n>>10, 10) + " KiB" }
