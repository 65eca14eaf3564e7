package booking_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
	"madoguchi/deploy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(redistest.Suite{M: m}) }

// counter is the seat most tests book from.
var counter = booking.Caller{Seat: "counter:shiomachihama", Role: "staff", Area: "shiomachi", Office: "shiomachihama"}

var (
	minami  = person("ミナミ フサエ", "0999-00-1456")
	isobe   = person("イソベ ハルエ", "0999-00-1457")
	medical = booking.LegRequest{Service: "medical", Pool: "morita"}
	then    = booking.LegRequest{Service: "guidance", Pool: "shiokaze"}
	card    = booking.LegRequest{Service: "card", Pool: "shimin"}
	gyosei  = booking.LegRequest{Service: "gyosei", Pool: "gyosei"}
)

func person(kana, phone string) booking.Person {
	p, err := booking.NewPerson(kana, phone)
	if err != nil {
		panic(err)
	}
	return p
}

// desk is a service under test, with its clock and its Redis.
type desk struct {
	*booking.Service
	*redistest.Server
	now time.Time
}

type setting struct {
	store   redisstore.Options
	options []booking.Option
	now     time.Time
	journal *journal.Journal
	keys    redis.UniversalClient
	eves    []booking.Eve
}

// clinicMorning is a Wednesday on which the clinic is open until noon, soon after the machine's own date, since the
// store's expiries run by Redis's clock.
func clinicMorning() time.Time {
	d := calendar.DateOf(time.Now()).Add(2)
	for {
		_, holiday := calendar.Holiday(d)
		newYear := d.Month == time.December && d.Day >= 28 || d.Month == time.January && d.Day <= 4
		if d.Weekday() == time.Wednesday && !holiday && !newYear {
			return d.At(9 * 60)
		}
		d = d.Add(1)
	}
}

func newDesk(t testing.TB, s *redistest.Server, set setting) *desk {
	t.Helper()
	dir, err := booking.Load(deploy.Sample(), set.options...)
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{Server: s, now: set.now}
	if k.now.IsZero() {
		k.now = clinicMorning().Add(-24 * time.Hour)
	}
	k.Service, err = booking.New(booking.Config{
		Directory: dir, Redis: s.Client, Secret: []byte("a secret of at least thirty-two bytes"), Store: set.store,
		Now: func() time.Time { return k.now }, Sweep: 20 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Journal: set.journal, KeyRedis: set.keys, RemindOn: set.eves,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var keys atomic.Int64

func newKey() string { return fmt.Sprintf("key-%d", keys.Add(1)) }

// wish asks for 医院 then 薬局 at 10:00 on the clinic's morning.
func wish() booking.HoldRequest {
	return booking.HoldRequest{
		Key: newKey(), Office: "shiomachihama", Start: clinicMorning().Add(time.Hour), Legs: []booking.LegRequest{medical, then},
	}
}

func (k *desk) mustHold(t testing.TB, h booking.HoldRequest) booking.Hold {
	t.Helper()
	held, err := k.Hold(context.Background(), counter, h)
	if err != nil {
		t.Fatalf("hold at %v: %v", h.Start, err)
	}
	return held
}

func (k *desk) mustBook(t testing.TB, h booking.HoldRequest, who booking.Person) booking.Appointment {
	t.Helper()
	held := k.mustHold(t, h)
	a, err := k.Confirm(context.Background(), counter, held.ID, booking.ConfirmRequest{Resident: who})
	if err != nil {
		t.Fatalf("confirm: %v", err)
	}
	return a
}

// refusedAs fails the test unless err is the problem with that slug.
func refusedAs(t testing.TB, err error, slug string) {
	t.Helper()
	var p *booking.Problem
	if !errors.As(err, &p) || p.Slug() != slug {
		t.Fatalf("got %v, want the problem %s", err, slug)
	}
}
