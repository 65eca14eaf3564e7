package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/servers"
)

// seatOf signs a demo's seat in, and asks in its name.
type seatOf struct {
	t         *testing.T
	at, token string
}

func signedIn(t *testing.T, at, seat string) seatOf {
	t.Helper()
	s := seatOf{t: t, at: at}
	answer := s.ask("POST", "/v1/sign-in", fmt.Sprintf(`{"seat":%q}`, seat), http.StatusOK)
	s.token, _ = answer["token"].(string)
	if s.token == "" {
		t.Fatalf("no token in %v", answer)
	}
	return s
}

// ask fails the test unless the answer has one of the statuses.
func (s seatOf) ask(method, path, body string, statuses ...int) map[string]any {
	s.t.Helper()
	status, answer := s.try(method, path, body)
	for _, ok := range statuses {
		if status == ok {
			return answer
		}
	}
	s.t.Fatalf("%s %s: status %d: %v", method, path, status, answer)
	return nil
}

func (s seatOf) try(method, path, body string) (int, map[string]any) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.at+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	request.Header.Set("Idempotency-Key", "one wish")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	answer := map[string]any{}
	if err := json.Unmarshal(text, &answer); err != nil {
		s.t.Fatalf("%s %s: %s", method, path, text)
	}
	return response.StatusCode, answer
}

// books books the first free time of the coming days, and gives the appointment.
func (s seatOf) books() map[string]any {
	s.t.Helper()
	const legs = "leg=card%40shimin"
	for n := 1; n < 14; n++ {
		day := time.Now().AddDate(0, 0, n).Format(time.DateOnly)
		times := s.ask("GET", "/v1/offices/shiomachihama/times?date="+day+"&"+legs, "", 200)
		list, _ := times["times"].([]any)
		for _, one := range list {
			row, _ := one.(map[string]any)
			if free, _ := row["free"].(bool); !free {
				continue
			}
			hold := s.ask("POST", "/v1/holds", fmt.Sprintf(`{"office":"shiomachihama","start":%q,"legs":[{"service":"card","pool":"shimin"}]}`, row["start"]), 201)
			return s.ask("POST", fmt.Sprintf("/v1/holds/%s/confirm", hold["id"]), `{"resident":{"kana":"ミナミ フサエ","phone":"0999-00-1456"}}`, 200)
		}
	}
	s.t.Fatal("no free time in two weeks")
	return nil
}

// What was confirmed survives that the broker is killed and Redis loses everything, both at once.
func TestABookingOutlivesAKilledBrokerAndAnEmptyRedis(t *testing.T) {
	redis, err := servers.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := redis.Stop(); err != nil {
			t.Error(err)
		}
	})
	env := []string{home(t)}
	start := func() (*process, seatOf) {
		p := launch(t, env, "demo", "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0", "--redis", "redis://"+redis.Addr()+"/0")
		link := linkTo(t, p.untilReady(), "counter")
		return p, signedIn(t, link[:strings.Index(link, "/counter/")], "counter:shiomachihama")
	}
	broker, counter := start()
	booked := counter.books()
	if err := broker.cmd.Process.Kill(); err != nil { // SIGKILL: nothing is written down any more
		t.Fatal(err)
	}
	<-broker.ended
	redis.Kill()
	if err := redis.Restart(t.Context()); err != nil { // without a file: it comes up empty
		t.Fatal(err)
	}

	broker, counter = start()
	path := fmt.Sprintf("/v1/appointments/%s", booked["id"])
	for limit := time.After(startLimit); ; {
		status, found := counter.try("GET", path, "")
		if status == 200 {
			if found["state"] != "booked" || found["reception"] != booked["reception"] || found["start"] != booked["start"] {
				t.Errorf("restored %v, want %v", found, booked)
			}
			break
		}
		select {
		case <-limit:
			t.Fatalf("not restored: %d %v", status, found)
		case <-time.After(20 * time.Millisecond): // as a clerk reads the day again
		}
	}
	if exit, _ := broker.terminate(); exit != 0 {
		t.Errorf("ended with code %d", exit)
	}
	if !strings.Contains(broker.logged(), "redis had lost appointments") {
		t.Error("the log does not tell")
	}
	absentFrom(t, filepath.Join(strings.TrimPrefix(env[0], "XDG_CACHE_HOME="), "madoguchi", "demo"), "ミナミ", "0999001456", fmt.Sprint(booked["reception"]))
}

// absentFrom fails the test where a file below a folder holds one of the words.
func absentFrom(t *testing.T, folder string, words ...string) {
	t.Helper()
	journals, err := filepath.Glob(filepath.Join(folder, "journal-*", "*.journal"))
	if err != nil || len(journals) == 0 {
		t.Fatalf("no journal in %s: %v", folder, err)
	}
	for _, name := range journals {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if strings.Contains(string(text), word) {
				t.Errorf("%s holds %q", name, word)
			}
		}
	}
}

func TestAServiceSaysWhatItsRedisLacks(t *testing.T) {
	onDisk := fine
	if version, err := exec.Command("redis-server", "--version").Output(); err != nil || olderThan72(string(version)) {
		onDisk = "it has no WAITAOF"
	}
	for _, row := range []struct {
		situation string
		redis     []string
		config    string
		want      string
	}{
		{"it keeps nothing", nil, "", "appendonly is off"},
		{"it writes every second", []string{"--appendonly", "yes", "--appendfsync", "everysec"}, "", "appendfsync is everysec"},
		{"it writes before it answers", []string{"--appendonly", "yes", "--appendfsync", "always"}, "", fine},
		{"it is to say what is on disk", []string{"--appendonly", "yes", "--appendfsync", "everysec"}, "redis-wait-disk: true\n", onDisk},
		{"a replica is missing", []string{"--appendonly", "yes"}, "redis-replicas: 1\n", "0 replicas of 1"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			redis, err := servers.Start(t.Context(), row.redis...)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := redis.Stop(); err != nil {
					t.Error(err)
				}
			})
			file, _ := serveConfig(t, RedisURL("redis://"+redis.Addr()+"/0"))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			file = writeFile(t, "with.yaml", string(text)+row.config)
			service := launch(t, nil, "serve", "--config", file, "--journal", t.TempDir())
			at := listening(t, service)
			var state readiness
			if _, body := get(t, at+"/readyz"); json.Unmarshal([]byte(body), &state) != nil || !state.Ready || !strings.HasPrefix(state.Durable, row.want) {
				t.Errorf("readyz: %s", body)
			}
			if exit, _ := service.terminate(); exit != 0 {
				t.Errorf("ended with code %d", exit)
			}
			if warned := strings.Contains(service.logged(), "redis does not keep what people are told"); warned != (row.want != fine) {
				t.Errorf("warned: %v", warned)
			}
		})
	}
}

// olderThan72 reads "Redis server v=7.0.15 sha=…".
func olderThan72(version string) bool {
	var major, minor int
	_, number, _ := strings.Cut(version, "v=")
	_, err := fmt.Sscanf(number, "%d.%d", &major, &minor)
	return err != nil || major < 7 || major == 7 && minor < 2
}
