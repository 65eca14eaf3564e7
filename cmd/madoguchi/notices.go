package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	yaml "github.com/goccy/go-yaml"

	"madoguchi/booking"
	"madoguchi/booking/courier"
)

// noticesFile is the file of the setting notices; deploy/madoguchi.notices.example.yaml explains it. It holds secrets,
// which is why it is a file of its own that only we may read.
type noticesFile struct {
	Private   []string      `yaml:"private"`
	Webhooks  []hookSetting `yaml:"webhooks"`
	SMS       *callSetting  `yaml:"sms"`
	Voice     *callSetting  `yaml:"voice"`
	Staff     *callSetting  `yaml:"staff"`
	Mail      *mailSetting  `yaml:"mail"`
	Reminders *[]string     `yaml:"reminders"`
}

type hookSetting struct {
	ID      string   `yaml:"id"`
	URL     string   `yaml:"url"`
	Secrets []string `yaml:"secrets"`
	Events  []string `yaml:"events"`
	Offices []string `yaml:"offices"`
	Pools   []string `yaml:"pools"`
}

type callSetting struct {
	URL     string   `yaml:"url"`
	Secrets []string `yaml:"secrets"`
}

type mailSetting struct {
	Server   string `yaml:"server"`
	Secure   string `yaml:"secure"`
	User     string `yaml:"user"`
	Password string `yaml:"password"`
	From     string `yaml:"from"`
	Name     string `yaml:"name"`
}

// settings of notices, ready to be used.
type noticeSettings struct {
	to        booking.Notices
	staff     *courier.Webhook // telephones a post office; nil: nothing does
	reminders []time.Duration
	remindOn  []booking.Eve
}

// Bounds of the notices file.
const (
	maxNoticesFile = 256 << 10
	maxWebhooks    = 100
	maxReminders   = 5
)

// loadNotices reads the notices file; without one nobody is told of anything.
func loadNotices(path, publicURL string) (noticeSettings, error) {
	none := noticeSettings{reminders: []time.Duration{}}
	if path == "" {
		return none, nil
	}
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return none, wrong("notices", "%q is not a file that can be read; give a YAML file like madoguchi.notices.example.yaml", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return none, wrong("notices", "%s holds secrets and others can read it (mode %v); chmod 0600 it", path, info.Mode().Perm())
	}
	if info.Size() > maxNoticesFile {
		return none, wrong("notices", "%s has %d bytes; at most %d are read", path, info.Size(), maxNoticesFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return none, wrong("notices", "%v", err)
	}
	s, err := parseNotices(text, publicURL)
	if err != nil {
		return none, wrong("notices", "%s: %v", path, err)
	}
	return s, nil
}

func parseNotices(text []byte, publicURL string) (noticeSettings, error) {
	f, err := decodeNotices(text)
	if err != nil && len(bytes.TrimSpace(text)) > 0 {
		return noticeSettings{}, unquoted(err)
	}
	s := noticeSettings{to: booking.Notices{Host: "madoguchi.invalid"}}
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		s.to.Host, s.to.Page = u.Hostname(), strings.TrimSuffix(publicURL, "/")+"/my/"
	}
	private, err := prefixes(f.Private)
	errs := []error{err}
	if len(f.Webhooks) > maxWebhooks {
		errs = append(errs, fmt.Errorf("webhooks: there are %d; at most %d are possible", len(f.Webhooks), maxWebhooks))
	}
	seen := map[string]bool{}
	for i, h := range f.Webhooks {
		r, err := h.receiver(private)
		if err == nil && seen[h.ID] {
			err = fmt.Errorf("id %q is there twice", h.ID)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("webhooks, number %d: %w", i+1, err))
		}
		seen[h.ID] = true
		s.to.Webhooks = append(s.to.Webhooks, r)
	}
	for name, one := range map[string]struct {
		from *callSetting
		to   **courier.Webhook
	}{"sms": {f.SMS, &s.to.SMS}, "voice": {f.Voice, &s.to.Voice}, "staff": {f.Staff, &s.staff}} {
		if one.from == nil {
			continue
		}
		if *one.to, err = courier.NewWebhook(one.from.URL, one.from.Secrets, private); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	s.to.Mail, err = f.Mail.mail()
	errs = append(errs, err)
	s.reminders, s.remindOn, err = reminders(f.Reminders)
	return s, errors.Join(append(errs, err)...)
}

// decodeNotices reads the file's form. Should the library give up on something, as it does on a tag without a value where
// a list belongs, that is an error like any other.
func decodeNotices(text []byte) (f noticesFile, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("cannot be read as YAML: look for a ! or another sign without a value")
		}
	}()
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f)
	return f, err
}

// unquoted drops the lines of the file that the YAML library repeats in its errors: a secret may stand there.
func unquoted(err error) error {
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}

func prefixes(texts []string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("private: %q is not a network like 10.1.0.0/16", text)
		}
		list = append(list, p)
	}
	return list, nil
}

var hookID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

func (h hookSetting) receiver(private []netip.Prefix) (booking.Receiver, error) {
	if !hookID.MatchString(h.ID) {
		return booking.Receiver{}, fmt.Errorf("id %q: use up to 40 small letters, digits and hyphens", h.ID)
	}
	for _, e := range h.Events {
		if !slices.Contains(booking.PublicEvents(), e) {
			return booking.Receiver{}, fmt.Errorf("event %q is not known; known are %s", e, strings.Join(booking.PublicEvents(), ", "))
		}
	}
	hook, err := courier.NewWebhook(h.URL, h.Secrets, private)
	return booking.Receiver{ID: h.ID, Hook: hook, Events: h.Events, Offices: h.Offices, Pools: h.Pools}, err
}

func (m *mailSetting) mail() (*courier.Mail, error) {
	if m == nil {
		return nil, nil
	}
	if m.Secure == "" {
		m.Secure = courier.STARTTLS
	}
	host, _, err := net.SplitHostPort(m.Server)
	from, wrongFrom := mail.ParseAddress(m.From)
	switch {
	case err != nil:
		return nil, fmt.Errorf("mail: server %q is not host:port; write for example smtp.example.jp:587", m.Server)
	case !slices.Contains([]string{courier.STARTTLS, courier.TLS, courier.NoTLS}, m.Secure):
		return nil, fmt.Errorf("mail: secure is %q; write starttls, tls or none", m.Secure)
	case m.Secure == courier.NoTLS && !onThisMachine(host):
		return nil, fmt.Errorf("mail: secure: none is for a server on this machine only, not for %q", host)
	case wrongFrom != nil || from.Address != m.From:
		return nil, fmt.Errorf("mail: from %q is not an address like yoyaku@example.jp", m.From)
	case (m.User == "") != (m.Password == ""):
		return nil, errors.New("mail: user and password belong together: write both or neither")
	}
	return &courier.Mail{Server: m.Server, Secure: m.Secure, User: m.User, Password: m.Password, From: m.From, FromName: m.Name}, nil
}

func onThisMachine(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// reminders reads how long before the start, or at what time on which day before it; nothing written means a day and two
// hours.
func reminders(texts *[]string) ([]time.Duration, []booking.Eve, error) {
	if texts == nil {
		return nil, nil, nil
	}
	list, eves := []time.Duration{}, []booking.Eve(nil)
	if len(*texts) > maxReminders {
		return nil, nil, fmt.Errorf("reminders: there are %d; at most %d are possible", len(*texts), maxReminders)
	}
	for _, text := range *texts {
		if eve, ok := eveOf(text); ok {
			eves = append(eves, eve)
			continue
		}
		d, err := time.ParseDuration(text)
		if err != nil || d < 10*time.Minute || d > 14*24*time.Hour {
			return nil, nil, fmt.Errorf("reminders: %q is not how long before the start; write for example 24h or 2h (10m to 336h), or 1d 17:00 for 17:00 the day before (1d to 14d)", text)
		}
		list = append(list, d)
	}
	return list, eves, nil
}

var eveForm = regexp.MustCompile(`^(\d{1,2})d ([0-2]\d:[0-5]\d)$`)

// eveOf reads "1d 17:00".
func eveOf(text string) (booking.Eve, bool) {
	parts := eveForm.FindStringSubmatch(text)
	if parts == nil {
		return booking.Eve{}, false
	}
	days, err := strconv.Atoi(parts[1])
	at, wrong := time.Parse("15:04", parts[2])
	return booking.Eve{Days: days, Minute: at.Hour()*60 + at.Minute()}, err == nil && wrong == nil && days >= 1 && days <= 14
}
