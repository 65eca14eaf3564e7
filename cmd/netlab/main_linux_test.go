package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"madoguchi/cmd/netlab/lab"
)

// session runs netlab with what somebody types, and returns its lines.
func session(t *testing.T, line, typed string) []string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	var out bytes.Buffer
	c := commandLine{Name: fmt.Sprintf("netlab-cmd-%d", os.Getpid()), Line: line}
	if err := run(context.Background(), c, strings.NewReader(typed), &out); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

func TestEveryCommandIsAnswered(t *testing.T) {
	answers := session(t, "delay=1ms", "there loss=2%\nboth clear\nback delay=soon\nsideways cut=yes\nstats\n")
	want := []string{`"near":{`, "ok", "ok", `error: delay: "soon": want`, `error: "sideways": want`, `"there":{"packets":`}
	if len(answers) != len(want) {
		t.Fatalf("%d answers: %q", len(answers), answers)
	}
	for i := range want {
		if !strings.Contains(answers[i], want[i]) {
			t.Errorf("answer %d is %q, want %q in it", i, answers[i], want[i])
		}
	}
}

func TestWhatCannotBeANameOrALineIsRefused(t *testing.T) {
	for _, c := range []commandLine{{Name: "../etc"}, {Name: ""}, {Name: "Lab"}} {
		if err := run(context.Background(), c, strings.NewReader(""), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "want") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	var l lab.Lab
	if answer := obey(&l, "  "); !strings.HasPrefix(answer, "error:") {
		t.Errorf("an empty command: %q", answer)
	}
}
