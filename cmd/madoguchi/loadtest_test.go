package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/cmd/madoguchi/loadtest"
)

func TestLoadIsMeasuredOnARunningDemoByEveryWay(t *testing.T) {
	env := []string{home(t)}
	demo := launch(t, env, append(anyPort, "--log-level", "warn")...)
	at := base(t, demo.untilReady())
	for _, by := range []string{loadtest.ByClient, loadtest.ByWHIP, loadtest.ByConsultation} {
		t.Run(by, func(t *testing.T) {
			reports, printed := measured(t, env, "--server", at, "--by", by, "--pid", strconv.Itoa(demo.cmd.Process.Pid))
			if len(reports) != 1 || reports[0].Subject != "server" || !strings.Contains(printed, "2 rooms of two") {
				t.Fatalf("printed %s, wrote %+v", printed, reports)
			}
			r := reports[0]
			if r.CPUPerMillion <= 0 || r.JoinMs.P50 <= 0 || r.FirstFrameMs.P50 <= 0 || r.Latency.P50 <= 0 {
				t.Errorf("figures are missing: %+v", r)
			}
			if r.Admitted != (by == loadtest.ByConsultation) {
				t.Errorf("admitted: %v", r.Admitted)
			}
		})
	}
}

func TestTheFloorAndTheYardstickNeedNoMoreThanTheServer(t *testing.T) {
	env := []string{home(t)}
	demo := launch(t, env, append(anyPort, "--log-level", "warn")...)
	reports, printed := measured(t, env,
		"--server", base(t, demo.untilReady()), "--direct", "--yardstick", "--pid", strconv.Itoa(demo.cmd.Process.Pid))
	var subjects []string
	for _, r := range reports {
		subjects = append(subjects, r.Subject)
	}
	if strings.Join(subjects, " ") != "yardstick direct server" {
		t.Fatalf("measured %v", subjects)
	}
	if !strings.Contains(printed, "× the yardstick") || !strings.Contains(printed, "on the driver's own") {
		t.Errorf("no comparison in:\n%s", printed)
	}
}

// measured runs a short load of two rooms, in which nothing may be lost.
func measured(t *testing.T, env []string, args ...string) (reports []loadtest.Report, printed string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "reports.json")
	args = append([]string{"loadtest", "media", "--rooms", "2", "--duration", "1s", "--settle", "500ms", "--json", file}, args...)
	printed, complaints, code := output(t, env, args...)
	if code != 0 {
		t.Fatalf("code %d: %s", code, complaints)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written struct{ Reports []loadtest.Report }
	if err := json.Unmarshal(b, &written); err != nil {
		t.Fatal(err)
	}
	for _, r := range written.Reports {
		if r.Rooms != 2 || r.Sent < 2*2*100 || r.Received != r.Sent {
			t.Errorf("%s: %d rooms, %d of %d packets arrived", r.Subject, r.Rooms, r.Received, r.Sent)
		}
	}
	return written.Reports, printed
}

func TestALoadThatMakesNoSenseIsRefusedByName(t *testing.T) {
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"--rooms", "0"}, "rooms: 0 is out of bounds"},
		{[]string{"--video", "1"}, "video-bits"},
		{[]string{"--duration", "1ms"}, "duration"},
		{[]string{"--server", "nowhere"}, "is not a server"},
		{[]string{"--by", "pigeon"}, "by"},
	} {
		_, complaints, code := output(t, []string{home(t)}, append([]string{"loadtest", "media"}, row.args...)...)
		if code == 0 || !strings.Contains(complaints, row.says) {
			t.Errorf("%v: code %d, %s", row.args, code, complaints)
		}
	}
}

func TestALongLoadAndManyShortOnesLeaveTheDemoAsItWas(t *testing.T) {
	env := []string{home(t)}
	demo := launch(t, env, append(anyPort, "--log-level", "warn")...)
	at := base(t, demo.untilReady())
	pid := strconv.Itoa(demo.cmd.Process.Pid)
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"churn", "--rooms", "20", "--beside", "1", "--at-once", "4"}, "20 rooms opened and closed"},
		{[]string{"saturate", "--steps", "1,2", "--duration", "1s", "--settle", "100ms"}, "s/M packets"},
		{[]string{"steady", "--rooms", "1", "--duration", "4s", "--every", "200ms", "--settle", "4s"}, "trend"},
	} {
		printed, complaints, code := output(t, env, append(append([]string{"loadtest"}, row.args...), "--server", at, "--pid", pid)...)
		if !strings.Contains(printed, row.says) {
			t.Errorf("%v: code %d, printed:\n%s%s", row.args, code, printed, complaints)
		}
		// A few seconds on a busy machine say nothing about cost and growth; what rooms own must be back all the same.
		if strings.Contains(complaints, "ledger") || strings.Contains(complaints, "rooms:") {
			t.Errorf("%v: %s", row.args, complaints)
		}
	}
}

func TestWithoutAServerTheDriverStartsItsOwn(t *testing.T) {
	reports, _ := measured(t, []string{home(t)})
	if len(reports) != 1 || reports[0].CPUPerMillion <= 0 || reports[0].RSSPerRoom <= 0 {
		t.Errorf("%+v", reports)
	}
}

func TestBoothsByTheHundredStayAndAreAllBackAfterTheirNodeWasKilled(t *testing.T) {
	redistest.Real(t) // there is a redis-server to start, or it says so
	printed, complaints, code := output(t, []string{home(t)}, "loadtest", "sockets", "--sockets", "500", "--idle", "2s", "--log", "--figures")
	if code != 0 {
		t.Fatalf("code %d: %s%s", code, complaints, printed)
	}
	for _, want := range []string{"500 booths stand", "all back after", "projected from 500 to 24000"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in:\n%s", want, printed)
		}
	}
}

func TestVisitsOfAllSortsLeaveNodeAndRedisAsTheyWere(t *testing.T) {
	redistest.Real(t) // there is a redis-server to start, or it says so
	printed, complaints, code := output(t, []string{home(t)}, "loadtest", "visits", "--visits", "40", "--at-once", "4", "--settle", "20s", "--log")
	for _, want := range []string{"40 visits opened and closed", "8 with a guest", "2 no-show", "keys that stay"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in:\n%s", want, printed)
		}
	}
	// What a busy machine's collector has found of forty visits says nothing; keys and what rooms own must be back all the same.
	for complaint := range strings.Lines(complaints) {
		if !strings.Contains(complaint, "live heap") && !strings.Contains(complaint, "memory, bytes") {
			t.Errorf("code %d: %s", code, complaint)
		}
	}
}
