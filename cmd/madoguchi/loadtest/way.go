package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"madoguchi/sfu/client"
)

// way is how the two of a room meet. When open returns, both are connected and may send; what they hold is given back by
// closing them.
type way interface {
	open(ctx context.Context, r *room) error
}

// admitter is a way on which somebody has to be let in once both are sending.
type admitter interface {
	admit(ctx context.Context, r *room) error
}

// Tokens makes a room token for measuring: one participant, one room, sending and receiving.
type Tokens func(room, participant string) (string, error)

// posted are the ways over HTTP: an offer is posted, the answer comes back.
type posted struct {
	server string // http://host:port
	tokens Tokens
	http   *http.Client
	whip   bool
}

// joinWithin is how long one participant's connections may take to stand.
const joinWithin = 30 * time.Second

// open joins both participants, one after the other.
func (w *posted) open(ctx context.Context, r *room) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("took too long"))
	defer cancel()
	for _, p := range r.who {
		token, err := w.tokens(r.name, p.name)
		if err != nil {
			return err
		}
		p.offered = now()
		join := w.joinAsClient
		if w.whip {
			join = w.joinByWHIP
		}
		if err := join(ctx, p, token); err != nil {
			return fmt.Errorf("%s in %s: %w", p.name, r.name, err)
		}
	}
	return nil
}

// ownShape is what our browser client asks for: two tracks out, three people's back, a data channel.
var ownShape = client.Options{Voice: true, Face: true, Sounds: 3, Pictures: 3, Channel: "talk"}

// joinAsClient uses one connection for both directions.
func (w *posted) joinAsClient(ctx context.Context, p *participant, token string) error {
	return w.post(ctx, p, ownShape, "/bench/", token)
}

// joinByWHIP uses one connection for each direction.
func (w *posted) joinByWHIP(ctx context.Context, p *participant, token string) error {
	if err := w.post(ctx, p, client.Options{Voice: true, Face: true}, "/whip/", token); err != nil {
		return err
	}
	return w.post(ctx, p, client.Options{Sounds: 1, Pictures: 1}, "/whep/", token)
}

// post makes a connection by one exchange of offer and answer.
func (w *posted) post(ctx context.Context, p *participant, shape client.Options, path, token string) error {
	c, err := p.connection(shape)
	if err != nil {
		return err
	}
	offer, err := c.Offer(nil)
	if err != nil {
		return err
	}
	at, err := url.JoinPath(w.server, path, p.room.name)
	if err != nil {
		return err
	}
	answer, location, err := w.do(ctx, http.MethodPost, at, token, offer)
	if err != nil {
		return err
	}
	before := p.leave
	p.leave = func() {
		if before != nil {
			before()
		}
		_, _, _ = w.do(context.WithoutCancel(ctx), http.MethodDelete, w.server+location, token, "") // it may have ended already
	}
	if err := c.Accept(answer); err != nil {
		return err
	}
	return p.await(ctx, c)
}

// longestAnswer bounds what is read of a server's answer.
const longestAnswer = 256 << 10

func (w *posted) do(ctx context.Context, method, at, token, body string) (answer, location string, err error) {
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(body))
	if err != nil {
		return "", "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/sdp")
	response, err := w.http.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return "", "", err
	}
	if response.StatusCode >= 300 {
		return "", "", fmt.Errorf("%s %s: %s: %.200s", method, request.URL.Path, response.Status, text)
	}
	return string(text), response.Header.Get("Location"), nil
}

// direct connects the two with each other: what the driver costs by itself.
type direct struct{}

func (direct) open(ctx context.Context, r *room) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("took too long"))
	defer cancel()
	shape := client.Options{Voice: true, Face: true, Sounds: 1, Pictures: 1}
	var ends [2]*client.Client
	for i, p := range r.who {
		p.offered = now()
		var err error
		if ends[i], err = p.connection(shape); err != nil {
			return err
		}
	}
	offer, err := ends[0].Offer(nil)
	if err != nil {
		return err
	}
	answer, err := ends[1].Answer(offer)
	if err != nil {
		return err
	}
	if err := ends[0].Accept(answer); err != nil {
		return err
	}
	for i, p := range r.who {
		if err := p.await(ctx, ends[i]); err != nil {
			return err
		}
	}
	return nil
}
