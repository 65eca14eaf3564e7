package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"madoguchi/booking/redisstore/servers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "redislab:", err)
		os.Exit(1)
	}
}

// run serves commands until there are no more.
func run(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	s, err := servers.StartSentinel(ctx, servers.SentinelOptions{})
	if err != nil {
		return err
	}
	l := &lab{service: s}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := s.AwaitWhole(ctx); err != nil {
		return err
	}
	fmt.Fprintln(out, s.URL())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		if err := l.do(ctx, lines.Text()); err != nil {
			fmt.Fprintln(out, "error", err)
			continue
		}
		fmt.Fprintln(out, "ok")
	}
	return nil
}

// lab is the service and what has been done to it.
type lab struct {
	service     *servers.Sentinel
	cut, killed *servers.Node // nil where none is
}

func (l *lab) do(ctx context.Context, command string) error {
	switch command {
	case "cut":
		return l.cutReplica(ctx)
	case "kill":
		return l.killPrimary(ctx)
	case "heal":
		return l.heal(ctx)
	case "return":
		return l.comeBack(ctx)
	case "empty":
		return l.empty(ctx)
	default:
		return fmt.Errorf("there is no command %q; want cut, kill, heal, return or empty", command)
	}
}

// roles tells the primary from the other one, as the Sentinels see it.
func (l *lab) roles(ctx context.Context) (primary, replica *servers.Node, err error) {
	primary, err = l.service.Primary(ctx)
	for _, n := range l.service.Nodes {
		if n != primary {
			replica = n
		}
	}
	return primary, replica, err
}

func (l *lab) cutReplica(ctx context.Context) error {
	_, replica, err := l.roles(ctx)
	if err != nil {
		return err
	}
	l.cut = replica
	return replica.Freeze()
}

func (l *lab) killPrimary(ctx context.Context) error {
	primary, _, err := l.roles(ctx)
	if err != nil {
		return err
	}
	primary.Kill()
	l.killed = primary
	return nil
}

func (l *lab) heal(ctx context.Context) error {
	if l.cut == nil {
		return errors.New("nothing is cut")
	}
	err := l.cut.Thaw()
	l.cut = nil
	if err == nil && l.killed != nil {
		err = l.service.AwaitReplaced(ctx, l.killed)
	}
	return err
}

func (l *lab) comeBack(ctx context.Context) error {
	if l.killed == nil {
		return errors.New("nothing is killed")
	}
	err := l.killed.Restart(ctx)
	l.killed = nil
	if err != nil {
		return err
	}
	return l.service.AwaitWhole(ctx)
}

func (l *lab) empty(ctx context.Context) error {
	primary, _, err := l.roles(ctx)
	if err != nil {
		return err
	}
	c := primary.Client()
	defer func() { _ = c.Close() }()
	return c.FlushAll(ctx).Err()
}

func (l *lab) close() error {
	if l.cut != nil {
		_ = l.cut.Thaw() // it is ended in any case
	}
	return l.service.Stop()
}
