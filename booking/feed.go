package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/calendar"
	"madoguchi/booking/ics"
	"madoguchi/booking/redisstore"
)

// What a feed shows and how often calendars should ask.
const (
	feedBack    = 7
	feedRefresh = 15 * time.Minute
)

func (s *Service) registerFeeds(api huma.API) {
	refusals := []int{401, 403, 404, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "feed-open", Method: http.MethodPost, Path: "/v1/desks/{desk}/feed", Tags: []string{"calendars"}, DefaultStatus: http.StatusCreated,
		Summary:     "Make an address from which calendars subscribe to a desk",
		Description: "By the desk, the reception of its pool or an administrator. The address is told only here; one made before ends.", Errors: refusals,
	}, s.postFeed)
	seated(s, api, huma.Operation{
		OperationID: "feed-revoke", Method: http.MethodDelete, Path: "/v1/desks/{desk}/feed", Tags: []string{"calendars"}, DefaultStatus: http.StatusNoContent,
		Summary: "End a desk's feed", Errors: refusals,
	}, s.deleteFeed)
	huma.Register(api, huma.Operation{
		OperationID: "feed", Method: http.MethodGet, Path: "/v1/feed.ics", Tags: []string{"calendars"},
		Summary: "A desk's appointments as a calendar", Description: "Date, office, number and the neutral word; nobody's name. Answers 304 while nothing has changed.",
		Errors: []int{404, 503}, Security: []map[string][]string{{}},
		Responses: map[string]*huma.Response{"200": {
			Description: "iCalendar", Content: map[string]*huma.MediaType{"text/calendar": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}, "304": {Description: "unchanged"}},
	}, s.getFeed)
}

type deskInput struct {
	Desk string `path:"desk" maxLength:"40"`
}

type feedOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Path string `json:"path" doc:"of the feed, with its secret; append it to this server's address"`
	}
}

func feedKey(area, desk string) string { return "{" + area + "}:feed:" + desk }

// feedOwner checks that the caller may open and revoke a desk's feed.
func (s *Service) feedOwner(c Caller, desk string) (Desk, error) {
	k, ok := s.dir().Desk(desk)
	if !ok {
		return Desk{}, problemUnknown("desk", desk)
	}
	kind, id := c.seat()
	if kind != seatAdmin && !(kind == seatDesk && id == k.ID) && !(kind == seatAssistant && id == k.Pool) {
		return Desk{}, problemNotYours("have this desk's feed")
	}
	return k, nil
}

func (s *Service) postFeed(ctx context.Context, c Caller, in *deskInput) (*feedOutput, error) {
	k, err := s.feedOwner(c, in.Desk)
	if err != nil {
		return nil, err
	}
	secret := rand.Text()
	if err := s.rdb.Set(ctx, feedKey(k.Area, k.ID), hashed(secret), 0).Err(); err != nil {
		return nil, unavailableProblem(errors.Join(redisstore.ErrUnavailable, err))
	}
	s.log.Info("feed opened", "desk", k.ID)
	out := &feedOutput{CacheControl: "no-store"}
	out.Body.Path = "/v1/feed.ics?key=" + k.ID + "." + secret
	return out, nil
}

func (s *Service) deleteFeed(ctx context.Context, c Caller, in *deskInput) (*struct{}, error) {
	k, err := s.feedOwner(c, in.Desk)
	if err != nil {
		return nil, err
	}
	if err := s.rdb.Del(ctx, feedKey(k.Area, k.ID)).Err(); err != nil {
		return nil, unavailableProblem(errors.Join(redisstore.ErrUnavailable, err))
	}
	s.log.Info("feed revoked", "desk", k.ID)
	return nil, nil
}

// hashed is what is kept of a feed's secret: 130 random bits need no salt.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// The secret stands in the query, because queries are not logged.
type feedInput struct {
	Key         string `query:"key" maxLength:"120"`
	IfNoneMatch string `header:"If-None-Match"`
}

type calendarOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Body         []byte
}

func (s *Service) getFeed(ctx context.Context, in *feedInput) (*calendarOutput, error) {
	gone := problem(http.StatusNotFound, SlugUnknown, "Unknown feed", "there is no such feed, or none any more")
	id, secret, _ := strings.Cut(in.Key, ".")
	k, ok := s.dir().Desk(id)
	if !ok {
		return nil, gone
	}
	kept, err := s.rdb.Get(ctx, feedKey(k.Area, k.ID)).Result()
	if err == nil && subtle.ConstantTimeCompare([]byte(kept), []byte(hashed(secret))) != 1 || errors.Is(err, redis.Nil) {
		return nil, gone
	}
	if err != nil {
		return nil, s.told(ctx, "feed", unavailableProblem(errors.Join(redisstore.ErrUnavailable, err)))
	}
	events, err := s.deskEvents(ctx, k)
	if err != nil {
		return nil, s.told(ctx, "feed", asProblem(err))
	}
	plain, err := ics.Feed(k.Name, feedRefresh, events)
	if err != nil {
		return nil, s.told(ctx, "feed", asProblem(err))
	}
	out := &calendarOutput{
		Status: http.StatusOK, ContentType: "text/calendar; charset=utf-8", CacheControl: "private, max-age=60",
		ETag: `"` + hashed(string(plain))[:24] + `"`,
	}
	if strings.Contains(in.IfNoneMatch, out.ETag) {
		out.Status = http.StatusNotModified
		return out, nil
	}
	for i := range events { // the stamp is when this is written; it is no part of what the tag stands for
		events[i].Stamp = s.now()
	}
	out.Body, err = ics.Feed(k.Name, feedRefresh, events)
	return out, s.told(ctx, "feed", asProblem(err))
}

// deskEvents are a desk's legs, a week back and as far ahead as can be booked.
func (s *Service) deskEvents(ctx context.Context, k Desk) ([]ics.Event, error) {
	var dates []string
	first := calendar.DateOf(s.now()).Add(-feedBack)
	for n := range feedBack + horizonDays + 1 {
		dates = append(dates, first.Add(n).String())
	}
	var events []ics.Event
	for _, store := range s.around(k) {
		records, err := store.DeskDay(ctx, k.ID, dates)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			events = append(events, s.legEvents(k, s.dir().appointment(store.Area(), r), r)...)
		}
	}
	return events, nil
}

// legEvents are the legs of one visit at a desk.
func (s *Service) legEvents(k Desk, a Appointment, r redisstore.Record) []ics.Event {
	var events []ics.Event
	for n, l := range a.Legs {
		if l.Desk != k.ID {
			continue
		}
		e := s.event(a, r.Sequence, "feed.madoguchi.invalid", time.Time{})
		e.UID = fmt.Sprintf("%d.%s", n, e.UID)
		e.Start, e.End, e.Summary = l.Start, l.End, l.PublicName
		e.Cancelled = e.Cancelled || r.Legs[n].Freed
		events = append(events, e)
	}
	return events
}
