package main

import (
	"crypto/tls"
	"fmt"
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

// serverTLS is TLS 1.2 and later with HTTP/1.1 and HTTP/2.
func serverTLS(cert tls.Certificate) *tls.Config {
	return &tls.Config{
		Certificates: []tls.Certificate{cert},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
}

// loadTLS reads the certificate of serve; nil behind a proxy.
func loadTLS(c *Config) (*tls.Config, error) {
	if c.BehindProxy {
		return nil, nil
	}
	cert, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("tls-cert, tls-key: %w; both must be PEM and belong together", err)
	}
	return serverTLS(cert), nil
}

// portOf is the port a listener got.
func portOf(listener net.Listener) int {
	return listener.Addr().(*net.TCPAddr).Port
}
