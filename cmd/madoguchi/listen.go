package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
)

// door is what bounds who comes to the HTTP listener.
type door struct {
	perAddress int // connections from one address; 0: any number
	busy       *busy
}

// listenWeb opens the HTTP listener, with TLS when there is a configuration for it.
func listenWeb(address string, secure *tls.Config, d door) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, wrong("listen", "cannot listen on %s (%v); choose a free address, or port 0 for any", address, err)
	}
	listener = newConnections(listener, d.perAddress, d.busy.connections)
	if secure != nil {
		return tls.NewListener(listener, oneByOne(secure, d.busy.handshakes)), nil
	}
	return listener, nil
}

// streamsAtOnce is how many requests one HTTP/2 connection may have under way: a page asks for a few dozen files at once.
const streamsAtOnce = 64

// newWebServer gives a server its timeouts. Its own complaints (a client that speaks TLS wrongly) are debug only:
// anybody can cause them.
func newWebServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streamsAtOnce},
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// portOf is the port a listener got.
func portOf(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
