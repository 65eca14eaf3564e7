package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
	"madoguchi/deploy"
	"madoguchi/sfu"
	"madoguchi/sfu/whip"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(redistest.Suite{M: m}) }

const area = "shiomachi"

// world is one Redis with the real booking service on the sample directory, and as many brokers as a test starts.
type world struct {
	t        *testing.T
	mini     *miniredis.Miniredis // nil with a redis-server
	redis    redis.UniversalClient
	dir      *booking.Directory
	bookings *booking.Service
	keys     *access.Keys
	media    *fakeMedia
	real     bool // brokers get a real media node each, in place of media
	shared   bool // media are at several nodes, of which every broker hears
	clock    *fakeClock
	ahead    time.Duration // by how much the world is ahead of the machine's clock
	booked   int
}

// dayLeft is how much of a day is left at least when a world begins: a visit is for one day, and tests book several of them.
const dayLeft = 5 * time.Hour

// aheadOf is by how much a world is to be ahead of this moment, so that it begins with enough of a day before it: it is after
// midnight already.
func aheadOf(now time.Time) time.Duration {
	day := now.In(tokyo)
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, tokyo)
	if left := midnight.Sub(now); left < dayLeft {
		return left + time.Minute
	}
	return 0
}

// today is the time of day in the world, whatever its clock has been advanced to.
func (w *world) today() time.Time { return time.Now().Add(w.ahead) }

func TestAWorldBeginsWithEnoughOfADayBeforeIt(t *testing.T) {
	for hour := range 24 {
		for _, minute := range []int{0, 1, 49, 59} {
			now := time.Date(2026, 12, 31, hour, minute, 30, 0, tokyo)
			begins := now.Add(aheadOf(now))
			if left := 24*time.Hour - begins.Sub(time.Date(begins.Year(), begins.Month(), begins.Day(), 0, 0, 0, 0, tokyo)); left < dayLeft || begins.Before(now) {
				t.Errorf("at %s it begins at %s", now.Format(time.TimeOnly), begins)
			}
		}
	}
}

func newWorld(t *testing.T) *world { return worldOn(t, redistest.Mini(t)) }

func worldOn(t *testing.T, s *redistest.Server) *world {
	t.Helper()
	options := *s.Options
	options.MaxRetries, options.DialTimeout = -1, time.Second
	client := redis.NewUniversalClient(&options)
	t.Cleanup(func() { _ = client.Close() })
	dir, err := booking.Load(deploy.Sample(), booking.AlwaysOpen())
	if err != nil {
		t.Fatal(err)
	}
	ahead := aheadOf(time.Now())
	bookings, err := booking.New(booking.Config{
		Directory: dir, Redis: client, Secret: []byte(strings.Repeat("s", 32)), Log: quiet(),
		Now: func() time.Time { return time.Now().Add(ahead) },
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := access.LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, mini: s.Mini, redis: client, dir: dir, bookings: bookings, keys: keys, media: newFakeMedia(), clock: newFakeClock(ahead), ahead: ahead}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// node is one running broker behind an HTTP server.
type node struct {
	*world
	broker *Broker
	server *httptest.Server
	stop   func()
}

// start runs a broker; change may alter its configuration.
func (w *world) start(change func(*Config)) *node {
	w.t.Helper()
	cfg := Config{
		Area: area, Redis: w.redis, Keys: w.keys, Places: PlacesOf(w.bookings.Directory), Bookings: BookingsOf(w.bookings), Media: w.media,
		OpenSignIn: true, Log: quiet(), clock: w.clock,
	}
	if change != nil {
		change(&cfg)
	}
	b, err := New(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.shared {
		b.UseNodes(sharedFake{w.media})
	}
	mux := http.NewServeMux()
	if w.real {
		media := w.mediaNode(b)
		b.UseMedia(MediaOf(media))
		equipment := whip.Handler(media, b.WhipAuth())
		mux.Handle("/whip/", equipment)
		mux.Handle("/whep/", equipment)
	}
	api := humago.New(mux, huma.DefaultConfig("test", "1"))
	api.UseMiddleware(b.Guard())
	b.Register(api)
	w.bookings.Register(api)
	mux.Handle("/v1/connect", b.Handler())
	n := &node{world: w, broker: b, server: httptest.NewServer(b.Authenticate(mux))}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.Run(ctx); err != nil {
			w.t.Errorf("run: %v", err)
		}
	})
	n.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		n.server.Close()
	})
	w.t.Cleanup(n.stop)
	n.until("the broker runs and listens", func() bool {
		return b.Running() && w.redis.PubSubNumSub(context.Background(), keyspace{area}.changes()).Val()[keyspace{area}.changes()] > 0
	})
	n.until("the broker has agreed upon a shape", func() bool { return b.agreed.Load() })
	return n
}

// mediaNode starts a real media node on loopback for the length of the test.
func (w *world) mediaNode(b *Broker) *sfu.Node {
	w.t.Helper()
	media, err := sfu.New(sfu.Config{ListenUDP: "127.0.0.1:0", Observer: b.Observer(), Log: quiet()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := media.Close(ctx); err != nil {
			w.t.Errorf("close media node: %v", err)
		}
	})
	return media
}

// until waits for something another goroutine does; it is looked at again and again, never slept for.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	waitFor(w.t, what, ok)
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// call makes an HTTP request as a seat and decodes the answer into out.
func (n *node) call(method, path, token string, in, out any) (status int, header http.Header) {
	n.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		n.t.Fatal(err)
	}
	r, err := http.NewRequest(method, n.server.URL+path, strings.NewReader(string(body)))
	if err != nil {
		n.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := n.server.Client().Do(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		n.t.Fatalf("%s %s: %d: %v", method, path, resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header
}

// answer is any JSON answer.
type answer map[string]any

// signIn gives a seat's token.
func (n *node) signIn(seat string) string {
	n.t.Helper()
	var out answer
	if status, _ := n.call(http.MethodPost, "/v1/sign-in", "", answer{"seat": seat}, &out); status != http.StatusOK {
		n.t.Fatalf("sign in %s: %d %v", seat, status, out)
	}
	return out["token"].(string)
}

// book books a visit of one booth with the given legs ("medical@morita"), some minutes from now.
func (w *world) book(booth string, legs ...string) booking.Appointment {
	w.t.Helper()
	place, ok := w.dir.Booth(booth)
	if !ok {
		w.t.Fatalf("no booth %s", booth)
	}
	w.booked++
	start := w.today().Truncate(5 * time.Minute).Add(time.Duration(35*w.booked-30) * time.Minute)
	resident := must(booking.NewPerson("シオマチ ハナコ", fmt.Sprintf("0900000%04d", w.booked)))(w.t)
	h := booking.HoldRequest{Key: fmt.Sprint("test-", w.booked), Office: place.Office, Booth: booth, Start: start, Resident: resident}
	for _, l := range legs {
		service, pool, _ := strings.Cut(l, "@")
		h.Legs = append(h.Legs, booking.LegRequest{Service: service, Pool: pool})
	}
	caller := booking.Caller{Seat: "counter:" + place.Office, Role: "staff", Area: area, Office: place.Office}
	hold, err := w.bookings.Hold(context.Background(), caller, h)
	if err != nil {
		w.t.Fatal(err)
	}
	return must(w.bookings.Confirm(context.Background(), caller, hold.ID, booking.ConfirmRequest{}))(w.t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// checkIn opens the session of an appointment from the counter.
func (n *node) checkIn(a booking.Appointment) string {
	n.t.Helper()
	var out answer
	status, _ := n.call(http.MethodPost, "/v1/check-ins", n.signIn("counter:"+a.Office), answer{"appointment": a.ID}, &out)
	if status != http.StatusCreated {
		n.t.Fatalf("check in: %d %v", status, out)
	}
	return out["session"].(string)
}

// roomToken fetches a seat's token for a session.
func (n *node) roomToken(seatToken, session string) string {
	n.t.Helper()
	var out answer
	if status, _ := n.call(http.MethodPost, "/v1/sessions/"+session+"/token", seatToken, nil, &out); status != http.StatusOK {
		n.t.Fatalf("session token: %d %v", status, out)
	}
	return out["token"].(string)
}

// peer is a client on a socket, as the tests see it.
type peer struct {
	t     *testing.T
	conn  *websocket.Conn
	token string // seat
	ids   int
	heard []protocol.Message // read while looking for something else
}

// dial opens a socket without a word.
func (n *node) dial() *peer {
	n.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}}
	conn, resp, err := d.Dial("ws"+strings.TrimPrefix(n.server.URL, "http")+"/v1/connect", nil)
	if err != nil {
		n.t.Fatal(err)
	}
	_ = resp.Body.Close()
	n.t.Cleanup(func() { _ = conn.Close() })
	return &peer{t: n.t, conn: conn}
}

// sit signs a seat in, opens its socket and says hello.
func (n *node) sit(seat string) *peer {
	n.t.Helper()
	p := n.dial()
	p.token = n.signIn(seat)
	p.say(protocol.TypeHello, protocol.Hello{Token: p.token, App: side(seat)})
	p.hear(protocol.TypeWelcome)
	p.hear(protocol.TypeSeat)
	return p
}

// enter takes a seated peer into a session.
func (p *peer) enter(n *node, session string) protocol.Session {
	p.t.Helper()
	id := p.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: n.roomToken(p.token, session)} })
	p.ok(id)
	return p.hear(protocol.TypeSession).(protocol.Session)
}

func (p *peer) say(kind string, body any) {
	p.t.Helper()
	data, err := protocol.EncodeClient(kind, body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.raw(string(data))
}

func (p *peer) raw(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// ask sends a request with a new id.
func (p *peer) ask(kind string, body func(id string) any) string {
	p.t.Helper()
	p.ids++
	id := fmt.Sprint(p.ids)
	p.say(kind, body(id))
	return id
}

// request sends a request that needs nothing but its type.
func (p *peer) request(kind string) string {
	p.t.Helper()
	return p.ask(kind, func(id string) any { return protocol.Request{ID: id} })
}

func (p *peer) admit(participant string) string {
	p.t.Helper()
	return p.ask(protocol.TypeAdmit, func(id string) any { return protocol.Admit{ID: id, Participant: participant} })
}

// read reads one message.
func (p *peer) read() (protocol.Message, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, data, err := p.conn.ReadMessage()
	if err != nil {
		return protocol.Message{}, err
	}
	return protocol.ParseServer(data)
}

// find looks for the first message that satisfies, among those read already and then on the socket. What was said
// of the same type before it is forgotten, so that nobody meets an older state later.
func (p *peer) find(what string, ok func(protocol.Message) bool) protocol.Message {
	p.t.Helper()
	for i := 0; ; i++ {
		if i == len(p.heard) {
			m, err := p.read()
			if err != nil {
				p.t.Fatalf("waiting until %s: %v", what, err)
			}
			p.heard = append(p.heard, m)
		}
		if m := p.heard[i]; ok(m) {
			after := p.heard[i+1:]
			before := slices.DeleteFunc(slices.Clone(p.heard[:i]), func(x protocol.Message) bool { return x.Type == m.Type })
			p.heard = append(before, after...)
			return m
		}
	}
}

// hear waits for a message of one of the kinds.
func (p *peer) hear(kinds ...string) any {
	p.t.Helper()
	return p.find(fmt.Sprintf("%v comes", kinds), func(m protocol.Message) bool { return slices.Contains(kinds, m.Type) }).Body
}

// hearUntil waits for a message of one kind that satisfies.
func hearUntil[T any](p *peer, what string, ok func(T) bool) T {
	p.t.Helper()
	return p.find(what, func(m protocol.Message) bool {
		body, is := m.Body.(T)
		return is && ok(body)
	}).Body.(T)
}

// ok waits for the answer to a request and fails if it was refused.
func (p *peer) ok(re string) {
	p.t.Helper()
	switch m := p.reply(re).(type) {
	case protocol.OK:
	default:
		p.t.Fatalf("request %s: %+v", re, m)
	}
}

// refused waits for the answer to a request and returns the code of its refusal.
func (p *peer) refused(re string) protocol.ErrorCode {
	p.t.Helper()
	m, ok := p.reply(re).(protocol.Error)
	if !ok {
		p.t.Fatalf("request %s was carried out", re)
	}
	return m.Code
}

func (p *peer) reply(re string) any {
	p.t.Helper()
	for {
		switch m := p.hear(protocol.TypeOK, protocol.TypeError, protocol.TypeAnswer).(type) {
		case protocol.OK:
			if m.Re == re {
				return m
			}
		case protocol.Error:
			if m.Re == re {
				return m
			}
		case protocol.Answer:
			if m.Re == re {
				return m
			}
		}
	}
}

// state waits until the session is in a state.
func (p *peer) state(s protocol.State) protocol.Session {
	p.t.Helper()
	return hearUntil(p, "the session is "+string(s), func(m protocol.Session) bool { return m.State == s })
}

// closed reads until the socket closes and returns its code.
func (p *peer) closed() int {
	p.t.Helper()
	for {
		_, err := p.read()
		var c *websocket.CloseError
		switch {
		case err == nil:
		case asClose(err, &c):
			return c.Code
		default:
			p.t.Fatalf("waiting for the end: %v", err)
		}
	}
}

func asClose(err error, c **websocket.CloseError) bool {
	e, ok := err.(*websocket.CloseError)
	*c = e
	return ok
}
