package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/booking/redisstore/servers"
)

// Way is how a primary is lost.
type Way string

// Ways a primary is lost. In each its line to the replica is cut a moment before.
const (
	Kill  Way = "kill"  // SIGKILL; started again once another has taken over
	Drop  Way = "drop"  // every packet to and from it is silently dropped, until another has taken over
	Split Way = "split" // likewise, but the brokers still reach it, and it answers them
	Stop  Way = "stop"  // SIGSTOP; it goes on where it was once another has taken over
)

// Ways are all of them.
var Ways = []Way{Kill, Drop, Split, Stop}

// brokersHost is where brokers speak from; every node has an address of its own.
const brokersHost = "127.0.0.1"

// redisService is a Redis of several servers that a primary can be taken from.
type redisService interface {
	URL() string
	Stop() error
	AwaitWhole(ctx context.Context) error

	primary(ctx context.Context, area string) (*servers.Node, error)
	replaced(ctx context.Context, area string, old *servers.Node) error
	everybody() []*servers.Node
}

type sentinelService struct{ *servers.Sentinel }

func (s sentinelService) primary(ctx context.Context, _ string) (*servers.Node, error) {
	return s.Primary(ctx)
}

func (s sentinelService) replaced(ctx context.Context, _ string, old *servers.Node) error {
	return s.AwaitReplaced(ctx, old)
}

func (s sentinelService) everybody() []*servers.Node { return append(s.Sentinels[:3:3], s.Nodes...) }

type clusterService struct{ *servers.Cluster }

func (c clusterService) primary(ctx context.Context, area string) (*servers.Node, error) {
	return c.PrimaryOf(ctx, "{"+area+"}:out")
}

func (c clusterService) replaced(ctx context.Context, area string, old *servers.Node) error {
	return c.AwaitReplaced(ctx, "{"+area+"}:out", old)
}

func (c clusterService) everybody() []*servers.Node { return c.Nodes }

// harm takes the primary of an area away and gives it back. lag is how long its line to the others is cut before; it
// tells lost when the primary is gone. It returns once another node has taken over and the old one is back, though
// perhaps not yet in step.
func harm(ctx context.Context, w Way, s redisService, area string, lag time.Duration, lost func()) (old *servers.Node, err error) {
	old, err = s.primary(ctx, area)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, n := range s.everybody() {
		if n != old {
			others = append(others, n.Host)
		}
	}
	front := wall{}
	if err := front.cut(old.Host, others...); err != nil {
		return old, err
	}
	defer func() { err = errors.Join(err, front.open()) }()
	if err := pass(ctx, lag); err != nil {
		return old, err
	}
	lost()
	switch w {
	case Kill:
		old.Kill()
		err = errors.Join(front.open(), s.replaced(ctx, area, old), old.Restart(ctx))
	case Drop:
		err = errors.Join(front.cut(old.Host, append(others, brokersHost)...), s.replaced(ctx, area, old))
	case Split:
		err = errors.Join(s.replaced(ctx, area, old), pass(ctx, lag))
	case Stop:
		err = errors.Join(old.Freeze(), front.open(), s.replaced(ctx, area, old), pass(ctx, lag), old.Thaw())
	default:
		err = fmt.Errorf("there is no way %q to lose a primary", w)
	}
	return old, err
}

// pass lets time pass.
func pass(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
