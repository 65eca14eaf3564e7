package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"madoguchi/signaling/protocol"
)

// course is what becomes of a visit.
type course int

// Courses. Every visit but noShow and cancelled is met by a professional, unless its resident goes before.
const (
	plain     course = iota
	withMedia        // sound and pictures flow both ways
	guest            // somebody is invited, let in, and goes
	cut              // the booth's line is cut in the consultation, and its page comes back
	handover         // a second leg at another desk
	noShow           // checked in, and nobody ever comes into the booth
	cancelled        // before anybody has come
	left             // the resident goes while waiting
	courses
)

var courseNames = [courses]string{"plain", "with media", "with a guest", "cut and back", "handed over", "no-show", "cancelled", "left while waiting"}

// mix is the course of the nth visit: of twenty one has media, the others are of all sorts.
var mix = [20]course{
	withMedia, plain, guest, cut, handover, noShow, plain, guest, cut, handover,
	cancelled, plain, guest, cut, handover, left, plain, guest, cut, handover,
}

// lifeWithin bounds one whole visit.
const lifeWithin = 2 * time.Minute

// life is one visit, from its booking until nothing of it is left in the booth.
type life struct {
	*Visits
	*consultations
	at     place
	n      int
	course course

	appointment, session string
	sockets              []*socket
	room                 *room // of one with media
}

// live goes through it.
func (l *life) live(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, lifeWithin, errors.New("took too long"))
	defer cancel()
	defer l.close()
	if err := l.begin(ctx); err != nil {
		return fmt.Errorf("visit %d (%s) at %s: %w", l.n, courseNames[l.course], l.at.booth, err)
	}
	return nil
}

// begin is what comes before the booth. Some visits get no further.
func (l *life) begin(ctx context.Context) error {
	if err := l.book(ctx); err != nil {
		return err
	}
	counter, err := l.tokens("counter:" + l.at.office)
	if err != nil {
		return err
	}
	if l.course == cancelled {
		return l.call(ctx, http.MethodPost, "/v1/appointments/"+l.appointment+"/cancel", counter, nil, nil)
	}
	var in struct{ Session string }
	if err := l.call(ctx, http.MethodPost, "/v1/check-ins", counter, map[string]string{"appointment": l.appointment}, &in); err != nil {
		return err
	}
	l.session = in.Session
	if l.course == noShow {
		return l.nobodyComes(ctx)
	}
	return l.attend(ctx)
}

// book takes the earliest time there is. A visit is checked in long before it, and gives its time back when it is over.
func (l *life) book(ctx context.Context) error {
	counter, err := l.tokens("counter:" + l.at.office)
	if err != nil {
		return err
	}
	legs := []map[string]string{leg(townFirst, l.at.first)}
	if l.course == handover {
		legs = append(legs, leg(townSecond, l.at.second))
	}
	resident := visitor(l.n)
	start := time.Now().Truncate(visitEvery).Add(visitEvery)
	for range visitTries {
		var hold struct{ ID string }
		start = start.Add(visitEvery)
		err = l.call(ctx, http.MethodPost, "/v1/holds", counter, map[string]any{
			"office": l.at.office, "start": start, "booth": l.at.booth, "legs": legs, "resident": resident,
		}, &hold)
		if err == nil {
			l.appointment = hold.ID
			return l.call(ctx, http.MethodPost, "/v1/holds/"+hold.ID+"/confirm", counter, map[string]any{"resident": resident}, nil)
		}
	}
	return fmt.Errorf("no free time: %w", err)
}

const (
	visitEvery = 5 * time.Minute // times a visit may begin at
	visitTries = 24              // of them
)

// attend is the visit itself.
func (l *life) attend(ctx context.Context) error {
	booth, err := l.enter(ctx, "booth:"+l.at.booth, nil)
	if err != nil {
		return err
	}
	if l.course == withMedia {
		l.room = newRoom("visit", l.n, visitLoad, new(window))
	}
	if err := l.media(ctx, 0, booth); err != nil {
		return err
	}
	if err := booth.request(ctx, protocol.TypeReady, nil); err != nil {
		return err
	}
	if l.course == left {
		return errors.Join(booth.request(ctx, protocol.TypeLeave, nil), l.wiped(ctx, booth, protocol.ReasonLeft))
	}
	desk, err := l.meet(ctx, l.at.first, booth)
	if err != nil {
		return err
	}
	if booth, desk, err = l.during(ctx, booth, desk); err != nil {
		return err
	}
	if err := desk.request(ctx, protocol.TypeEnd, nil); err != nil {
		return err
	}
	return l.wiped(ctx, booth, protocol.ReasonDone)
}

// meet has a desk come and let the resident in.
func (l *life) meet(ctx context.Context, id string, booth *socket) (*socket, error) {
	desk, err := l.enter(ctx, "desk:"+id, nil)
	if err != nil {
		return nil, err
	}
	if err := l.media(ctx, 1, desk); err != nil {
		return nil, err
	}
	if err := desk.request(ctx, protocol.TypeAdmit, map[string]any{"participant": booth.participant}); err != nil {
		return nil, err
	}
	return desk, booth.until(ctx, "let in", func(s protocol.State, _ protocol.Reason) bool { return s == protocol.StateConsultation })
}

// during is what happens in the consultation. It returns the two ends as they are then.
func (l *life) during(ctx context.Context, booth, desk *socket) (b, d *socket, err error) {
	switch l.course {
	case withMedia:
		return booth, desk, l.flows(ctx)
	case guest:
		return booth, desk, l.guest(ctx, desk)
	case cut:
		if err := booth.conn.NetConn().Close(); err != nil { // no word of goodbye
			return booth, desk, err
		}
		booth.reading.Wait()
		booth, err = l.enter(ctx, booth.participant, booth)
		if err == nil {
			err = booth.until(ctx, "back", func(s protocol.State, _ protocol.Reason) bool { return s == protocol.StateConsultation })
		}
		return booth, desk, err
	case handover:
		if err := desk.request(ctx, protocol.TypeHandover, nil); err != nil {
			return booth, desk, err
		}
		desk, err = l.meet(ctx, l.at.second, booth)
		return booth, desk, err
	default:
		return booth, desk, nil
	}
}

// guest is invited, stands at the gate, is let in, and goes.
func (l *life) guest(ctx context.Context, desk *socket) error {
	seat, err := l.tokens(desk.participant)
	if err != nil {
		return err
	}
	var invited struct{ Code string }
	if err := l.call(ctx, http.MethodPost, "/v1/sessions/"+l.session+"/invitations", seat, map[string]string{"role": "family", "name": "かぞく"}, &invited); err != nil {
		return err
	}
	var pass struct{ Token, Participant string }
	if err := l.call(ctx, http.MethodPost, "/v1/invitations/redeem", "", map[string]string{"code": invited.Code}, &pass); err != nil {
		return err
	}
	g, err := greet(ctx, l.server, l.trust, map[string]any{"token": pass.Token, "app": "guest"}, nil)
	if err != nil {
		return err
	}
	l.sockets = append(l.sockets, g)
	if err := desk.request(ctx, protocol.TypeAdmit, map[string]any{"participant": pass.Participant}); err != nil {
		return err
	}
	return g.request(ctx, protocol.TypeLeave, nil)
}

// enter opens a seat's socket, or opens it again, and takes part in the session.
func (l *life) enter(ctx context.Context, seat string, before *socket) (*socket, error) {
	token, err := l.tokens(seat)
	if err != nil {
		return nil, err
	}
	var pass struct{ Token string }
	if err := l.call(ctx, http.MethodPost, "/v1/sessions/"+l.session+"/token", token, nil, &pass); err != nil {
		return nil, err
	}
	hello := map[string]any{"token": token, "app": "loadtest", "wipes": true, "conversation": l.session + seat}
	if before != nil {
		hello["reason"] = protocol.AwayNetwork
	}
	s, err := greet(ctx, l.server, l.trust, hello, before)
	if err != nil {
		return nil, err
	}
	l.sockets = append(l.sockets, s)
	return s, s.request(ctx, protocol.TypeEnter, map[string]any{"token": pass.Token})
}

// wiped waits for the end and has the booth confirm that nothing of the visit is left in it.
func (l *life) wiped(ctx context.Context, booth *socket, want protocol.Reason) error {
	var why protocol.Reason
	if err := booth.until(ctx, "ended", func(_ protocol.State, ended protocol.Reason) bool { why = ended; return why != "" }); err != nil {
		return err
	}
	if why != want {
		return fmt.Errorf("it ended as %q, want %q", why, want)
	}
	return booth.request(ctx, protocol.TypeWiped, map[string]any{"session": l.session})
}

// nobodyComes lets the time run out in which the booth is waited for, by moving the deadline: it is an hour after the planned end.
func (l *life) nobodyComes(ctx context.Context) error {
	if err := l.keys.expire(ctx, l.session, "booth:"+l.at.booth); err != nil {
		return err
	}
	for {
		d, err := l.keys.document(ctx, l.session)
		if err != nil {
			return err
		}
		if d.State == protocol.StateClosed {
			if d.Reason != protocol.ReasonNoShow {
				return fmt.Errorf("it ended as %q, want %q", d.Reason, protocol.ReasonNoShow)
			}
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("it stands at %q: %w", d.State, err)
		}
	}
}

// media connects one end of a visit that has them.
func (l *life) media(ctx context.Context, end int, s *socket) error {
	if l.room == nil {
		return nil
	}
	p := l.room.who[end]
	p.socket = s
	if err := p.connect(ctx); err != nil {
		return err
	}
	p.start(time.Duration(end) * 10 * time.Millisecond)
	return nil
}

// flows waits until sound and pictures come, both ways.
func (l *life) flows(ctx context.Context) error {
	for _, p := range l.room.who {
		for _, in := range p.recv {
			for in.first.Load() == 0 {
				if err := pause(ctx, time.Millisecond); err != nil {
					return fmt.Errorf("%s gets no sound or pictures: %w", p.name, err)
				}
			}
		}
	}
	return nil
}

// close lets go of everything of the visit that is here.
func (l *life) close() {
	for _, s := range l.sockets {
		s.close()
	}
	if l.room != nil {
		l.room.close()
	}
}
