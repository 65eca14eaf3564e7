package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// Certificates says how browsers know that this server is the one they wanted: a certificate of one's own, one of an ACME
// authority such as Let's Encrypt (RFC 8555), or a proxy's.
type Certificates struct {
	TLSCert       string `name:"tls-cert" env:"MADOGUCHI_TLS_CERT" default:"" placeholder:"FILE" help:"Certificate chain in PEM. Needed together with tls-key, unless acme or behind-proxy is true. A renewed file is taken within a minute."`
	TLSKey        string `name:"tls-key" env:"MADOGUCHI_TLS_KEY" default:"" placeholder:"FILE" help:"Private key of the certificate in PEM."`
	TLS12         bool   `name:"tls-12" env:"MADOGUCHI_TLS_12" default:"false" help:"Also speak TLS 1.2, with those who cannot do 1.3. The guideline for medical information systems wants 1.3 alone and this only as an exception with a reason."`
	ACME          bool   `name:"acme" env:"MADOGUCHI_ACME" default:"false" help:"Get and renew a certificate for the host of public-url from an ACME authority, whose terms you accept by this. It asks back on port 443 of that host (tls-alpn-01), which has to arrive at listen. What it gives is kept in keys."`
	ACMEEmail     string `name:"acme-email" env:"MADOGUCHI_ACME_EMAIL" default:"" placeholder:"ADDRESS" help:"Where the authority writes when something is wrong with the certificate."`
	ACMEDirectory string `name:"acme-directory" env:"MADOGUCHI_ACME_DIRECTORY" default:"https://acme-v02.api.letsencrypt.org/directory" placeholder:"URL" help:"Directory of the authority. The default is Let's Encrypt."`
	ACMERoots     string `name:"acme-roots" env:"MADOGUCHI_ACME_ROOTS" default:"" placeholder:"FILE" help:"Roots in PEM by which the authority itself is known, for one inside a closed network. Empty: those of the system."`
	ClientCAs     string `name:"client-certificates" env:"MADOGUCHI_CLIENT_CERTIFICATES" default:"" placeholder:"FILE" help:"Authorities in PEM that have given booths and lobbies client certificates. Whoever connects is then asked for one and refused with a wrong one; a booth or lobby is enrolled only with one, and its tokens are worth nothing over a connection without it. A renewed certificate means enrolling anew. People need none. Not together with behind-proxy: then the proxy has to ask."`
	BehindProxy   bool   `name:"behind-proxy" env:"MADOGUCHI_BEHIND_PROXY" default:"false" help:"Serve plain HTTP because a proxy in front of us ends TLS. Never set this on an address that people reach directly: browsers give cameras to secure pages only, and the last entry of X-Forwarded-For is believed."`
}

// check wants exactly one way.
func (c *Certificates) check() error {
	own := c.TLSCert != "" || c.TLSKey != ""
	switch {
	case c.BehindProxy && (own || c.ACME):
		return wrong("behind-proxy", "is true, but tls-cert, tls-key or acme is set too; remove one or the other")
	case c.BehindProxy && c.ClientCAs != "":
		return wrong("client-certificates", "is set, but behind-proxy is true: the proxy ends TLS, so that we never see a client's certificate; remove one or the other")
	case c.BehindProxy:
		return nil
	}
	if c.ClientCAs != "" {
		if err := checkFile("client-certificates", c.ClientCAs, "the authorities of client certificates in PEM"); err != nil {
			return err
		}
	}
	switch {
	case c.ACME && own:
		return wrong("acme", "is true, but tls-cert or tls-key is set too; remove one or the other")
	case c.ACME:
		return c.checkACME()
	}
	return errors.Join(
		checkFile("tls-cert", c.TLSCert, "a certificate in PEM, or set acme: true, or behind-proxy: true if a proxy ends TLS"),
		checkFile("tls-key", c.TLSKey, "the certificate's private key in PEM, or set acme: true, or behind-proxy: true if a proxy ends TLS"),
	)
}

func (c *Certificates) checkACME() error {
	if u, err := url.Parse(c.ACMEDirectory); err != nil || u.Scheme != "https" || u.Host == "" {
		return wrong("acme-directory", "%q is no directory of an authority; write for example %s", c.ACMEDirectory, autocert.DefaultACMEDirectory)
	}
	if c.ACMERoots == "" {
		return nil
	}
	return checkFile("acme-roots", c.ACMERoots, "the authority's roots in PEM")
}

// tls is what the web listener speaks; nil behind a proxy. keys is where the authority's certificates are kept, for
// every node.
func (c *Certificates) tls(publicURL, keys string, log *slog.Logger) (*tls.Config, error) {
	switch {
	case c.BehindProxy:
		return nil, nil
	case c.ACME:
		return c.fromAuthority(publicURL, filepath.Join(keys, "acme"))
	}
	own, err := newOwnCertificate(c.TLSCert, c.TLSKey, log)
	if err != nil {
		return nil, err
	}
	secure, err := c.asking()
	if err != nil {
		return nil, err
	}
	secure.GetCertificate = own.get
	return secure, nil
}

// serverTLS is HTTP/1.1 and HTTP/2 over TLS 1.3, and over 1.2 where that is wanted.
func (c *Certificates) serverTLS() *tls.Config {
	oldest := uint16(tls.VersionTLS13)
	if c.TLS12 {
		oldest = tls.VersionTLS12
	}
	return &tls.Config{MinVersion: oldest, NextProtos: []string{"h2", "http/1.1"}}
}

// asking is serverTLS that asks for client certificates, where their authorities are set. Whoever has none goes on without: people
// do, and what needs one says so. Sessions are not resumed then, so that each connection is judged by the authorities of now.
func (c *Certificates) asking() (*tls.Config, error) {
	secure := c.serverTLS()
	if c.ClientCAs == "" {
		return secure, nil
	}
	pem, err := os.ReadFile(c.ClientCAs)
	if err != nil {
		return nil, wrong("client-certificates", "%v", err)
	}
	secure.ClientCAs = x509.NewCertPool()
	if !secure.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, wrong("client-certificates", "%s holds no certificate in PEM", c.ClientCAs)
	}
	secure.ClientAuth, secure.SessionTicketsDisabled = tls.VerifyClientCertIfGiven, true
	return secure, nil
}

// fromAuthority has certificates made when they are asked for, and renewed a month before they end.
func (c *Certificates) fromAuthority(publicURL, folder string) (*tls.Config, error) {
	public, err := url.Parse(publicURL)
	if err != nil {
		return nil, wrong("public-url", "%v", err)
	}
	client := &acme.Client{DirectoryURL: c.ACMEDirectory, UserAgent: "madoguchi"}
	if c.ACMERoots != "" {
		if client.HTTPClient, err = trusting(c.ACMERoots); err != nil {
			return nil, wrong("acme-roots", "%v", err)
		}
	}
	manager := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(folder), Client: client, Email: c.ACMEEmail,
		HostPolicy: autocert.HostWhitelist(public.Hostname()),
	}
	secure, err := c.asking()
	if err != nil {
		return nil, err
	}
	secure.GetCertificate = manager.GetCertificate
	secure.NextProtos = append(secure.NextProtos, acme.ALPNProto)
	return secure, nil
}

func trusting(file string) (*http.Client, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return &http.Client{Transport: transport, Timeout: time.Minute}, nil
}

// lookAgain is how often the files of a certificate are looked at.
const lookAgain = time.Minute

// ownCertificate is read again when its files change, so that whatever renews them needs no restart of ours. A pair that
// does not fit together (one file is written after the other) is left alone until it does.
type ownCertificate struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]time.Time // when the files had been written that are current
	looked  time.Time
}

func newOwnCertificate(certFile, keyFile string, log *slog.Logger) (*ownCertificate, error) {
	c := &ownCertificate{certFile: certFile, keyFile: keyFile, log: log, now: time.Now}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("tls-cert, tls-key: %w; both must be PEM and belong together", err)
	}
	return c, nil
}

func (c *ownCertificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookAgain {
		c.looked = now
		if err := c.load(); err != nil {
			c.log.LogAttrs(context.Background(), slog.LevelWarn, "certificate not read again: the one before stays", slog.Any("error", err))
		}
	}
	return c.current, nil
}

// load reads the files where they have changed.
func (c *ownCertificate) load() error {
	var written [2]time.Time
	for i, file := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		written[i] = info.ModTime()
	}
	if c.current != nil && written == c.read {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	if c.current != nil {
		c.log.Info("certificate renewed", "until", cert.Leaf.NotAfter)
	}
	c.current, c.read = &cert, written
	return nil
}
