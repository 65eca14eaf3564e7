package booking

import "context"

// Trace is told what a request concerns while it is carried out, for whoever keeps a trail of it: ids, never a name. It has to
// bear being told by several goroutines, and the same several times.
type Trace interface {
	Concerns(id string)  // an appointment, hold or place on the waiting list was read, made or changed
	Shown(ids ...string) // the details of these residents are in the answer
}

type traceKey struct{}

// WithTrace has what is done under ctx told.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// concerns tells the trace of ctx, where there is one.
func concerns(ctx context.Context, id string) {
	if t, traced := ctx.Value(traceKey{}).(Trace); traced {
		t.Concerns(id)
	}
}

func shows(ctx context.Context, ids ...string) {
	if t, traced := ctx.Value(traceKey{}).(Trace); traced && len(ids) > 0 {
		t.Shown(ids...)
	}
}
