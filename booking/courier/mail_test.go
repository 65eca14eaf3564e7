package courier_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"madoguchi/booking/courier"
)

// sink is a mail server that keeps what it gets.
type sink struct {
	mu     sync.Mutex
	got    []received
	refuse *smtp.SMTPError // of addresses
}

type received struct {
	from, to, user string
	overTLS        bool
	text           []byte
}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, over := c.TLSConnectionState()
	return &sinkSession{sink: s, mail: received{overTLS: over}}, nil
}

type sinkSession struct {
	sink *sink
	mail received
}

func (s *sinkSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *sinkSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, word string) error {
		if word != "correct" {
			return smtp.ErrAuthFailed
		}
		s.mail.user = user
		return nil
	}), nil
}

func (s *sinkSession) Mail(from string, _ *smtp.MailOptions) error { s.mail.from = from; return nil }

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.sink.refuse != nil {
		return s.sink.refuse
	}
	s.mail.to = to
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.text = text
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.got = append(s.sink.got, s.mail)
	return nil
}

func (s *sinkSession) Reset()        {}
func (s *sinkSession) Logout() error { return nil }

// mailServer starts a real SMTP server, with STARTTLS where it has a certificate.
func mailServer(t *testing.T, s *sink, withTLS bool) *courier.Mail {
	t.Helper()
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth = "mail.example.jp", !withTLS
	server.ReadTimeout, server.WriteTimeout = 5*time.Second, 5*time.Second
	roots := &tls.Config{RootCAs: x509.NewCertPool()}
	if withTLS {
		cert := selfSigned(t)
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
		roots.RootCAs.AddCert(cert.Leaf)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends when the server is closed, which the cleanup does and waits for
		_ = server.Serve(l)
		close(done)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // Serve may not have begun, and then Close knows nothing of the listener
		<-done
	})
	return &courier.Mail{
		Server: l.Addr().String(), Secure: courier.STARTTLS, User: "madoguchi", Password: "correct",
		From: "yoyaku@example.jp", FromName: "汐待 予約係", Roots: roots,
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

var letter = courier.Letter{
	ID: "msg_1", Subject: "予約を うけました 汐待浜郵便局 11月25日(水) 10:00 とても 長い 題名で 何行かに なる ものです", Text: "日時 11月25日\n.\n番号 12\n",
	Calendar: bytes.Repeat([]byte("BEGIN:VCALENDAR\r\n"), 20), Method: "REQUEST",
}

func TestMailGoesOverTLSAndIsReadAsWritten(t *testing.T) {
	s := &sink{}
	m := mailServer(t, s, true)
	if err := m.Send(context.Background(), "fusae@example.jp", letter); err != nil {
		t.Fatal(err)
	}
	got := s.got[0]
	if !got.overTLS || got.user != "madoguchi" || got.from != "yoyaku@example.jp" || got.to != "fusae@example.jp" {
		t.Errorf("envelope %+v", got)
	}
	read, err := mail.ReadMessage(bytes.NewReader(got.text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != letter.Subject || read.Header.Get("Message-Id") != "<msg_1@example.jp>" || read.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v, subject %q", read.Header, subject)
	}
	from, err := read.Header.AddressList("From")
	if err != nil || from[0].Name != "汐待 予約係" {
		t.Errorf("from %v, %v", from, err)
	}
	_, params, _ := mime.ParseMediaType(read.Header.Get("Content-Type"))
	parts := multipart.NewReader(read.Body, params["boundary"])
	text, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	if plain, _ := io.ReadAll(quotedprintable.NewReader(text)); strings.ReplaceAll(string(plain), "\r\n", "\n") != letter.Text {
		t.Errorf("text %q", plain)
	}
	calendar, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	if kind := calendar.Header.Get("Content-Type"); kind != "text/calendar; charset=utf-8; method=REQUEST" {
		t.Errorf("calendar is %q", kind)
	}
	if back, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, calendar)); err != nil || !bytes.Equal(back, letter.Calendar) {
		t.Errorf("the calendar comes back with %d bytes, %v", len(back), err)
	}
}

func TestAServerWithoutTLSGetsNoMail(t *testing.T) {
	s := &sink{}
	m := mailServer(t, s, false)
	if err := m.Send(context.Background(), "fusae@example.jp", letter); err == nil || len(s.got) != 0 {
		t.Errorf("%v, %d mails", err, len(s.got))
	}
	m.Secure = courier.NoTLS // for a server on the same machine
	if err := m.Send(context.Background(), "fusae@example.jp", letter); err != nil || len(s.got) != 1 {
		t.Errorf("%v, %d mails", err, len(s.got))
	}
}

func TestRefusalsAreToldWithoutTheAddress(t *testing.T) {
	s := &sink{refuse: &smtp.SMTPError{Code: 550, Message: "no fusae@example.jp here"}}
	m := mailServer(t, s, true)
	err := m.Send(context.Background(), "fusae@example.jp", letter)
	if !errors.Is(err, courier.ErrRefused) || strings.Contains(err.Error(), "fusae") {
		t.Errorf("got %v", err)
	}
	s.refuse = &smtp.SMTPError{Code: 451, Message: "later, fusae@example.jp"}
	if err = m.Send(context.Background(), "fusae@example.jp", letter); err == nil || errors.Is(err, courier.ErrRefused) || strings.Contains(err.Error(), "fusae") {
		t.Errorf("for now: %v", err)
	}
	m.Password = "wrong"
	if err = m.Send(context.Background(), "fusae@example.jp", letter); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("login: %v", err)
	}
	m.Server = "127.0.0.1:1"
	if err = m.Send(context.Background(), "fusae@example.jp", letter); err == nil {
		t.Error("nobody there")
	}
}

func TestNoHeaderBecomesTwo(t *testing.T) {
	s := &sink{}
	m := mailServer(t, s, true)
	bad := letter
	bad.ID = "x>\r\nBcc: <y"
	if err := m.Send(context.Background(), "fusae@example.jp", bad); err == nil || len(s.got) != 0 {
		t.Errorf("%v, %d mails", err, len(s.got))
	}
}
