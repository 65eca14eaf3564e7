package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
)

var quiet = slog.New(slog.DiscardHandler)

// layers puts the real layers around a mux.
func layers(t *testing.T, mux *http.ServeMux, draining bool) *httptest.Server {
	t.Helper()
	handler := inLayers(mux, layerOptions{log: quiet, metrics: newWebMetrics(prometheus.NewRegistry()), draining: func() bool { return draining }})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	// A transport of its own does not undo the compression behind our back.
	response, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func wantProblem(t *testing.T, response *http.Response, body string, status int) {
	t.Helper()
	if response.StatusCode != status || response.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, type %q, want %d and a problem document", response.StatusCode, response.Header.Get("Content-Type"), status)
	}
	var problem struct {
		Type, Title, Detail string
		Status              int
	}
	if err := json.Unmarshal([]byte(body), &problem); err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	if problem.Status != status || problem.Detail == "" || problem.Title != http.StatusText(status) {
		t.Errorf("problem %+v", problem)
	}
}

func TestWhatTheMuxRefusesIsAProblemDocument(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /here", func(http.ResponseWriter, *http.Request) {})
	server := layers(t, mux, false)

	response, body := get(t, server.URL+"/nowhere")
	wantProblem(t, response, body, http.StatusNotFound)

	posted, err := http.Post(server.URL+"/here", "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer posted.Body.Close()
	told, err := io.ReadAll(posted.Body)
	if err != nil {
		t.Fatal(err)
	}
	wantProblem(t, posted, string(told), http.StatusMethodNotAllowed)
	if posted.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow is %q", posted.Header.Get("Allow"))
	}
}

func TestAPanicEndsOneRequestOnly(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	mux.HandleFunc("GET /fine", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := layers(t, mux, false)

	response, body := get(t, server.URL+"/panic")
	wantProblem(t, response, body, http.StatusInternalServerError)
	if strings.Contains(body, "on purpose") {
		t.Error("the cause is told to the outside")
	}
	if response, _ := get(t, server.URL+"/fine"); response.StatusCode != http.StatusNoContent {
		t.Errorf("status %d after a panic elsewhere", response.StatusCode)
	}
}

func TestEveryAnswerHasAnIdAndSafeHeaders(t *testing.T) {
	server := layers(t, http.NewServeMux(), false)
	response, _ := get(t, server.URL+"/")
	for name, want := range map[string]string{
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "no-referrer",
		"Cache-Control":           "no-store",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if id := response.Header.Get("X-Request-Id"); len(id) < 8 {
		t.Errorf("request id %q", id)
	}
	response, _ = get(t, server.URL+"/", "X-Request-Id", "from-the-proxy-1")
	if id := response.Header.Get("X-Request-Id"); id != "from-the-proxy-1" {
		t.Errorf("the proxy's request id became %q", id)
	}
	response, _ = get(t, server.URL+"/", "X-Request-Id", "bad id")
	if id := response.Header.Get("X-Request-Id"); id == "bad id" {
		t.Error("any text is taken as a request id")
	}
}

func TestABodyWithoutEndIsCutOff(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			writeProblem(w, http.StatusRequestEntityTooLarge, err.Error())
		}
	})
	server := layers(t, mux, false)
	response, err := http.Post(server.URL, "text/plain", strings.NewReader(strings.Repeat("x", maxBodyBytes+1)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", response.StatusCode)
	}
}

func TestWhileDrainingNothingNewBeginsAndTheRestFinishes(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := layers(t, mux, true)
	for _, row := range []struct {
		method, path string
		refused      bool
	}{
		{"GET", "/v1/connect", true},
		{"POST", "/v1/sign-in", true},
		{"POST", "/v1/holds", true},
		{"POST", "/v1/check-ins", true},
		{"POST", "/whip/room", true},
		{"POST", "/whep/room", true},
		{"DELETE", "/whip/room/1", false},
		{"POST", "/v1/holds/a_1/confirm", false},
		{"DELETE", "/v1/holds/a_1", false},
		{"GET", "/v1/appointments", false},
		{"GET", "/healthz", false},
	} {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), row.method, server.URL+row.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if refused := response.StatusCode == http.StatusServiceUnavailable; refused != row.refused {
				t.Errorf("status %d", response.StatusCode)
			}
			if row.refused && response.Header.Get("Retry-After") == "" {
				t.Error("does not say when to come back")
			}
		})
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestASocketGoesThroughAllLayers(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /socket", func(w http.ResponseWriter, r *http.Request) {
		upgrader := websocket.Upgrader{}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if err := conn.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
			t.Error(err)
		}
	})
	server := layers(t, mux, false)
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http")+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	defer conn.Close()
	if _, message, err := conn.ReadMessage(); err != nil || string(message) != "hello" {
		t.Errorf("%q, %v", message, err)
	}
}

func TestMetricsKnowRoutesNotPaths(t *testing.T) {
	registry := prometheus.NewRegistry()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", func(http.ResponseWriter, *http.Request) {})
	mux.Handle("GET /metrics", metricsHandler(registry))
	server := httptest.NewServer(inLayers(mux, layerOptions{log: quiet, metrics: newWebMetrics(registry), draining: func() bool { return false }}))
	defer server.Close()
	get(t, server.URL+"/things/4711")
	get(t, server.URL+"/made-up-4711")
	_, body := get(t, server.URL+"/metrics")
	for _, want := range []string{`route="GET /things/{id}"`, `route="none"`, "madoguchi_http_open_requests 1"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(body, "4711") {
		t.Error("a path is a label")
	}
}

func builtPages(t *testing.T) *httptest.Server {
	t.Helper()
	loaded, err := loadPages(fstest.MapFS{
		"booth/index.html":   {Data: []byte("<!doctype html><title>booth</title>" + strings.Repeat(" ", 2*minGzip))},
		"assets/app-1a2b.js": {Data: []byte("console.log(1)" + strings.Repeat(";", 2*minGzip))},
		"assets/font.woff2":  {Data: []byte(strings.Repeat("w", 2*minGzip))},
		".gitignore":         {Data: []byte("*")},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", loaded)
	return layers(t, mux, false)
}

func TestAPageIsAskedForAgainAndAnAssetIsKept(t *testing.T) {
	server := builtPages(t)
	page, body := get(t, server.URL+"/booth/?seat=b-1")
	if page.StatusCode != http.StatusOK || !strings.Contains(body, "booth") {
		t.Fatalf("status %d: %s", page.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Cache-Control":           cacheAsk,
		"Content-Type":            "text/html; charset=utf-8",
		"Content-Security-Policy": pagePolicy,
		"Permissions-Policy":      pagePermissions,
	} {
		if got := page.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	again, _ := get(t, server.URL+"/booth/", "If-None-Match", page.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("the same page again: status %d", again.StatusCode)
	}
	asset, _ := get(t, server.URL+"/assets/app-1a2b.js")
	if got := asset.Header.Get("Cache-Control"); got != cacheForever {
		t.Errorf("an asset's Cache-Control is %q", got)
	}
}

func TestTextIsCompressedForWhoCanReadIt(t *testing.T) {
	server := builtPages(t)
	zipped, body := get(t, server.URL+"/assets/app-1a2b.js", "Accept-Encoding", "br, gzip;q=0.8")
	if zipped.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	reader, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil || !strings.HasPrefix(string(content), "console.log(1)") {
		t.Errorf("%v: %.20s", err, content)
	}
	for _, accept := range []string{"", "br", "gzip;q=0"} {
		if plain, _ := get(t, server.URL+"/assets/app-1a2b.js", "Accept-Encoding", accept); plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("compressed for Accept-Encoding %q", accept)
		}
	}
	if font, _ := get(t, server.URL+"/assets/font.woff2", "Accept-Encoding", "gzip"); font.Header.Get("Content-Encoding") != "" {
		t.Error("a font is compressed twice")
	}
}

func TestPathsInsideAnAppLeadToItsPageAndOthersNowhere(t *testing.T) {
	server := builtPages(t)
	for path, want := range map[string]int{
		"/booth/waiting":      http.StatusOK,
		"/booth/missing.js":   http.StatusNotFound,
		"/nothing/":           http.StatusNotFound,
		"/.gitignore":         http.StatusNotFound,
		"/booth/%2e%2e/..%2f": http.StatusNotFound,
	} {
		if response, _ := get(t, server.URL+path); response.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, response.StatusCode, want)
		}
	}
}

func TestARefusalDoesNotRepeatWhatWasSent(t *testing.T) {
	mux := http.NewServeMux()
	huma.Register(humago.New(mux, apiConfig()), huma.Operation{OperationID: "book", Method: http.MethodPost, Path: "/v1/holds"},
		func(context.Context, *struct {
			Body struct {
				Resident struct {
					Kana  string `json:"kana"`
					Phone string `json:"phone"`
				} `json:"resident"`
			}
		}) (*struct{}, error) {
			return nil, nil
		})
	server := layers(t, mux, false)
	for name, sent := range map[string]string{
		"a number in place of text": `{"resident":{"kana":"ミナミ フサエ","phone":9990001456}}`,
		"a field too many":          `{"resident":{"kana":"ミナミ フサエ","phone":"0999001456","age":81}}`,
		"a field missing":           `{"resident":{"kana":"ミナミ フサエ"}}`,
		"cut off":                   `{"resident":{"kana":"ミナミ フサエ","phone":"0999001456"`,
	} {
		t.Run(name, func(t *testing.T) {
			response, err := server.Client().Post(server.URL+"/v1/holds", "application/json", strings.NewReader(sent))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode < 400 || !strings.Contains(string(body), `"location":"body`) {
				t.Errorf("status %d, %s", response.StatusCode, body)
			}
			for _, private := range []string{"ミナミ", "フサエ", "999"} {
				if strings.Contains(string(body), private) {
					t.Errorf("%q is in %s", private, body)
				}
			}
		})
	}
}
