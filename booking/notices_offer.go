package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
)

// offerJob makes what is to be sent of an offer to somebody on the waiting list who gave an address.
func (n *Notifier) offerJob(ctx context.Context, store *redisstore.Store, e redisstore.Event) (courier.Job, bool, error) {
	w, err := n.at(ctx, store, e.ID).Waiter(ctx, e.ID)
	if errors.Is(err, redisstore.ErrNotFound) {
		return courier.Job{}, false, nil
	}
	return jobOf(store, e), err == nil && !w.Anonymous && w.Resident != "", err
}

// offered reads the offer a notice is about, as an appointment, and until when it stands; false where it no longer does.
func (n *Notifier) offered(ctx context.Context, store *redisstore.Store, id string) (a Appointment, until time.Time, stands bool, err error) {
	w, err := store.Waiter(ctx, id)
	if errors.Is(err, redisstore.ErrNotFound) || err == nil && w.State != redisstore.WaitOffered {
		return a, until, false, nil
	}
	if err != nil {
		return a, until, false, err
	}
	now, err := store.Now(ctx)
	if err != nil || !w.Until.After(now) {
		return a, until, false, err
	}
	held, err := store.Get(ctx, w.Hold)
	if errors.Is(err, redisstore.ErrNotFound) || err == nil && held.State != redisstore.StateHeld {
		return a, until, false, nil
	}
	return n.s.dir().appointment(store.Area(), held), w.Until, err == nil, err
}

// waiterContact is whom an offer goes to, and what is said; nobody where it no longer stands or its record is gone.
func (n *Notifier) waiterContact(ctx context.Context, store *redisstore.Store, id string) (p Person, a Appointment, text string, err error) {
	a, until, stands, err := n.offered(ctx, store, id)
	if err != nil || !stands {
		return Person{}, a, "", err
	}
	p, err = n.s.contact(ctx, store, id)
	return p, a, n.offerText(a, until), err
}

func (n *Notifier) mailOffer(ctx context.Context, store *redisstore.Store, j courier.Job) error {
	p, a, text, err := n.waiterContact(ctx, store, j.Subject)
	if err != nil || !p.Known() || p.reveal().mail == "" {
		return err
	}
	return n.c.Mail.Send(ctx, p.reveal().mail, courier.Letter{ID: j.ID, Subject: n.subject(j.Type, a), Text: text})
}

func (n *Notifier) callOffer(ctx context.Context, store *redisstore.Store, j courier.Job, way string, hook *courier.Webhook) error {
	p, _, text, err := n.waiterContact(ctx, store, j.Subject)
	if err != nil || !p.Known() || !slices.Contains(p.reveal().remind, way) {
		return err
	}
	return call(ctx, hook, way, j.ID, CallData{To: phoneDigits(p.reveal().phone), Text: text, Language: "ja", Appointment: j.Subject})
}

// offerText is an offer in words: date, office and the neutral word, and how to answer until when.
func (n *Notifier) offerText(a Appointment, until time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n日時 %s\n場所 %s %s\n行き先 %s\n%s までに お答えください\n", occasions[redisstore.EventOffered], when(a),
		a.OfficeName, a.BoothName, words(a), until.In(calendar.Tokyo).Format("15:04"))
	if o, ok := n.s.dir().Office(a.Office); ok && o.Phone != "" {
		fmt.Fprintf(&b, "\nお電話: %s %s\n", o.Name, o.Phone)
	}
	if n.c.Page != "" {
		fmt.Fprintf(&b, "待つときの 番号で 答える ページ: %s\n", n.c.Page)
	}
	return b.String()
}
