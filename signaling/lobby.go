package signaling

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/protocol"
)

func (b *Broker) registerLobby(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "lobby", Method: http.MethodGet, Path: "/v1/offices/{office}/lobby", Summary: "Numbers for the screen in an office's lobby",
		Description: "Who is called, who is being seen and who waits, by number only. For seats of that office, its lobby's " +
			"among them, and administrators. A lobby's seat is told the same over its socket whenever it changes.",
		Tags: []string{"sessions"}, Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable},
	}, b.showLobby)
}

type lobbyInput struct {
	Office string `path:"office" maxLength:"64"`
}

type lobbyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         protocol.Lobby
}

func (b *Broker) showLobby(ctx context.Context, in *lobbyInput) (*lobbyOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	if seat.Role != roleAdmin && seat.Office != in.Office {
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "the numbers of another office")
	}
	out := &lobbyOutput{CacheControl: "no-store"}
	if !b.hub.do(func() { out.Body = b.hub.lobby(in.Office) }) {
		return nil, b.failed("lobby", errStopped)
	}
	return out, nil
}
