package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTheReplicaTakesOverAndTheLostOneComesBack(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	in, commands := io.Pipe()
	answers, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { // ends when commands does
		ended <- run(ctx, in, out)
		_ = out.Close()
	}()
	lines := bufio.NewScanner(answers)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "redis") {
		t.Fatalf("said %q, %v", lines.Text(), lines.Err())
	}
	for _, row := range [][2]string{
		{"heal", "error nothing is cut"}, {"return", "error nothing is killed"}, {"dance", `error there is no command "dance"`},
		{"cut", "ok"}, {"kill", "ok"}, {"heal", "ok"}, {"return", "ok"}, {"empty", "ok"},
	} {
		if _, err := io.WriteString(commands, row[0]+"\n"); err != nil {
			t.Fatal(err)
		}
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), row[1]) {
			t.Fatalf("%s: said %q, want %s", row[0], lines.Text(), row[1])
		}
	}
	if err := commands.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
