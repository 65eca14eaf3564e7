package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is a browser on the walk to the provider and back, which does not follow by itself.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// step makes one request and tells where it leads.
func step(t *testing.T, client *http.Client, at string) (to, page string) {
	t.Helper()
	response, err := client.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	where, err := response.Location()
	if err != nil {
		return "", string(text)
	}
	return where.String(), string(text)
}

// choice finds a link on the provider's page.
func choice(t *testing.T, page, seat, factors string) string {
	t.Helper()
	for _, found := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		link := strings.ReplaceAll(found[1], "&amp;", "&")
		if query, err := url.Parse(link); err == nil && query.Query().Get("seat") == seat && query.Query().Get("factors") == factors {
			return link
		}
	}
	t.Fatalf("no link for %s in:\n%s", seat, page)
	return ""
}

func TestSomebodySignsInByTheDemosProviderAndOnlyWithTwoFactors(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	at := base(t, demo.untilReady())
	begin := at + "/v1/oidc/begin?page=/desk/&seat=desk:morita"
	exchange := func(client *http.Client) (int, string) {
		response, err := client.Post(at+"/v1/oidc/sign-in", "application/json", strings.NewReader(`{"key":`+deviceKey+`}`))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	client := visitor(t)
	provider, _ := step(t, client, begin)
	if !strings.Contains(provider, "code_challenge_method=S256") || !strings.Contains(provider, "nonce=") || !strings.Contains(provider, "state=") {
		t.Fatalf("sent to %s", provider)
	}
	_, page := step(t, client, provider)
	back, _ := step(t, client, at+choice(t, page, "desk:morita", "2"))
	home, _ := step(t, client, back)
	if !strings.HasSuffix(home, "/desk/?seat=desk%3Amorita#sign-in=ticket") {
		t.Fatalf("came back to %s", home)
	}
	status, text := exchange(client)
	if status != http.StatusOK || !strings.Contains(text, `"seat":"desk:morita"`) || !strings.Contains(text, `"signIn":"si_`) {
		t.Fatalf("%d %s", status, text)
	}
	if status, _ := exchange(client); status != http.StatusUnauthorized {
		t.Errorf("the ticket a second time: %d", status)
	}
	if again, _ := step(t, client, back); !strings.HasSuffix(again, "#sign-in=begin-again") {
		t.Errorf("the way back a second time leads to %s", again)
	}

	for _, r := range []struct{ situation, seat, factors, word string }{
		{"one factor", "desk:morita", "1", "one-factor"},
		{"somebody else's seat", "desk:shiokaze-1", "2", "no-seat"},
	} {
		client := visitor(t)
		provider, _ := step(t, client, begin)
		_, page := step(t, client, provider)
		back, _ := step(t, client, at+choice(t, page, r.seat, r.factors))
		home, _ := step(t, client, back)
		if !strings.HasSuffix(home, "#sign-in="+r.word) {
			t.Errorf("%s: came back to %s", r.situation, home)
		}
		if status, _ := exchange(client); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", r.situation, status)
		}
	}

	// A way back that was begun in another browser is a trap: the cookie is missing.
	client = visitor(t)
	provider, _ = step(t, client, begin)
	_, page = step(t, client, provider)
	back, _ = step(t, client, at+choice(t, page, "desk:morita", "2"))
	if home, _ := step(t, visitor(t), back); !strings.HasSuffix(home, "#sign-in=begin-again") {
		t.Errorf("in another browser it leads to %s", home)
	}
	if strings.Contains(demo.logged(), "code=") {
		t.Error("a code is in the log")
	}
}
