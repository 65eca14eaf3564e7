package loadtest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
	"madoguchi/cmd/madoguchi/loadtest/attack"
	"madoguchi/signaling/access"
)

// Abuse attacks a node in every way there is, one after the other, while a consultation of two goes on, and wants the two to
// notice nothing, memory to stay bounded, and everything to be back afterwards.
type Abuse struct {
	Each    time.Duration // of each attack, and of the calm before them
	Only    []string      // attacks; none: all
	Folder  string        // with cert.pem, key.pem and keys; a catalogue is written into it
	Trust   *tls.Config
	Tokens  func(seat, role, office, booth, desk, pool string) (string, error)
	Rooms   func(participant, room string, ttl time.Duration) (string, error)
	Out     io.Writer
	Log     io.Writer // what the node complains of
	Figures bool      // print whether limits were kept, and do not fail for them
}

// Places of the town: one for the consultation, one whose booth the attackers have got hold of.
const abusePlaces = 2

// Run attacks, prints, and fails for every limit that is not kept.
func (a Abuse) Run(ctx context.Context) (err error) {
	kinds, err := attack.Select(a.Only)
	if err != nil {
		return err
	}
	if err := writeTown(filepath.Join(a.Folder, "directory"), abusePlaces); err != nil {
		return err
	}
	store, err := servers.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Stop()) }()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	at := "redis://" + store.Addr()
	node, err := country{program: program, folder: a.Folder, redis: at, logTo: a.Log, apart: true}.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	transport := &http.Transport{TLSClientConfig: a.Trust.Clone(), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	s := &siege{Abuse: a, node: node, http: &http.Client{Transport: transport, Timeout: joinWithin}, redis: at}
	defer func() { s.close() }()
	if err := s.begin(ctx); err != nil {
		return err
	}
	return s.run(ctx, kinds)
}

// siege is an Abuse at work.
type siege struct {
	Abuse
	node  *countryNode
	http  *http.Client
	redis string

	window window
	talk   *room
	probe  *probe
	target attack.Target
}

func (s *siege) meter() meter { return meter{s.node.url(), s.http} }

func (s *siege) close() {
	if s.probe != nil {
		s.probe.end()
	}
	if s.talk != nil {
		s.talk.close()
	}
}

// abuseLoad is what flows in the consultation.
var abuseLoad = Load{Rooms: 1, VideoBits: 600_000, AudioBits: 40_000, PacketBytes: 1104}

// begin opens the consultation and gathers what attackers may have got hold of.
func (s *siege) begin(ctx context.Context) error {
	if err := mediaReady(ctx, s.http, s.node.url()); err != nil {
		return err
	}
	at := townPlace(0)
	tokens := Visits{Tokens: s.Tokens}.seatAt(at)
	way := &consultations{
		server: s.node.url(), http: s.http, trust: s.Trust, tokens: tokens,
		visits: []Visit{{Office: at.office, Booth: at.booth, Service: townFirst, Pool: at.first, Desk: at.first}},
	}
	s.talk = newRoom("abuse", 0, abuseLoad, &s.window)
	for _, p := range s.talk.who {
		var err error
		if p.tap, err = newTap(); err != nil {
			return err
		}
	}
	if err := (subject{name: "consultation", way: way}).openRoom(ctx, s.talk, 0); err != nil {
		return err
	}
	token, err := tokens("desk:" + at.first)
	if err != nil {
		return err
	}
	s.probe = newProbe(s.talk, s.http, s.node.url(), token)
	if err := pause(ctx, settleTime/2); err != nil { // so that there is something to record
		return err
	}
	return s.steal(ctx, way.latest)
}

// steal makes what attackers may have got hold of, and one code that is waiting to be guessed.
func (s *siege) steal(ctx context.Context, session string) error {
	at := townPlace(1)
	t := attack.Target{
		Server: s.node.url(), Roots: s.node.in("cert.pem"), Session: session, Office: at.office, Guess: "desk:" + at.second,
	}
	var state struct{ MediaUDP string }
	err := (&consultations{server: s.node.url(), http: s.http}).call(ctx, http.MethodGet, "/readyz", "", nil, &state)
	if err != nil {
		return err
	}
	if t.Media, err = netip.ParseAddrPort(state.MediaUDP); err != nil {
		return fmt.Errorf("the node's media port: %w", err)
	}
	if t.Seat, err = s.Tokens("booth:"+at.booth, "booth", at.office, at.booth, "", ""); err != nil {
		return err
	}
	for to, of := range map[*string]struct {
		room string
		ttl  time.Duration
	}{&t.Room: {session, 24 * time.Hour}, &t.Nowhere: {"ses_nowhere", 24 * time.Hour}, &t.Expired: {session, -time.Hour}} {
		if *to, err = s.Rooms("obs", of.room, of.ttl); err != nil {
			return err
		}
	}
	for _, p := range s.talk.who {
		t.People = append(t.People, p.tap.person())
	}
	s.target = t
	options, err := redis.ParseURL(s.redis)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	if _, err := access.NewCodes(client, CountryArea).Mint(ctx, t.Guess); err != nil {
		return err
	}
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(s.targetFile(), b, 0o600)
}

func (s *siege) targetFile() string { return s.node.in("target.json") }

// run is the calm, the attacks, and a look at what is left.
func (s *siege) run(ctx context.Context, kinds []attack.Kind) error {
	before, err := s.meter().atRest(ctx, len(s.talk.who))
	if err != nil {
		return err
	}
	calm, err := s.measure(ctx, "calm", func(ctx context.Context) (attack.Tally, error) { return nil, pause(ctx, s.Each) })
	if err != nil {
		return err
	}
	calm.heading(s.Out)
	calm.print(s.Out, s.Each)
	limits := calm.judge(s.Each)
	for _, k := range kinds {
		r, err := s.measure(ctx, k.Name, func(ctx context.Context) (attack.Tally, error) { return s.attack(ctx, k) })
		if err != nil {
			return fmt.Errorf("%s: %w", k.Name, err)
		}
		if r.back, err = s.settle(ctx, before); err != nil {
			return err
		}
		r.print(s.Out, s.Each)
		limits = errors.Join(limits, r.judge(s.Each))
	}
	after, err := s.meter().atRest(ctx, len(s.talk.who))
	if err != nil {
		return err
	}
	fmt.Fprintln(s.Out, "afterwards, the consultation still going on:")
	limits = errors.Join(limits, s.left(before, after))
	if s.Figures {
		if limits != nil {
			fmt.Fprintf(s.Out, "NOT KEPT: %v\n", limits)
		}
		return nil
	}
	return limits
}
