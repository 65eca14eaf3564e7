package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
)

// listenWeb opens the HTTP listener, with TLS when there is a configuration for it.
func listenWeb(address string, secure *tls.Config) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, wrong("listen", "cannot listen on %s (%v); choose a free address, or port 0 for any", address, err)
	}
	if secure != nil {
		return tls.NewListener(listener, secure), nil
	}
	return listener, nil
}

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
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// portOf is the port a listener got.
func portOf(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
