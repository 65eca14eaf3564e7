package courier_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(redistest.Suite{M: m}) }

var (
	oldSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the older secret, 24 bytes or more"))
	newSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte("the newer secret, 24 bytes or more"))
	loopback  = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
)

func hook(t *testing.T, to string, secrets ...string) *courier.Webhook {
	t.Helper()
	w, err := courier.NewWebhook(to, secrets, loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// The vector is the one of the Standard Webhooks specification.
func TestTheSignatureIsThatOfStandardWebhooks(t *testing.T) {
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := courier.Sign([][]byte{key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("got %s", got)
	}
}

func TestARequestIsSignedUnderBothSecretsWhileOneIsExchanged(t *testing.T) {
	var heard http.Header
	var body string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		heard, body = r.Header, string(text)
	}))
	defer receiver.Close()
	at := time.Unix(1700000000, 0)
	if err := hook(t, receiver.URL, newSecret, oldSecret).Send(context.Background(), "msg_1", at, []byte(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	if body != `{"a":1}` || heard.Get("webhook-id") != "msg_1" || heard.Get("webhook-timestamp") != "1700000000" {
		t.Errorf("heard %q with %v", body, heard)
	}
	list := strings.Fields(heard.Get("webhook-signature"))
	for i, secret := range []string{newSecret, oldSecret} {
		key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if len(list) != 2 || list[i] != courier.Sign([][]byte{key}, "msg_1", at, []byte(body)) {
			t.Errorf("signature %d of %v does not fit its secret", i, list)
		}
	}
}

func TestAnswersSayWhetherToComeAgain(t *testing.T) {
	for _, row := range []struct {
		status int
		header string
		want   func(error) bool
	}{
		{204, "", func(err error) bool { return err == nil }},
		{410, "", func(err error) bool { return errors.Is(err, courier.ErrGone) }},
		{500, "", func(err error) bool { return err != nil && strings.Contains(err.Error(), "500") }},
		{302, "", func(err error) bool { return err != nil && strings.Contains(err.Error(), "302") }}, // never followed
		{429, "7", func(err error) bool { var b *courier.Busy; return errors.As(err, &b) && b.After == 7*time.Second }},
		{503, "999999", func(err error) bool { var b *courier.Busy; return errors.As(err, &b) && b.After == time.Hour }},
	} {
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.Header().Set("Retry-After", row.header)
			w.WriteHeader(row.status)
		}))
		if err := hook(t, receiver.URL, newSecret).Send(context.Background(), "m", time.Now(), nil); !row.want(err) {
			t.Errorf("%d: %v", row.status, err)
		}
		receiver.Close()
	}
}

func TestNobodyInsideIsReached(t *testing.T) {
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	// localhost is a name that leads inside; the address is looked at after it was resolved.
	for _, to := range []string{"https://127.0.0.1:" + port, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port} {
		w, err := courier.NewWebhook(to, []string{newSecret}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Send(context.Background(), "m", time.Now(), nil); !errors.Is(err, courier.ErrAddress) {
			t.Errorf("%s: %v", to, err)
		}
		w.Close()
	}
	// Plain HTTP is for the networks allowed, and for no others.
	w, err := courier.NewWebhook("http://127.0.0.1:"+port, []string{newSecret}, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Send(context.Background(), "m", time.Now(), nil); !errors.Is(err, courier.ErrAddress) {
		t.Errorf("http: %v", err)
	}
	if reached {
		t.Error("somebody inside was reached")
	}
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2001:4860:4860::8888": true, "10.1.2.3": false, "192.168.0.1": false, "172.16.0.1": false, "169.254.169.254": false,
		"127.0.0.1": false, "::1": false, "fe80::1": false, "fc00::1": false, "100.64.0.1": false, "0.0.0.0": false, "::": false,
		"::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "224.0.0.1": false, "255.255.255.255": false, "198.18.0.1": false, "2002:7f00:1::": false,
	} {
		if courier.Public(netip.MustParseAddr(address)) != want {
			t.Errorf("%s: public is %v", address, !want)
		}
	}
}

func TestAReceiverThatHangsIsGivenUpWithTheContext(t *testing.T) {
	hang := make(chan struct{})
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer receiver.Close()
	defer close(hang)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := hook(t, receiver.URL, newSecret).Send(ctx, "m", time.Now(), nil); !errors.Is(err, context.DeadlineExceeded) && !os.IsTimeout(err) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoReceiverIsRefused(t *testing.T) {
	for _, row := range []struct {
		url     string
		secrets []string
		private []netip.Prefix
	}{
		{"receiver", []string{newSecret}, nil},
		{"http://receiver.example.jp", []string{newSecret}, nil},
		{"ftp://receiver.example.jp", []string{newSecret}, loopback},
		{"https://user:word@receiver.example.jp", []string{newSecret}, nil},
		{"https://receiver.example.jp", nil, nil},
		{"https://receiver.example.jp", []string{newSecret, oldSecret, newSecret}, nil},
		{"https://receiver.example.jp", []string{"whsec_c2hvcnQ="}, nil},
		{"https://receiver.example.jp", []string{strings.TrimPrefix(newSecret, "whsec_")}, nil},
	} {
		if _, err := courier.NewWebhook(row.url, row.secrets, row.private); err == nil {
			t.Errorf("%s with %d secrets is taken", row.url, len(row.secrets))
		} else if len(row.secrets) > 0 && strings.Contains(err.Error(), strings.TrimPrefix(row.secrets[0], "whsec_")) {
			t.Errorf("%v tells the secret", err)
		}
	}
}
