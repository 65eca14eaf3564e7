package ics

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"
)

// zoneName is the only zone offices live in. Japan has kept UTC+9 without summer time since 1952.
const zoneName = "Asia/Tokyo"

var zone = time.FixedZone("JST", 9*60*60)

// product names who wrote the text (PRODID, RFC 5545, 3.7.3).
const product = "-//Madoguchi//Booking//JA"

// Event is an appointment as a calendar shows it.
type Event struct {
	UID       string    // the same for the appointment's whole life, e.g. a_….example.jp
	Sequence  int       // 0 when booked; one more with each change of time or place, and when cancelled
	Stamp     time.Time // when the message is written (DTSTAMP, RFC 5545, 3.8.7.2)
	Start     time.Time
	End       time.Time
	Summary   string // the neutral word: 医院, 薬局, 市役所
	Place     string // office and booth
	Notes     string // lines to be shown below, e.g. the number
	Cancelled bool
}

// Errors of invitations.
var (
	ErrEvent   = errors.New("an event needs a UID, a summary, and an end after its start")
	ErrAddress = errors.New("not an address like name@example.jp")
)

// Invite gives the invitation of one resident by the office (METHOD:REQUEST), or its update: a calendar takes the one
// with the higher sequence. It gives ErrEvent or ErrAddress.
func Invite(e Event, organizer, name, attendee string) ([]byte, error) {
	e.Cancelled = false
	return message(ical.MethodRequest, e, organizer, name, attendee)
}

// Cancel takes an invitation back (METHOD:CANCEL). Its sequence has to be higher than that of the invitation.
func Cancel(e Event, organizer, name, attendee string) ([]byte, error) {
	e.Cancelled = true
	return message(ical.MethodCancel, e, organizer, name, attendee)
}

func message(method ical.Method, e Event, organizer, name, attendee string) ([]byte, error) {
	for _, address := range []string{organizer, attendee} {
		if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
			return nil, ErrAddress
		}
	}
	cal := calendar(method)
	v, err := add(cal, e)
	if err != nil {
		return nil, err
	}
	v.SetOrganizer("mailto:"+organizer, ical.WithCN(parameter(name)))
	answer := ical.ParticipationStatusAccepted // booked already: nobody waits for a reply
	v.AddAttendee("mailto:"+attendee, ical.ParticipationRoleReqParticipant, answer, ical.WithRSVP(false))
	return text(cal)
}

// Feed gives all events of somebody under one name, to be subscribed to (METHOD:PUBLISH). refresh is how often a
// calendar should ask again.
func Feed(name string, refresh time.Duration, events []Event) ([]byte, error) {
	cal := calendar(ical.MethodPublish)
	cal.SetName(plain(name)) // and X-WR-CALNAME, which most programs read
	cal.SetXWRTimezone(zoneName)
	every := fmt.Sprintf("PT%dM", max(1, int(refresh/time.Minute)))
	cal.SetRefreshInterval(every) // the library writes VALUE=DURATION
	cal.SetXPublishedTTL(every)
	for _, e := range events {
		if _, err := add(cal, e); err != nil {
			return nil, fmt.Errorf("event %s: %w", e.UID, err)
		}
	}
	return text(cal)
}

func calendar(method ical.Method) *ical.Calendar {
	cal := ical.NewCalendar()
	cal.SetProductId(product)
	cal.SetMethod(method)
	cal.SetCalscale("GREGORIAN")
	tz := cal.AddTimezone(zoneName)
	standard := tz.AddStandard()
	standard.SetProperty(ical.ComponentPropertyDtStart, "19700101T000000")
	standard.SetProperty("TZOFFSETFROM", "+0900")
	standard.SetProperty("TZOFFSETTO", "+0900")
	standard.SetProperty("TZNAME", "JST")
	return cal
}

func add(cal *ical.Calendar, e Event) (*ical.VEvent, error) {
	if e.UID == "" || strings.ContainsAny(e.UID, "\r\n") || e.Summary == "" || !e.End.After(e.Start) || e.Sequence < 0 {
		return nil, ErrEvent
	}
	v := cal.AddEvent(e.UID)
	v.SetProperty(ical.ComponentPropertyDtstamp, e.Stamp.UTC().Format("20060102T150405Z"))
	v.SetProperty(ical.ComponentPropertySequence, fmt.Sprint(e.Sequence))
	v.SetProperty(ical.ComponentPropertyDtStart, local(e.Start), ical.WithTZID(zoneName))
	v.SetProperty(ical.ComponentPropertyDtEnd, local(e.End), ical.WithTZID(zoneName))
	v.SetSummary(plain(e.Summary))
	if e.Place != "" {
		v.SetLocation(plain(e.Place))
	}
	if e.Notes != "" {
		v.SetDescription(plain(e.Notes))
	}
	v.SetProperty(ical.ComponentPropertyClass, "PRIVATE")
	if e.Cancelled {
		v.SetStatus(ical.ObjectStatusCancelled)
		v.SetProperty(ical.ComponentPropertyTransp, "TRANSPARENT")
	} else {
		v.SetStatus(ical.ObjectStatusConfirmed)
		v.SetProperty(ical.ComponentPropertyTransp, "OPAQUE")
	}
	return v, nil
}

func local(t time.Time) string { return t.In(zone).Format("20060102T150405") }

// plain keeps line breaks, which the format escapes, and drops other control characters, which it forbids.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// parameter is a text that can be a parameter's value: without the quote that would end it.
func parameter(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(plain(s), `"`, "'"), "\n", " ")
}

func text(cal *ical.Calendar) ([]byte, error) {
	var b strings.Builder
	if err := cal.SerializeTo(&b, ical.WithNewLine("\r\n")); err != nil {
		return nil, fmt.Errorf("write calendar: %w", err)
	}
	return []byte(b.String()), nil
}
