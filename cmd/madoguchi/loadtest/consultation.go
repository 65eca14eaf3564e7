package loadtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Visit says where one room's visit takes place: a booth of an office, and a desk that serves one of its matters.
type Visit struct{ Office, Booth, Service, Pool, Desk string }

// consultations is the way of a whole visit: booked and checked in at the counter, both sides at their sockets, connected
// while they wait, admitted by the desk.
type consultations struct {
	server string
	http   *http.Client
	visits []Visit
	taken  int
	latest string // session opened last

	trust  *tls.Config                       // of sockets; nil: what the system trusts
	tokens func(seat string) (string, error) // in place of signing in; nil where seats need no code
}

// visitor is a resident who does not exist. Each has a number of their own: nobody can be in two places.
func visitor(n int) map[string]string {
	return map[string]string{"kana": "ソクテイ テスト", "phone": fmt.Sprintf("0999-01-%04d", n%10000)}
}

// open brings both sides to where they wait for each other, with media connected.
func (w *consultations) open(ctx context.Context, r *room) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("took too long"))
	defer cancel()
	if w.taken >= len(w.visits) {
		return fmt.Errorf("there are %d booths with a desk each; ask for at most as many rooms", len(w.visits))
	}
	v := w.visits[w.taken]
	w.taken++
	session, err := w.arrive(ctx, v)
	if err != nil {
		return err
	}
	w.latest = session
	seats := [2]string{"booth:" + v.Booth, "desk:" + v.Desk}
	for i, p := range r.who {
		if err := w.sit(ctx, p, seats[i], session); err != nil {
			return fmt.Errorf("%s: %w", seats[i], err)
		}
	}
	return r.who[0].socket.request(ctx, "ready", nil)
}

// admit lets the resident in. Both are sending already.
func (w *consultations) admit(ctx context.Context, r *room) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("took too long"))
	defer cancel()
	for _, p := range r.who {
		p.admitted.Store(int64(now()))
	}
	return r.who[1].socket.request(ctx, "admit", map[string]any{"participant": r.who[0].socket.participant})
}

// sit signs a seat in, enters the session and connects media.
func (w *consultations) sit(ctx context.Context, p *participant, seat, session string) error {
	signedIn, err := w.signIn(ctx, seat)
	if err != nil {
		return err
	}
	var room struct{ Token string }
	if err := w.call(ctx, http.MethodPost, "/v1/sessions/"+session+"/token", signedIn, nil, &room); err != nil {
		return err
	}
	if p.socket, err = dialSocket(ctx, w.server, w.trust, seat, signedIn); err != nil {
		return err
	}
	p.leave = func() {
		ctx, cancel := context.WithTimeout(context.Background(), joinWithin)
		defer cancel()
		_ = p.socket.request(ctx, "leave", nil) // the other may have ended it
		p.socket.close()
	}
	if err := p.socket.request(ctx, "enter", map[string]any{"token": room.Token}); err != nil {
		return err
	}
	return p.connect(ctx)
}

// connect offers a participant's media over its socket and waits until they stand.
func (p *participant) connect(ctx context.Context) error {
	p.offered = now()
	c, err := p.connection(ownShape)
	if err != nil {
		return err
	}
	offer, err := c.Offer(nil)
	if err != nil {
		return err
	}
	answer, err := p.socket.ask(ctx, "offer", map[string]any{"sdp": offer, "tracks": []map[string]string{
		{"mid": "0", "purpose": "voice"}, {"mid": "1", "purpose": "face"},
	}})
	if err != nil {
		return err
	}
	if err := c.Accept(answer.SDP); err != nil {
		return err
	}
	return p.await(ctx, c)
}

func (w *consultations) signIn(ctx context.Context, seat string) (token string, err error) {
	if w.tokens != nil {
		return w.tokens(seat)
	}
	var in struct{ Token string }
	err = w.call(ctx, http.MethodPost, "/v1/sign-in", "", map[string]string{"seat": seat}, &in)
	return in.Token, err
}

// arrive books the first free time and checks the resident in.
func (w *consultations) arrive(ctx context.Context, v Visit) (session string, err error) {
	counter, err := w.signIn(ctx, "counter:"+v.Office)
	if err != nil {
		return "", err
	}
	starts, err := w.freeTimes(ctx, v)
	if err != nil {
		return "", err
	}
	resident := visitor(w.taken)
	legs := []map[string]string{{"service": v.Service, "pool": v.Pool, "desk": v.Desk}}
	var hold struct{ ID string }
	err = errors.New("no free time")
	for _, start := range starts {
		err = w.call(ctx, http.MethodPost, "/v1/holds", counter, map[string]any{
			"office": v.Office, "start": start, "booth": v.Booth, "legs": legs, "resident": resident,
		}, &hold)
		if err == nil {
			break // another may have taken it since, or another booth was meant
		}
	}
	if err != nil {
		return "", fmt.Errorf("hold at %s for %s: %w", v.Booth, v.Desk, err)
	}
	if err := w.call(ctx, http.MethodPost, "/v1/holds/"+hold.ID+"/confirm", counter, map[string]any{"resident": resident}, nil); err != nil {
		return "", err
	}
	var in struct{ Session string }
	err = w.call(ctx, http.MethodPost, "/v1/check-ins", counter, map[string]string{"appointment": hold.ID}, &in)
	return in.Session, err
}

// freeTimes lists when a visit could begin, from today on.
func (w *consultations) freeTimes(ctx context.Context, v Visit) (starts []time.Time, err error) {
	leg := url.Values{"leg": {v.Service + "@" + v.Pool + "/" + v.Desk}}.Encode()
	var list struct {
		Days []struct {
			Date string
			Free int
		}
	}
	if err := w.call(ctx, http.MethodGet, "/v1/offices/"+v.Office+"/days?"+leg, "", nil, &list); err != nil {
		return nil, err
	}
	for _, day := range list.Days {
		if day.Free == 0 {
			continue
		}
		var on struct {
			Times []struct {
				Start time.Time
				Free  bool
			}
		}
		if err := w.call(ctx, http.MethodGet, "/v1/offices/"+v.Office+"/times?"+leg+"&date="+day.Date, "", nil, &on); err != nil {
			return nil, err
		}
		for _, t := range on.Times {
			if t.Free {
				starts = append(starts, t.Start)
			}
		}
	}
	return starts, nil
}

// call makes one request of the API; a refusal is an error with the server's words. A server that cannot answer just now is asked
// again under the same key, as clients do.
func (w *consultations) call(ctx context.Context, method, path, token string, body, into any) error {
	key := rand.Text()
	for {
		busy, err := w.callOnce(ctx, key, method, path, token, body, into)
		if !busy {
			return err
		}
		if pause(ctx, askAgain) != nil {
			return err
		}
	}
}

// askAgain is how long a client waits until it asks a server again that could not answer.
const askAgain = 500 * time.Millisecond

func (w *consultations) callOnce(ctx context.Context, key, method, path, token string, body, into any) (busy bool, err error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return false, err
		}
		content = bytes.NewReader(b)
	}
	request, err := http.NewRequestWithContext(ctx, method, w.server+path, content)
	if err != nil {
		return false, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := w.http.Do(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return false, err
	}
	if response.StatusCode >= 300 {
		err := fmt.Errorf("%s %s: %s: %.300s", method, request.URL.Path, response.Status, b)
		return response.StatusCode == http.StatusServiceUnavailable, err
	}
	if into == nil {
		return false, nil
	}
	return false, json.Unmarshal(b, into)
}
