package courier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Bounds of one try.
const (
	tryTimeout    = 15 * time.Second
	maxSent       = 64 << 10 // of a body; the largest sensible one has a few kilobytes
	maxRetryAfter = time.Hour
	secretPrefix  = "whsec_"
	minSecret     = 24 // bytes, as Standard Webhooks asks for
	maxSecret     = 64
)

// Errors of a try. Every other error is worth another try.
var (
	// ErrGone: the receiver says that it wants no more of this (410).
	ErrGone = errors.New("the receiver wants no more of it")
	// ErrAddress: the receiver's name leads to an address that is not allowed.
	ErrAddress = errors.New("the address is not allowed")
)

// Busy says that the receiver asked to be left alone for a while (429 or 503 with Retry-After).
type Busy struct{ After time.Duration }

// Error says for how long.
func (b *Busy) Error() string { return fmt.Sprintf("the receiver asks for %s", b.After) }

// Webhook is one receiver of signed requests.
type Webhook struct {
	url     string
	secrets [][]byte
	client  *http.Client
}

// NewWebhook checks a receiver's URL and secrets (whsec_ and base64 of 24 to 64 bytes; the newest first, at most two).
// private are networks it may speak to although they are not public; without TLS it speaks to those only.
func NewWebhook(to string, secrets []string, private []netip.Prefix) (*Webhook, error) {
	u, err := url.Parse(to)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return nil, errors.New("url is not like https://receiver.example.jp/path")
	case u.Scheme != "https" && (u.Scheme != "http" || len(private) == 0):
		return nil, errors.New("url is not https; http is for the networks in private only")
	case len(secrets) == 0 || len(secrets) > 2:
		return nil, errors.New("give one secret, or two while one is exchanged")
	}
	w := &Webhook{url: to}
	for i, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil || !strings.HasPrefix(s, secretPrefix) || len(key) < minSecret || len(key) > maxSecret {
			return nil, fmt.Errorf("secret %d is not whsec_ and base64 of %d to %d bytes", i+1, minSecret, maxSecret)
		}
		w.secrets = append(w.secrets, key)
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: onlyTo(private, u.Scheme == "https")}
	w.client = &http.Client{
		Timeout: tryTimeout,
		Transport: &http.Transport{
			DialContext:         dialer.DialContext, // no proxy: it would resolve the name out of our sight
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 16 << 10, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
			ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return w, nil
}

// Close lets go of idle connections.
func (w *Webhook) Close() { w.client.CloseIdleConnections() }

// Send makes one try. now goes into the timestamp that is signed. It gives ErrGone, ErrAddress, *Busy, or what went wrong.
func (w *Webhook) Send(ctx context.Context, id string, now time.Time, body []byte) error {
	if len(body) > maxSent {
		return fmt.Errorf("%w: the body has %d bytes; at most %d are sent", ErrGone, len(body), maxSent)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "madoguchi-webhook/1")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", Sign(w.secrets, id, now, body))
	answer, err := w.client.Do(r)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // without the URL, which may carry a token of the receiver's
		}
		return err
	}
	defer func() { _ = answer.Body.Close() }()      // only read from
	_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again; the rest is of no interest
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return ErrGone
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 {
			return &Busy{min(time.Duration(s)*time.Second, maxRetryAfter)}
		}
		fallthrough
	default:
		return fmt.Errorf("the receiver answered %d", code)
	}
}

// Sign makes the webhook-signature of a message: one v1 signature for each secret.
func Sign(secrets [][]byte, id string, at time.Time, body []byte) string {
	var list []string
	for _, key := range secrets {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		list = append(list, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(list, " ")
}

// shared is carrier-grade NAT (RFC 6598), which netip does not count as private; the others wrap IPv4 addresses
// (RFC 6052, RFC 3056) or belong to nobody.
var shared = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// onlyTo refuses connections to addresses inside, after the name has been resolved, so that a name which changes its
// mind gains nothing.
func onlyTo(private []netip.Prefix, public bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return ErrAddress
		}
		addr := to.Addr().Unmap()
		for _, p := range private {
			if p.Contains(addr) {
				return nil
			}
		}
		if !public || !Public(addr) {
			return fmt.Errorf("%w: %s is not public", ErrAddress, addr)
		}
		return nil
	}
}

// Public reports whether an address is one of the open internet.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range shared {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}
