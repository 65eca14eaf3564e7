package loadtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Own is a demo that the driver has started for itself, with one processor of the machine to itself. Without a second one
// the two share it.
type Own struct {
	URL string
	PID int

	child  *exec.Cmd
	output sync.WaitGroup
	share  *quota
}

const (
	ownStarts = 30 * time.Second // how long it may take to be ready
	ownStops  = 15 * time.Second
)

// StartOwn starts a demo on free ports on processor 0 and moves the driver to the others. A share below 1 lets it have only
// that part of its processor, so that it is full long before the driver is.
func StartOwn(ctx context.Context, share float64, logTo io.Writer) (*Own, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o := &Own{child: exec.Command(program, "demo", "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0", "--log-level", "warn")}
	o.child.Env = append(os.Environ(), "GOMAXPROCS=1")
	o.child.Stderr = logTo
	out, err := o.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := startApart(o.child); err != nil {
		return nil, fmt.Errorf("start a demo: %w", err)
	}
	o.PID = o.child.Process.Pid
	if share < 1 {
		if o.share, err = limitTo(o.PID, share); err != nil {
			return nil, errors.Join(err, o.Stop())
		}
	}
	if o.URL, err = o.awaitReady(ctx, out); err != nil {
		return nil, errors.Join(fmt.Errorf("start a demo: %w", err), o.Stop())
	}
	return o, nil
}

// startApart starts a server apart from the driver, where there is room for both: it has a processor to itself.
func startApart(child *exec.Cmd) error {
	first, rest, ok := halves()
	if !ok {
		return child.Start()
	}
	if err := startOn(child, first); err != nil {
		return err
	}
	return moveTo(rest)
}

// awaitReady reads the links that the demo prints, up to ready, and goes on reading so that it is never held up.
func (o *Own) awaitReady(ctx context.Context, out io.Reader) (string, error) {
	found := make(chan string, 1)
	o.output.Go(func() { // ends with the child's output
		defer close(found)
		lines := bufio.NewScanner(out)
		at := ""
		for lines.Scan() {
			if fields := strings.Fields(lines.Text()); len(fields) > 0 {
				if u, err := url.Parse(fields[len(fields)-1]); err == nil && u.Host != "" {
					at = u.Scheme + "://" + u.Host
				}
				if fields[0] == "ready" {
					found <- at
				}
			}
		}
	})
	select {
	case at, ok := <-found:
		if !ok || at == "" {
			return "", errors.New("it ended, or printed no link")
		}
		return at, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-time.After(ownStarts):
		return "", errors.New("it was not ready in time")
	}
}

// Stop ends the demo and waits for it.
func (o *Own) Stop() error {
	_ = o.child.Process.Signal(syscall.SIGTERM) // it may have ended
	late := time.AfterFunc(ownStops, func() { _ = o.child.Process.Kill() })
	defer late.Stop()
	o.output.Wait()
	err := o.child.Wait()
	if o.share != nil {
		err = errors.Join(err, o.share.end())
	}
	return err
}

// quota is a control group that limits processor time.
type quota struct{ folder string }

// period is over which a share is given out: short, so that what waits for its turn waits for milliseconds.
const period = 10_000 // µs

// limitTo gives a process only a share of one processor, in a control group of either version. It needs to be root.
func limitTo(pid int, share float64) (*quota, error) {
	name := "madoguchi-loadtest-" + strconv.Itoa(pid)
	first, second := filepath.Join("/sys/fs/cgroup/cpu", name), filepath.Join("/sys/fs/cgroup", name)
	amount := strconv.Itoa(int(share * period))
	settings := map[string]string{"cpu.cfs_period_us": strconv.Itoa(period), "cpu.cfs_quota_us": amount}
	q := &quota{first}
	if _, err := os.Stat("/sys/fs/cgroup/cpu"); err != nil {
		q.folder, settings = second, map[string]string{"cpu.max": amount + " " + strconv.Itoa(period)}
	}
	if err := os.Mkdir(q.folder, 0o755); err != nil {
		return nil, fmt.Errorf("limit the server to a share of its processor: %w", err)
	}
	for file, value := range settings {
		if err := os.WriteFile(filepath.Join(q.folder, file), []byte(value), 0o644); err != nil {
			return nil, errors.Join(fmt.Errorf("limit the server to a share of its processor: %w", err), q.end())
		}
	}
	if err := os.WriteFile(filepath.Join(q.folder, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("limit the server to a share of its processor: %w", err), q.end())
	}
	return q, nil
}

func (q *quota) end() error { return os.Remove(q.folder) }
