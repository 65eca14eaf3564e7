package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary run as the program itself, so that tests start the real thing as a process of its
// own: main, signals and exit codes included, with the race detector when the tests have it.
const asProgram = "MADOGUCHI_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// startLimit is generous: two cores may be busy with other tests.
const startLimit = 30 * time.Second

// process is a running madoguchi.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // of standard output; closed at its end
	ended chan struct{}
	err   error // of Wait, after ended

	mu  sync.Mutex
	log bytes.Buffer
}

// home gives every test a cache directory of its own, where the demo keeps its keys.
func home(t *testing.T) string {
	t.Helper()
	return "XDG_CACHE_HOME=" + t.TempDir()
}

func program(ctx context.Context, t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), append(env, asProgram+"=1")...)
	return cmd
}

// launch starts madoguchi; it is killed when the test ends, if it still runs.
func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: program(t.Context(), t, env, args...), lines: make(chan string, 256), ended: make(chan struct{})}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		p.read(out)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		// Killing a process that has ended is the usual case and no error.
		_ = p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("its log:\n%s", p.logged())
		}
	})
	return p
}

func (p *process) read(out io.Reader) {
	defer close(p.lines)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		p.lines <- scanner.Text()
	}
}

// Write takes the process's standard error.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// untilReady returns the lines printed before "ready".
func (p *process) untilReady() []string {
	p.t.Helper()
	var lines []string
	limit := time.After(startLimit)
	for {
		select {
		case line, more := <-p.lines:
			if !more {
				p.t.Fatalf("ended before it was ready, after %q", lines)
			}
			if line == "ready" {
				return lines
			}
			lines = append(lines, line)
		case <-limit:
			p.t.Fatalf("not ready within %s, after %q", startLimit, lines)
		}
	}
}

// terminate sends SIGTERM and returns the exit code and how long the end took.
func (p *process) terminate() (int, time.Duration) {
	p.t.Helper()
	begin := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	return p.wait(), time.Since(begin)
}

// wait returns the exit code once the process has ended.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(startLimit):
		p.t.Fatal("does not end")
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return exit.ExitCode()
	}
	if p.err != nil {
		p.t.Fatal(p.err)
	}
	return 0
}

// output runs a command that ends by itself: the longest, forty whole visits, after most of a minute under -race.
func output(t *testing.T, env []string, args ...string) (out, log string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*startLimit)
	defer cancel()
	cmd := program(ctx, t, env, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second // a child of its own that is left over holds them open
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// linkTo finds the link of a kind among the lines printed on start.
func linkTo(t *testing.T, lines []string, kind string) string {
	t.Helper()
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) > 1 && fields[0] == kind {
			return fields[len(fields)-1]
		}
	}
	t.Fatalf("no link for %s in %q", kind, lines)
	return ""
}
