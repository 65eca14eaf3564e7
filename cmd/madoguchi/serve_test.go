package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy"
	"madoguchi/signaling/access"
)

// sampleFolder writes the sample directory to disk, where serve reads it.
func sampleFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, deploy.Sample()); err != nil {
		t.Fatal(err)
	}
	return folder
}

// serveConfig is a configuration file for a service on free ports, and the folder of its keys.
func serveConfig(t *testing.T, redis RedisURL) (file, keys string) {
	t.Helper()
	keys = filepath.Join(t.TempDir(), "keys")
	return writeFile(t, "madoguchi.yaml", fmt.Sprintf(
		"listen: 127.0.0.1:0\nmedia: 127.0.0.1:0\npublic-url: https://madoguchi.example.jp\nbehind-proxy: true\nredis: %s\ndirectory: %s\nkeys: %s\nlog-format: json\n",
		redis, sampleFolder(t), keys)), keys
}

// listening is the address a service says it listens on.
func listening(t *testing.T, service *process) string {
	t.Helper()
	for _, line := range service.untilReady() {
		if address, ok := strings.CutPrefix(line, "listening on "); ok {
			return "http://" + address
		}
	}
	t.Fatal("does not say where it listens")
	return ""
}

func TestServeWithoutRedisSaysSoAndEnds(t *testing.T) {
	file, _ := serveConfig(t, RedisURL("redis://:hunter2@127.0.0.1:"+freePort(t)+"/0"))
	begin := time.Now()
	_, log, code := output(t, nil, "serve", "--config", file)
	if code != exitFailed {
		t.Errorf("ended with code %d", code)
	}
	if !strings.Contains(log, "madoguchi: redis: ") || !strings.Contains(log, "cannot be reached") || !strings.Contains(log, "start it or correct the redis setting") {
		t.Errorf("said:\n%s", log)
	}
	if strings.Contains(log, "hunter2") {
		t.Errorf("tells the password:\n%s", log)
	}
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("took %s to say so", took)
	}
}

func TestServeWithAWrongConfigurationNamesEveryField(t *testing.T) {
	_, log, code := output(t, nil, "serve", "--listen", "nonsense")
	if code != exitUsage {
		t.Errorf("ended with code %d", code)
	}
	for _, field := range []string{"listen", "public-url", "tls-cert", "redis", "directory", "keys"} {
		if !strings.Contains(log, "madoguchi: "+field+": ") {
			t.Errorf("%s is not named in:\n%s", field, log)
		}
	}
}

func TestServeWithABrokenDirectoryNamesFileAndLine(t *testing.T) {
	folder := sampleFolder(t)
	var spoiled string
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && spoiled == "" && filepath.Ext(name) == ".yaml" {
			spoiled = name
		}
		return err
	})
	if err != nil || spoiled == "" {
		t.Fatal(err, spoiled)
	}
	file := filepath.Join(folder, spoiled)
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(content, "\nno-such-key: 1\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, log, code := output(t, nil, "serve", "--public-url", "https://madoguchi.example.jp", "--behind-proxy",
		"--redis", "redis://127.0.0.1:1/0", "--directory", folder, "--keys", t.TempDir())
	if code != exitUsage || !regexp.MustCompile(`directory: .*`+regexp.QuoteMeta(filepath.Base(spoiled))+`:\d+`).MatchString(log) {
		t.Errorf("code %d, said:\n%s", code, log)
	}
}

// deviceKey is the public half of a key as a booth's browser makes one: the example of RFC 7517, appendix A.1.
const deviceKey = `{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`

func TestAServiceSignsASeatInByACodeOnce(t *testing.T) {
	file, _ := serveConfig(t, realRedis(t))
	service := launch(t, nil, "serve", "--config", file)
	at := listening(t, service)

	code, _, exit := output(t, nil, "enroll", "--config", file, "--seat", "booth:shiomachihama-1")
	code = strings.TrimSpace(code)
	if exit != 0 || code == "" {
		t.Fatalf("code %q, exit %d", code, exit)
	}
	for _, row := range []struct {
		situation, body string
		status          int
	}{
		{"without a code", `{"seat":"booth:shiomachihama-1","key":` + deviceKey + `}`, 0},
		{"without a key", fmt.Sprintf(`{"seat":"booth:shiomachihama-1","code":%q}`, code), 0},
		{"a person, by a code alone", fmt.Sprintf(`{"seat":"desk:morita","code":%q}`, code), 0},
		{"with the code of another seat", fmt.Sprintf(`{"seat":"booth:shiomachihama-2","code":%q,"key":`+deviceKey+`}`, code), 0},
		{"with the code", fmt.Sprintf(`{"seat":"booth:shiomachihama-1","code":%q,"key":`+deviceKey+`}`, code), http.StatusOK},
		{"with the code a second time", fmt.Sprintf(`{"seat":"booth:shiomachihama-1","code":%q,"key":`+deviceKey+`}`, code), 0},
	} {
		t.Run(row.situation, func(t *testing.T) {
			response, err := http.Post(at+"/v1/sign-in", "application/json", strings.NewReader(row.body))
			if err != nil {
				t.Fatal(err)
			}
			defer http.DefaultClient.CloseIdleConnections()
			defer response.Body.Close()
			if row.status == http.StatusOK != (response.StatusCode < 300) || response.StatusCode >= 500 {
				t.Errorf("status %d", response.StatusCode)
			}
		})
	}
	if exit, _ := service.terminate(); exit != 0 {
		t.Errorf("ended with code %d", exit)
	}
	if strings.Contains(service.logged(), code) {
		t.Error("the code is in the log")
	}
}

func TestAServiceRefusesTokensForMeasuring(t *testing.T) {
	file, keyFolder := serveConfig(t, realRedis(t))
	service := launch(t, nil, "serve", "--config", file)
	at := listening(t, service)

	// Somebody who got hold of the keys can sign such a token; the service must not honour it.
	keys, err := access.LoadOrCreate(keyFolder)
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := access.NewIssuer(keys, time.Now).Room(access.Room{
		Participant: "rig", Room: "rig", Grants: access.Grants{access.Publish, access.Bench},
	}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	for path, refusals := range map[string][]int{
		"/whip/rig":  {http.StatusForbidden, http.StatusUnauthorized},
		"/bench/rig": {http.StatusNotFound}, // there is no such address in service
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+path, strings.NewReader(whipOffer(t)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/sdp")
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if !slices.Contains(refusals, response.StatusCode) {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
}

func TestTheKeysOfAServiceMintNoRoomTokensByHand(t *testing.T) {
	for _, way := range []struct {
		name string
		env  string
		args []string
	}{
		{"by flag", "X=", []string{"--keys", t.TempDir()}},
		{"by environment", "MADOGUCHI_KEYS=" + t.TempDir(), nil},
	} {
		t.Run(way.name, func(t *testing.T) {
			out, log, code := output(t, []string{home(t), way.env}, append([]string{"token", "--room", "r", "--participant", "p", "--publish"}, way.args...)...)
			if code != exitUsage || out != "" || !strings.Contains(log, "room tokens of a service are only for a logged administrator") {
				t.Errorf("code %d, printed %q, said:\n%s", code, out, log)
			}
		})
	}
}

func TestServeRefusesTheKeysOfTheDemo(t *testing.T) {
	env := []string{home(t)}
	if _, log, code := output(t, env, "token", "--room", "r", "--participant", "p", "--publish"); code != 0 {
		t.Fatalf("code %d:\n%s", code, log)
	}
	cache, _ := strings.CutPrefix(env[0], "XDG_CACHE_HOME=")
	_, log, code := output(t, nil, "serve", "--public-url", "https://madoguchi.example.jp", "--behind-proxy",
		"--redis", "redis://127.0.0.1:1/0", "--directory", sampleFolder(t), "--keys", filepath.Join(cache, "madoguchi", "demo", "keys"))
	if code != exitUsage || !strings.Contains(log, "madoguchi: keys: ") || !strings.Contains(log, "belong to the demo") {
		t.Errorf("code %d, said:\n%s", code, log)
	}
}

func TestATokenThatAllowsNothingOrTooMuchIsRefused(t *testing.T) {
	for _, row := range []struct {
		situation string
		args      []string
		want      string
	}{
		{"no grant", []string{"--room", "r", "--participant", "p"}, "publish: the token would allow nothing"},
		{"a room that is no path", []string{"--room", "a/b", "--participant", "p", "--publish"}, `room: "a/b" has '/' in it`},
		{"a life of a year", []string{"--room", "r", "--participant", "p", "--publish", "--ttl", "8760h"}, "ttl: "},
		{"no room", []string{"--participant", "p", "--publish"}, "--room"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			out, log, code := output(t, []string{home(t)}, append([]string{"token"}, row.args...)...)
			if code != exitUsage || out != "" || !strings.Contains(log, row.want) {
				t.Errorf("code %d, printed %q, said:\n%s", code, out, log)
			}
		})
	}
}

func TestEnrollRefusesASeatThatDoesNotExist(t *testing.T) {
	for _, seat := range []string{"booth:nowhere", "desk:nobody", "counter:", "shiomachihama-1", "admin:two words", "assistant:nobody"} {
		t.Run(seat, func(t *testing.T) {
			out, log, code := output(t, nil, "enroll", "--seat", seat, "--directory", sampleFolder(t), "--redis", "redis://127.0.0.1:1/0")
			if code != exitUsage || out != "" || !strings.Contains(log, "madoguchi: seat: ") {
				t.Errorf("code %d, printed %q, said:\n%s", code, out, log)
			}
		})
	}
}

func TestVersionIsPrinted(t *testing.T) {
	out, _, code := output(t, nil, "version")
	if code != 0 || out != "madoguchi "+version+"\n" {
		t.Errorf("code %d, printed %q", code, out)
	}
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	first := launch(t, []string{home(t)}, anyPort...)
	_, port, _ := strings.Cut(strings.TrimPrefix(base(t, first.untilReady()), "http://"), ":")
	_, log, code := output(t, []string{home(t)}, "demo", "--listen", "127.0.0.1:"+port, "--media", "127.0.0.1:0")
	if code == 0 || !strings.Contains(log, "madoguchi: listen: cannot listen on 127.0.0.1:"+port) {
		t.Errorf("code %d, said:\n%s", code, log)
	}
}
