package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

// How a mail server is spoken to.
const (
	STARTTLS = "starttls" // TLS after greeting; a server that does not offer it gets no mail
	TLS      = "tls"      // TLS from the first byte
	NoTLS    = "none"     // for a server on the same machine only
)

// Mail sends through one SMTP server (RFC 5321).
type Mail struct {
	Server         string // host:port
	Secure         string // STARTTLS, TLS or NoTLS
	User, Password string // no login where User is empty
	From, FromName string
	Roots          *tls.Config // nil: the system's roots
}

// Letter is one mail. To is read from nowhere but the argument of Send.
type Letter struct {
	ID       string // of the message, the same at every try
	Subject  string
	Text     string
	Calendar []byte // an invitation, or nil
	Method   string // of the invitation: REQUEST or CANCEL
}

// ErrRefused says that the server will never take this mail (a 5xx answer to address or content).
var ErrRefused = errors.New("the mail server refuses it")

// Send makes one try. Its errors do not repeat the address. It gives ErrRefused where another try is useless.
func (m *Mail) Send(ctx context.Context, to string, l Letter) error {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	text, err := m.compose(to, l)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	c, err := m.connect(ctx)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	defer func() { _ = c.Close() }() // said goodbye already, or broken
	if err := m.login(c); err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if err := c.Mail(m.From); err != nil {
		return fmt.Errorf("mail from: %w", hushed(err))
	}
	if err := c.Rcpt(to); err != nil {
		return fmt.Errorf("mail to: %w", hushed(err))
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("mail data: %w", hushed(err))
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("mail data: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("mail data: %w", hushed(err))
	}
	_ = c.Quit() // it is delivered, whatever the server says to that
	return nil
}

// hushed keeps the code of a server's answer and drops its words, which like to repeat the address.
func hushed(err error) error {
	var said *textproto.Error
	if !errors.As(err, &said) {
		return err
	}
	if said.Code >= 500 {
		return fmt.Errorf("answer %d: %w", said.Code, ErrRefused)
	}
	return fmt.Errorf("answer %d", said.Code)
}

func (m *Mail) connect(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, err
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.Roots != nil {
		secure = m.Roots.Clone()
	}
	secure.ServerName = host
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, err
	}
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	if m.Secure == TLS {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if m.Secure == STARTTLS {
		if err := c.StartTLS(secure); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}

func (m *Mail) login(c *smtp.Client) error {
	if m.User == "" {
		return nil
	}
	host, _, _ := net.SplitHostPort(m.Server)
	if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
		return errors.New("login refused")
	}
	return nil
}

// compose writes the mail (RFC 5322, RFC 2045). An invitation goes as an alternative of the text, which is how mail
// programs know that they may offer to enter it (RFC 6047).
func (m *Mail) compose(to string, l Letter) ([]byte, error) {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(m.From, "@")
	headers := [][2]string{
		{"From", mime.QEncoding.Encode("utf-8", m.FromName) + " <" + m.From + ">"}, {"To", to},
		{"Subject", mime.BEncoding.Encode("utf-8", l.Subject)},
		{"Date", time.Now().Format(time.RFC1123Z)}, {"Message-ID", "<" + l.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"}, // RFC 3834: no answers from holidays
	}
	for _, h := range headers {
		if strings.ContainsAny(h[1], "\r\n") {
			return nil, fmt.Errorf("header %s of mail %s would be two lines", h[0], l.ID)
		}
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	parts := multipart.NewWriter(&b)
	fmt.Fprintf(&b, "Content-Type: multipart/alternative; boundary=%s\r\n\r\n", parts.Boundary())
	text, err := parts.CreatePart(textproto.MIMEHeader{
		"Content-Type": {"text/plain; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return nil, err
	}
	q := quotedprintable.NewWriter(text)
	if _, err := q.Write([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n"))); err != nil {
		return nil, err
	}
	if err := q.Close(); err != nil {
		return nil, err
	}
	if l.Calendar != nil {
		part, err := parts.CreatePart(textproto.MIMEHeader{
			"Content-Type": {"text/calendar; charset=utf-8; method=" + l.Method}, "Content-Transfer-Encoding": {"base64"},
		})
		if err != nil {
			return nil, err
		}
		text := base64.StdEncoding.EncodeToString(l.Calendar)
		for ; len(text) > 76; text = text[76:] {
			fmt.Fprintf(part, "%s\r\n", text[:76])
		}
		fmt.Fprintf(part, "%s\r\n", text)
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
