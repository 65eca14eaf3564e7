package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/calendar"
	"madoguchi/booking/courier"
	"madoguchi/booking/ics"
	"madoguchi/booking/redisstore"
)

// partingTTL is how long the address of a resident who asked for notices outlives the cancelled appointment, so that
// the cancellation can be told.
const partingTTL = 15 * time.Minute

func partKey(store *redisstore.Store, id string) string { return "{" + store.Area() + "}:part:" + id }

// part keeps, before a cancellation, a copy of the sealed record of a resident who is to be told of it, for a short
// while, and reports whether there is anybody to be told.
func (s *Service) part(ctx context.Context, store *redisstore.Store, id string, record []byte) bool {
	key, sealed := keyName(record)
	if !s.parting.Load() || !sealed {
		return false
	}
	wrapped, err := s.vault.get(ctx, store.Area(), []string{key})
	if err != nil || wrapped[0] == nil {
		return false
	}
	p, err := s.secrets.open(id, record, wrapped[0])
	if err != nil || p.reveal().mail == "" && len(p.reveal().remind) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, s.vault.timeout)
	defer cancel()
	return s.rdb.Set(ctx, partKey(store, id), record, partingTTL).Err() == nil
}

// parted ends the life of a record's key after a cancellation: soon where somebody is to be told, else at once. Where
// the cancellation failed, the record stays as it was and only the copy goes.
func (s *Service) parted(ctx context.Context, store *redisstore.Store, id, key string, parting bool, failed error) {
	var lost *redisstore.UnknownError
	switch {
	case errors.As(failed, &lost) && lost.Entry.Image != "":
		// It was carried out, and took the record with it that names the key; where Redis loses the one, it loses this too.
		if _, err := s.vault.keep(ctx, store.Area(), key, partingTTL); err != nil {
			s.log.Warn("the key of a personal record stays until it expires", "appointment", id, "err", err)
		}
	case errors.Is(failed, redisstore.ErrUnavailable):
		// Nothing is known: the copy and the key expire by themselves.
	case failed != nil && parting:
		if err := s.rdb.Del(ctx, partKey(store, id)).Err(); err != nil {
			s.log.Warn("the copy of a personal record stays until it expires", "appointment", id, "err", err)
		}
	case failed != nil:
	case parting:
		if _, err := s.vault.keep(ctx, store.Area(), key, partingTTL); err != nil {
			s.destroy(ctx, store, id, key)
		}
	default:
		s.destroy(ctx, store, id, key)
	}
}

// contact unseals whom a notice goes to; nobody where the record is gone.
func (s *Service) contact(ctx context.Context, store *redisstore.Store, id string) (Person, error) {
	people := map[string]Person{}
	if err := s.unseal(ctx, store, []string{id}, people); err != nil {
		return Person{}, err
	}
	if p, ok := people[id]; ok {
		return p, nil
	}
	asked, cancel := context.WithTimeout(ctx, s.vault.timeout)
	defer cancel()
	record, err := s.rdb.Get(asked, partKey(store, id)).Bytes()
	if errors.Is(err, redis.Nil) {
		return Person{}, nil
	}
	key, sealed := keyName(record)
	if err != nil || !sealed {
		return Person{}, err
	}
	wrapped, err := s.vault.get(ctx, store.Area(), []string{key})
	if err != nil || wrapped[0] == nil {
		return Person{}, err
	}
	return s.secrets.open(id, record, wrapped[0])
}

// current reads what a notice to the resident is about, and reports whether it still has a point: an invitation to
// something cancelled, or a reminder of what has begun, has none.
func (n *Notifier) current(ctx context.Context, store *redisstore.Store, j courier.Job) (redisstore.Record, bool, error) {
	r, err := store.Get(ctx, j.Subject)
	if errors.Is(err, redisstore.ErrNotFound) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	if j.Type == redisstore.EventCancelled {
		return r, r.State == StateCancelled, nil
	}
	return r, r.State == StateBooked && r.Start.After(n.s.now()), nil
}

// sendMail sends an invitation, its update or its end to a resident who gave an address, and a reminder to one who
// asked for it.
func (n *Notifier) sendMail(ctx context.Context, store *redisstore.Store, j courier.Job) error {
	if j.Type == redisstore.EventOffered {
		return n.mailOffer(ctx, store, j)
	}
	r, due, err := n.current(ctx, store, j)
	if err != nil || !due {
		return err
	}
	p, err := n.s.contact(ctx, store, j.Subject)
	if err != nil || !p.Known() {
		return err
	}
	who := p.reveal()
	remind := j.Type == redisstore.EventRemind
	if who.mail == "" || remind && !slices.Contains(who.remind, WayMail) {
		return nil
	}
	a := n.s.dir().appointment(store.Area(), r)
	letter := courier.Letter{ID: j.ID, Subject: n.subject(j.Type, a), Text: n.text(j.Type, a)}
	if !remind {
		letter.Method = "REQUEST"
		write := ics.Invite
		if j.Type == redisstore.EventCancelled {
			letter.Method, write = "CANCEL", ics.Cancel
		}
		letter.Calendar, err = write(n.s.event(a, r.Sequence, n.c.Host, time.Now()), n.c.Mail.From, a.OfficeName, who.mail)
		if err != nil {
			return fmt.Errorf("%w: invitation of %s: %w", courier.ErrRefused, a.ID, err)
		}
	}
	return n.c.Mail.Send(ctx, who.mail, letter)
}

// Call is what the sender of short messages and calls is asked to do. It holds the resident's number: this receiver is
// configured apart from all others.
type Call struct {
	Type string   `json:"type" enum:"sms,voice"`
	Data CallData `json:"data"`
}

// CallData is whom to tell what.
type CallData struct {
	To          string `json:"to" doc:"telephone number, digits only"`
	Text        string `json:"text"`
	Language    string `json:"language"`
	Appointment string `json:"appointment" doc:"or the place on the waiting list (w_…) of an offer"`
}

func (n *Notifier) sendCall(way string, hook *courier.Webhook) func(context.Context, *redisstore.Store, courier.Job) error {
	return func(ctx context.Context, store *redisstore.Store, j courier.Job) error {
		if j.Type == redisstore.EventOffered {
			return n.callOffer(ctx, store, j, way, hook)
		}
		r, due, err := n.current(ctx, store, j)
		if err != nil || !due {
			return err
		}
		p, err := n.s.contact(ctx, store, j.Subject)
		if err != nil || !p.Known() || !slices.Contains(p.reveal().remind, way) {
			return err
		}
		a := n.s.dir().appointment(store.Area(), r)
		return call(ctx, hook, way, j.ID, CallData{To: phoneDigits(p.reveal().phone), Text: n.text(j.Type, a), Language: "ja", Appointment: a.ID})
	}
}

func call(ctx context.Context, hook *courier.Webhook, way, id string, what CallData) error {
	body, err := json.Marshal(Call{way, what})
	if err != nil {
		return err
	}
	return hook.Send(ctx, id, time.Now(), body)
}

// event is an appointment as calendars show it.
func (s *Service) event(a Appointment, sequence int, host string, stamp time.Time) ics.Event {
	e := ics.Event{
		UID: a.ID + "@" + host, Sequence: sequence, Stamp: stamp, Start: a.Start, End: a.End, Summary: words(a),
		Place: a.OfficeName + " " + a.BoothName, Notes: fmt.Sprintf("番号 %d", a.Number), Cancelled: a.State == StateCancelled,
	}
	if e.Cancelled {
		e.Sequence++
	}
	return e
}

// words are the neutral words of a visit: 医院・薬局.
func words(a Appointment) string {
	var list []string
	for _, l := range a.Legs {
		list = append(list, l.PublicName)
	}
	return strings.Join(list, "・")
}

var occasions = map[string]string{
	redisstore.EventBooked: "予約を うけました", redisstore.EventMoved: "予約が かわりました", redisstore.EventDelayed: "時間が おそくなります",
	redisstore.EventCancelled: "予約を 取り消しました", redisstore.EventRemind: "予約の お知らせ",
	redisstore.EventOffered: "空きが 出ました",
}

func (n *Notifier) subject(kind string, a Appointment) string {
	return fmt.Sprintf("%s %s %s", occasions[kind], a.OfficeName, when(a))
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

func when(a Appointment) string {
	at := a.Start.In(calendar.Tokyo)
	return fmt.Sprintf("%d月%d日(%s) %s", at.Month(), at.Day(), weekdays[at.Weekday()], at.Format("15:04"))
}

// text is a notice in words: date, office, number and the neutral word.
func (n *Notifier) text(kind string, a Appointment) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n日時 %s\n場所 %s %s\n行き先 %s\n番号 %d\n", occasions[kind], when(a), a.OfficeName, a.BoothName, words(a), a.Number)
	if o, ok := n.s.dir().Office(a.Office); ok && o.Phone != "" {
		fmt.Fprintf(&b, "\n来られない ときは お電話ください: %s %s\n", o.Name, o.Phone)
	}
	if n.c.Page != "" && kind != redisstore.EventCancelled {
		fmt.Fprintf(&b, "予約の 確認と 取り消し: %s\n", n.c.Page)
	}
	return b.String()
}
