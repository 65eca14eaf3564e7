package booking_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"
	"github.com/emersion/go-smtp"

	"madoguchi/booking"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// post is a mail server that passes on what it gets.
type post chan parcel

type parcel struct {
	to   string
	text []byte
}

func (p post) NewSession(*smtp.Conn) (smtp.Session, error) { return &postSession{post: p}, nil }

type postSession struct {
	post
	to string
}

func (s *postSession) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *postSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *postSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.post <- parcel{s.to, text}
	return err
}
func (s *postSession) Reset()        {}
func (s *postSession) Logout() error { return nil }

// mailServer starts a real SMTP server and gives how to reach it.
func mailServer(t *testing.T) (post, *courier.Mail) {
	t.Helper()
	p := make(post, 100)
	server := smtp.NewServer(p)
	server.Domain = "mail.example.jp"
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
	return p, &courier.Mail{Server: l.Addr().String(), Secure: courier.NoTLS, From: "yoyaku@example.jp", FromName: "汐待 予約係"}
}

// letter is a mail as its reader sees it.
type letter struct{ to, subject, text, calendar string }

// next waits for a mail and reads it.
func (p post) next(t *testing.T) letter {
	t.Helper()
	var got parcel
	select {
	case got = <-p:
	case <-time.After(20 * time.Second):
		t.Fatal("no mail came")
	}
	m, err := mail.ReadMessage(bytes.NewReader(got.text))
	if err != nil {
		t.Fatal(err)
	}
	one := letter{to: got.to}
	if one.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "text/plain" {
		one.text = readAll(t, quotedprintable.NewReader(m.Body))
		return one
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := parts.NextPart() // decodes quoted-printable by itself
		if err == io.EOF {
			return one
		}
		if err != nil {
			t.Fatal(err)
		}
		if text := readAll(t, part); strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain") {
			one.text = text
		} else {
			one.calendar += part.Header.Get("Content-Type")
		}
	}
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAResidentWithAnAddressIsWrittenTo(t *testing.T) {
	k := newDesk(t, redistest.Real(t), setting{})
	inbox, to := mailServer(t)
	k.notify(t, booking.Notices{Mail: to, Page: "https://yoyaku.example.jp/my/"})
	a := k.mustBook(t, wish(), withExtras(t, minami))
	k.mustBook(t, booking.HoldRequest{Key: newKey(), Office: "shiomachihama", Start: wish().Start.Add(time.Hour), Legs: []booking.LegRequest{medical}}, isobe) // without one
	moved, err := k.Move(context.Background(), counter, a.ID, booking.MoveRequest{Key: newKey(), Version: a.Version, Start: a.Start.Add(30 * time.Minute)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Cancel(context.Background(), moved.ID); err != nil {
		t.Fatal(err)
	}
	// A change that is over by the time it is to be told is not told: what comes is in order, and the end comes always.
	var subjects []string
	for len(subjects) == 0 || !strings.HasPrefix(subjects[len(subjects)-1], "予約を 取り消しました") {
		m := inbox.next(t)
		subjects = append(subjects, m.subject)
		if !strings.Contains(m.to, "fusae") || m.calendar == "" || !strings.Contains(m.text, "汐待浜郵便局") || !strings.Contains(m.text, "医院") {
			t.Errorf("got %+v", m)
		}
		for _, secret := range []string{"ミナミ", "診療", a.Reception, "M-00731"} {
			if strings.Contains(m.subject+m.text, secret) {
				t.Errorf("%q is written: %s %s", secret, m.subject, m.text)
			}
		}
	}
	if len(inbox) != 0 {
		t.Errorf("%d more letters", len(inbox))
	}
}

func TestAnOfferIsToldBySMSAndMail(t *testing.T) {
	k := newDesk(t, redistest.Real(t), setting{})
	inbox, to := mailServer(t)
	phones := newReceiver(t, nil)
	k.notify(t, booking.Notices{Mail: to, SMS: hookTo(phones.URL), Page: "https://yoyaku.example.jp/my/"})
	ctx := context.Background()
	day := k.full(t)
	who, err := minami.With(booking.Extras{Mail: "fusae@example.jp", Remind: []string{"sms"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := k.Wait(ctx, counter, booking.WaitRequest{
		Key: newKey(), Office: "shiomachihama", Legs: []booking.LegRequest{medical}, From: clinicMorning(), To: clinicMorning().Add(4 * time.Hour),
		Resident: who,
	})
	if err != nil {
		t.Fatal(err)
	}
	k.waits(t, 7, false) // who gave no address
	k.runs(t)
	if _, err := k.Cancel(ctx, day[2].ID); err != nil {
		t.Fatal(err)
	}
	m := inbox.next(t)
	if !strings.HasPrefix(m.subject, "空きが 出ました") || !strings.Contains(m.text, "までに お答えください") || !strings.Contains(m.text, "https://yoyaku.example.jp/my/") {
		t.Errorf("got %+v", m)
	}
	var said booking.Call
	if err := json.Unmarshal([]byte(phones.after(t, 1)[0].text), &said); err != nil || said.Type != "sms" || said.Data.Appointment != w.ID || said.Data.To != "0999001456" {
		t.Fatalf("said %+v, %v", said, err)
	}
	for _, secret := range []string{"ミナミ", "診療"} {
		if strings.Contains(said.Data.Text+m.text+m.subject, secret) {
			t.Errorf("%q is told: %s", secret, said.Data.Text)
		}
	}
	if !strings.Contains(said.Data.Text, "空きが 出ました") {
		t.Errorf("said %q", said.Data.Text)
	}
}

func TestWhatAReceiverWasNeverToldIsReported(t *testing.T) {
	s := redistest.Real(t)
	k := newDesk(t, s, setting{store: redisstore.Options{Outbox: 100}})
	r := newReceiver(t, nil)
	ctx, stop := context.WithCancel(context.Background())
	first := booking.NewNotifier(k.Service, booking.Notices{Webhooks: []booking.Receiver{{ID: "all", Hook: hookTo(r.URL)}}, Every: 10 * time.Millisecond})
	done := make(chan error, 1)
	go func() { done <- first.Run(ctx) }() // ended below
	k.listening(t, 1)
	later := booking.HoldRequest{Key: newKey(), Office: "shiomachihama", Start: wish().Start.Add(time.Hour), Legs: []booking.LegRequest{medical}}
	k.mustBook(t, later, isobe)
	r.after(t, 1)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}

	for range 400 { // nobody carries notices out
		held := k.mustHold(t, wish())
		if err := k.Release(context.Background(), counter, held.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Client.XTrimMaxLen(context.Background(), "{shiomachi}:out", 50).Err(); err != nil {
		t.Fatal(err)
	}
	n := k.notify(t, booking.Notices{Webhooks: []booking.Receiver{{ID: "all", Hook: hookTo(r.URL)}}})
	_, api := humatest.New(t)
	n.Register(api)
	w := &web{k, api, t}
	missed := func() []courier.Gap {
		list := want[struct{ Channels []booking.DeliveryLine }](t, w.ask(ueda, "GET", "/v1/deliveries", ""), http.StatusOK)
		return list.Channels[0].Missed
	}
	until(t, "the gap is listed", func() bool { return len(missed()) == 1 })
	if g := missed()[0]; !g.Before.After(g.After) || time.Since(g.After) > time.Minute {
		t.Errorf("a gap of %+v", g)
	}
	b := k.mustBook(t, wish(), minami)
	if heard := r.after(t, 2); !slices.ContainsFunc(heard, func(m told) bool { return m.Data.Appointment == b.ID }) {
		t.Errorf("after the gap it is told nothing: %+v", heard)
	}
	if len(missed()) != 1 {
		t.Errorf("gaps %+v, want the one", missed())
	}
}
