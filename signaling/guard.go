package signaling

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// Guard refuses every operation that the table of roles (access.Table) does not allow to the caller, before its input is
// looked at. Put it into the API before any operation is registered.
func (b *Broker) Guard() func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		kind, act := access.Anybody, ctx.Operation().OperationID
		if seat, ok := seatFrom(ctx.Context()); ok {
			kind = access.KindOf(seat.ID)
		}
		switch {
		case access.May(kind, access.HTTP, act) != access.No:
			next(ctx)
		case kind == access.Anybody:
			ctx.SetHeader("WWW-Authenticate", "Bearer")
			refuseOperation(ctx, http.StatusUnauthorized, "not-signed-in", "send the token of a seat as Authorization: Bearer")
		case !access.Listed(access.HTTP, act):
			refuseOperation(ctx, http.StatusForbidden, "not-yours", act+" is not in the table of roles (signaling/access/table.go), so nobody may")
		default:
			b.log.Info("refused by role", "op", act, "kind", kind)
			refuseOperation(ctx, http.StatusForbidden, "not-yours", "a seat of the kind "+string(kind)+" may not do this")
		}
	}
}

func refuseOperation(ctx huma.Context, status int, slug, detail string) {
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(map[string]any{
		"type": "/problems/" + slug, "title": http.StatusText(status), "status": status, "detail": detail,
	})
}

// allowed refuses a message that the table does not allow to whoever speaks.
func (w identity) allowed(message string) error {
	kind := access.Guest
	if w.seat.ID != "" {
		kind = access.KindOf(w.seat.ID)
	}
	if access.May(kind, access.Socket, message) == access.No {
		return &refusal{protocol.ErrForbidden, "a " + string(kind) + " does not do this"}
	}
	return nil
}
