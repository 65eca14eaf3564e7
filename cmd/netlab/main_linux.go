package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"madoguchi/cmd/netlab/lab"
)

// commandLine is what can be typed after netlab.
type commandLine struct {
	Name string `required:"" help:"Begins the names of the two namespaces: NAME-near and NAME-far."`
	Line string `help:"How the line is at first, both ways: delay=20ms jitter=5ms loss=2% rate=1mbit queue=100ms overtake=yes cut=no."`
}

func main() {
	var c commandLine
	kong.Parse(&c, kong.Name("netlab"), kong.Description("A bad line between two network namespaces, for tests."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, c, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "netlab:", err)
		os.Exit(1)
	}
}

// names are what may begin the name of a namespace: files are made of it.
var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// run is the program without its process: it ends with ctx or the input, and leaves nothing behind.
func run(ctx context.Context, c commandLine, in io.Reader, out io.Writer) (err error) {
	if !names.MatchString(c.Name) {
		return fmt.Errorf("--name: %q: want up to 31 of a-z, 0-9 and -, beginning with a letter", c.Name)
	}
	l, err := lab.Open(c.Name)
	if err != nil {
		return err
	}
	defer func() {
		if e := l.Close(); err == nil {
			err = e
		}
	}()
	if err := l.Set(c.Line, l.There, l.Back); err != nil {
		return fmt.Errorf("--line: %w", err)
	}
	if err := json.NewEncoder(out).Encode(map[string]lab.End{"near": l.Near, "far": l.Far}); err != nil {
		return err
	}
	return follow(ctx, l, in, out)
}

// follow carries out one command a line.
func follow(ctx context.Context, l *lab.Lab, in io.Reader, out io.Writer) error {
	commands := make(chan string)
	go func() { // ends with the input, or with the process when a signal came first
		defer close(commands)
		for s := bufio.NewScanner(in); s.Scan(); {
			select {
			case commands <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case command, more := <-commands:
			if !more {
				return nil
			}
			if _, err := fmt.Fprintln(out, obey(l, command)); err != nil {
				return err
			}
		}
	}
}

// obey carries out one command and returns the answer.
func obey(l *lab.Lab, command string) string {
	which, words, _ := strings.Cut(strings.TrimSpace(command), " ")
	ways := map[string][]*lab.Way{"there": {l.There}, "back": {l.Back}, "both": {l.There, l.Back}}[which]
	switch {
	case which == "stats":
		text, err := json.Marshal(map[string]lab.Stats{"there": l.There.Stats(), "back": l.Back.Stats()})
		if err != nil {
			return "error: " + err.Error()
		}
		return string(text)
	case ways == nil:
		return fmt.Sprintf("error: %q: want there, back or both with settings, or stats", which)
	}
	if err := l.Set(words, ways...); err != nil {
		return "error: " + err.Error()
	}
	return "ok"
}
