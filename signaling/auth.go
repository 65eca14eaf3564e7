package signaling

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"madoguchi/booking"
	"madoguchi/signaling/access"
)

type seatKey struct{}

// seatFrom is the seat that sent a request; false for a request without a token.
func seatFrom(ctx context.Context) (access.Seat, bool) {
	s, ok := ctx.Value(seatKey{}).(access.Seat)
	return s, ok
}

// ownTokens are the addresses where equipment and measuring rigs come with room tokens, which are checked there.
var ownTokens = []string{"/whip/", "/whep/", "/bench/"}

// Authenticate reads the seat token of a request and puts the caller into its context, for booking's API and ours. A
// request without a token goes on without a caller; one with a wrong token is refused, so that an expired token is
// never mistaken for none. Addresses with tokens of their own are passed by.
func (b *Broker) Authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(withCertificate(r))
		header := r.Header.Get("Authorization")
		if header == "" || slices.ContainsFunc(ownTokens, func(prefix string) bool { return strings.HasPrefix(r.URL.Path, prefix) }) {
			next.ServeHTTP(w, r)
			return
		}
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			b.noteToken(r.Context(), access.HTTP, "", access.ErrMalformed)
			unauthorized(w, "bad-token", "Send Authorization: Bearer and a seat token.")
			return
		}
		seat, err := b.verifier.SeatOver(strings.TrimSpace(token), certificateOf(r.Context()))
		if err == nil && seat.Area != b.cfg.Area {
			err = access.ErrClaims
		}
		if err != nil {
			b.log.Info("token refused", "path", r.URL.Path, "error", err)
			b.noteToken(r.Context(), access.HTTP, "", err)
			slug := "bad-token"
			if errors.Is(err, access.ErrExpired) {
				slug = "expired-token"
			}
			unauthorized(w, slug, err.Error())
			return
		}
		ctx := context.WithValue(r.Context(), seatKey{}, seat)
		ctx = booking.WithCaller(ctx, booking.Caller{
			Seat: seat.ID, Role: seat.Role, Area: seat.Area, Office: seat.Office, Booth: seat.Booth, Desk: seat.Desk,
		})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func unauthorized(w http.ResponseWriter, slug, detail string) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	(&plainProblem{http.StatusUnauthorized, slug, detail}).write(w)
}
