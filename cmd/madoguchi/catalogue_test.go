package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// rulesOf asks a service for its rule version and the length of a consultation.
func rulesOf(t *testing.T, at string) (rules, minutes int) {
	t.Helper()
	var body struct {
		Rules    int
		Services []struct {
			ID      string
			Minutes int
		}
	}
	if err := json.Unmarshal(fetched(t, at+"/v1/services"), &body); err != nil {
		t.Fatal(err)
	}
	for _, s := range body.Services {
		if s.ID == "medical" {
			minutes = s.Minutes
		}
	}
	return body.Rules, minutes
}

func fetched(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}
	return body
}

func becomes(t *testing.T, what string, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%s: not within 20 s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
	return time.Since(began)
}

// One service and the command line beside it: files are read again on SIGHUP and when they change, wrong ones are not
// taken, and a suspension reaches the public page within a second.
func TestTheCatalogueChangesWithoutARestart(t *testing.T) {
	file, _ := serveConfig(t, realRedis(t))
	config, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(config), "directory: ")
	folder, _, _ := strings.Cut(rest, "\n")
	service := launch(t, nil, "serve", "--config", file)
	at := listening(t, service)
	becomes(t, "the rules are in force", func() bool { rules, _ := rulesOf(t, at); return rules == 1 })

	services := filepath.Join(folder, "services.yaml")
	original, err := os.ReadFile(services)
	if err != nil {
		t.Fatal(err)
	}
	write := func(old, new string) {
		t.Helper()
		if err := os.WriteFile(services, []byte(strings.Replace(string(original), old, new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("minutes: 20", "minutes: 25")
	if err := service.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	becomes(t, "the new length is in force after SIGHUP", func() bool { _, m := rulesOf(t, at); return m == 25 })

	write("minutes: 20", "minutes: twenty")
	becomes(t, "the log tells what is wrong", func() bool { return strings.Contains(service.logged(), "must be a whole number") })
	if rules, minutes := rulesOf(t, at); rules != 2 || minutes != 25 {
		t.Errorf("wrong files came into force: version %d, %d minutes", rules, minutes)
	}
	out, _, code := output(t, nil, "catalogue", "check", folder)
	if code != exitFailed || !strings.Contains(out, "services.yaml:") || !strings.Contains(out, "whole number") {
		t.Errorf("check ends with %d and says\n%s", code, out)
	}

	write("minutes: 20", "minutes: 30")
	took := becomes(t, "the new length is in force after the file changed", func() bool { _, m := rulesOf(t, at); return m == 30 })
	t.Logf("a changed file was in force %v after it was written", took)

	id, log, code := output(t, nil, "catalogue", "suspend", "--config", file, "--service", "medical", "--office", "okuse", "--reason", "汐待市から 連絡があったため")
	if code != 0 || strings.TrimSpace(id) != "okuse.medical._" {
		t.Fatalf("suspend ends with %d: %q\n%s", code, id, log)
	}
	took = becomes(t, "the page says so", func() bool {
		return strings.Contains(string(fetched(t, at+"/offices/okuse?lang=en")), "Suspended for now")
	})
	t.Logf("the public page followed %v after the command had ended", took)
	if took > time.Second {
		t.Errorf("the page followed only after %v", took)
	}
	if strings.Contains(string(fetched(t, at+"/offices/misakiguchi?lang=en")), "Suspended for now") {
		t.Error("another office is suspended as well")
	}
	if _, _, code := output(t, nil, "catalogue", "resume", "--config", file, "--id", "okuse.medical._", "--reason", "再開"); code != 0 {
		t.Errorf("resume ends with %d", code)
	}
	becomes(t, "it is given again", func() bool {
		return !strings.Contains(string(fetched(t, at+"/offices/okuse?lang=en")), "Suspended for now")
	})
	if code, _ := service.terminate(); code != 0 {
		t.Errorf("ended with code %d\n%s", code, service.logged())
	}
}
