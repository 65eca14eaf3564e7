package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrMissing says that there is no redis-server to start.
var ErrMissing = errors.New("redis-server is not installed: apt-get install redis-server")

// within bounds how long anything here takes to come up.
const within = 30 * time.Second

// lookEvery is how often something is looked at that comes up.
const lookEvery = 10 * time.Millisecond

// errPortTaken says that a server ended at once, most likely because another program was quicker to take its port.
var errPortTaken = errors.New("redis-server ended at once")

// Node is one redis-server or Sentinel, a process of its own. Its methods are for one goroutine at a time.
type Node struct {
	Host, Port string

	path string
	args []string
	dir  string
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
}

// Start starts one server on a free port that keeps nothing unless args say otherwise ("--appendonly", "yes").
func Start(ctx context.Context, args ...string) (*Node, error) {
	return start(ctx, "127.0.0.1", args...)
}

// start tries a few ports: one is found by binding and letting go, so another program may take it in between.
func start(ctx context.Context, host string, args ...string) (n *Node, err error) {
	for range 5 {
		if n, err = prepare(host, args...); err != nil {
			return nil, err
		}
		err = errors.Join(n.launch(), n.answers(ctx))
		if err == nil {
			return n, nil
		}
		if err = errors.Join(err, n.Stop()); !errors.Is(err, errPortTaken) {
			return nil, err
		}
	}
	return nil, err
}

// prepare makes a node that has a port and a folder, and is not running.
func prepare(host string, args ...string) (*Node, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, ErrMissing
	}
	port, err := freePort(host)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "madoguchi-redis-")
	if err != nil {
		return nil, err
	}
	common := []string{
		"--port", port, "--bind", host, "--bind-source-addr", host, "--protected-mode", "no", "--dir", dir, "--save", "", "--appendonly", "no",
		"--logfile", filepath.Join(dir, "log"), "--repl-diskless-sync-delay", "0",
	}
	return &Node{Host: host, Port: port, path: path, args: append(common, args...), dir: dir}, nil
}

func freePort(host string) (string, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// Addr is where it listens.
func (n *Node) Addr() string { return net.JoinHostPort(n.Host, n.Port) }

// launch starts the process.
func (n *Node) launch() error {
	cmd := exec.Command(n.path, n.args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C of whoever measures is not for the servers
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	gone := make(chan struct{})
	go func() { // ends with the process, which Kill and Stop end and wait for
		_ = cmd.Wait()
		close(gone)
	}()
	n.cmd, n.gone = cmd, gone
	return nil
}

// answers waits until it can be spoken to.
func (n *Node) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := n.Client()
	defer func() { _ = c.Close() }()
	for {
		err := c.Ping(ctx).Err()
		if err == nil || strings.HasPrefix(err.Error(), "LOADING") {
			return nil
		}
		select {
		case <-n.gone:
			return fmt.Errorf("%w: %s", errPortTaken, n.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("redis-server at %s does not answer: %w", n.Addr(), err)
		case <-time.After(lookEvery):
		}
	}
}

// Client speaks with this node alone; the caller closes it.
func (n *Node) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: n.Addr(), MaxRetries: -1, DialTimeout: time.Second, ReadTimeout: 2 * time.Second})
}

// Log is everything it has written to its log.
func (n *Node) Log() string {
	text, err := os.ReadFile(filepath.Join(n.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (n *Node) lastWords() string {
	lines := strings.Split(strings.TrimSpace(n.Log()), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "; ")
}

// Kill ends it without a word (SIGKILL) and waits until it is gone. What it has written down stays.
func (n *Node) Kill() {
	if n.cmd == nil {
		return
	}
	_ = n.cmd.Process.Kill() // it may have ended
	<-n.gone
	n.cmd = nil
}

// Freeze stops it in the middle of whatever it does (SIGSTOP): its connections stay open and nothing is answered.
func (n *Node) Freeze() error { return n.signal(syscall.SIGSTOP) }

// Thaw lets it go on as if nothing had happened (SIGCONT).
func (n *Node) Thaw() error { return n.signal(syscall.SIGCONT) }

func (n *Node) signal(s syscall.Signal) error {
	if n.cmd == nil {
		return fmt.Errorf("redis-server at %s is not running", n.Addr())
	}
	return n.cmd.Process.Signal(s)
}

// Restart starts it again after Kill, at the same address and in the same folder.
func (n *Node) Restart(ctx context.Context) error {
	if err := n.launch(); err != nil {
		return err
	}
	return n.answers(ctx)
}

// Stop ends it and removes its folder.
func (n *Node) Stop() error {
	n.Kill()
	return os.RemoveAll(n.dir)
}

// stopAll stops every node there is.
func stopAll(nodes ...*Node) error {
	var errs []error
	for _, n := range nodes {
		if n != nil {
			errs = append(errs, n.Stop())
		}
	}
	return errors.Join(errs...)
}

// until looks again and again until ok, and says what did not come about.
func until(ctx context.Context, what string, ok func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		done, err := ok(ctx)
		if err == nil && done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, errors.Join(ctx.Err(), err))
		case <-time.After(lookEvery):
		}
	}
}

// address gives the n-th node's host: all on one, or each on its own.
func address(spread bool, n int) string {
	if !spread {
		return "127.0.0.1"
	}
	return fmt.Sprintf("127.0.0.%d", 2+n)
}
