package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"madoguchi/booking"
	"madoguchi/cmd/madoguchi/loadtest"
	"madoguchi/deploy"
	"madoguchi/signaling/access"
)

// loadtestCommand groups what puts load on a running server.
type loadtestCommand struct {
	Media     loadtestMedia     `cmd:"" help:"Rooms of two with real sound and pictures: latency, loss, join times, processor and memory."`
	Saturate  loadtestSaturate  `cmd:"" help:"More and more such rooms, until the server's processor is full and beyond: cost of a packet, and what is lost first."`
	Booking   loadtestBooking   `cmd:"" help:"Bookings on a Redis: what each step costs as a share of a script that does nothing."`
	Failover  loadtestFailover  `cmd:"" help:"Redis primaries killed, cut off and frozen under load: what was acknowledged, lost, restored, disputed and unknown."`
	Churn     loadtestChurn     `cmd:"" help:"Rooms opened and closed by the thousand beside steady ones: is everything given back?"`
	Steady    loadtestSteady    `cmd:"" help:"A steady load for a long time: does anything grow?"`
	Sockets   loadtestSockets   `cmd:"" help:"Idle booths on one node over TLS: memory, processor, and how soon all are back when it is killed, beside a consultation."`
	Visits    loadtestVisits    `cmd:"" help:"Whole visits by the thousand, booked to wiped: is everything given back, in the node and in Redis?"`
	Abuse     loadtestAbuse     `cmd:"" help:"Floods, garbage, half-open connections and guesses of every sort against one node, beside a consultation that must not notice."`
	Attack    loadtestAttack    `cmd:"" hidden:"" help:"The attackers; started by loadtest abuse."`
	Crowd     loadtestCrowd     `cmd:"" hidden:"" help:"The idle booths; started by loadtest sockets."`
	Yardstick loadtestYardstick `cmd:"" hidden:"" help:"The yardstick's forwarder; started by loadtest media --yardstick."`
}

// loadtestTarget says what is loaded, and how.
type loadtestTarget struct {
	Server string        `name:"server" placeholder:"URL" help:"A running demo. Left out, one is started for this measurement, on a processor of its own."`
	Share  float64       `name:"share" default:"1" help:"Let the demo that is started have only this share of its processor (as root), so that it is full long before the driver."`
	By     string        `name:"by" enum:"client,whip,consultation" default:"client" help:"How participants join: client (one connection both ways, as our own pages), whip (WHIP and WHEP), or consultation (sign-in, check-in, admission; as many rooms as the sample has desks)."`
	PID    int           `name:"pid" placeholder:"PID" help:"Process of the server, on this machine, to measure its processor time and memory."`
	Video  int           `name:"video" default:"1200" placeholder:"KBIT" help:"Each picture in kbit/s."`
	Audio  int           `name:"audio" default:"40" placeholder:"KBIT" help:"Each sound in kbit/s."`
	Packet int           `name:"packet" default:"1104" placeholder:"BYTES" help:"Payload of a full picture packet."`
	Ramp   time.Duration `name:"ramp" default:"0s" placeholder:"DURATION" help:"Spread the opening of rooms over this time."`
	Settle time.Duration `name:"settle" default:"3s" placeholder:"DURATION" help:"Wait between the last room and the measurement."`
	Keys   string        `name:"keys" env:"MADOGUCHI_KEYS" placeholder:"DIR" help:"Folder of keys; the demo's own if not set."`
	JSON   string        `name:"json" placeholder:"FILE" help:"Write the reports as JSON too."`
}

// driverGC lets the driver collect its garbage seldom: unlike the server's, its stacks make some for every packet.
const driverGC = 400

// under runs a measurement against the server, or against one that is started for it.
func (t *loadtestTarget) under(ctx context.Context, to console, rooms int, duration time.Duration, measure func(loadtest.Media) error) error {
	m, err := t.media(rooms, duration)
	if err != nil {
		return err
	}
	m.Out = to.out
	debug.SetGCPercent(driverGC)
	if t.Server != "" {
		return measure(m)
	}
	own, err := loadtest.StartOwn(ctx, t.Share, to.log)
	if err != nil {
		return err
	}
	m.Server, m.PID = own.URL, own.PID
	return errors.Join(measure(m), own.Stop())
}

// media checks everything and says what is measured.
func (t *loadtestTarget) media(rooms int, duration time.Duration) (m loadtest.Media, err error) {
	load := loadtest.Load{
		Rooms: rooms, Duration: duration, Ramp: t.Ramp, Settle: t.Settle,
		VideoBits: 1000 * t.Video, AudioBits: 1000 * t.Audio, PacketBytes: t.Packet,
	}
	if err := load.Check(); err != nil {
		return m, fmt.Errorf("loadtest: %w", err)
	}
	if t.Share <= 0 || t.Share > 1 {
		return m, wrong("share", "%g is no share of a processor; give more than 0 and at most 1", t.Share)
	}
	if u, err := url.Parse(t.Server); t.Server != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return m, wrong("server", "%q is not a server; write for example http://127.0.0.1:8080", t.Server)
	}
	tokens, err := benchTokens(t.Keys)
	if err != nil {
		return m, err
	}
	visits, err := sampleVisits()
	return loadtest.Media{
		Load: load, Server: t.Server, By: t.By, Tokens: tokens, Visits: visits, PID: t.PID, JSON: t.JSON,
	}, err
}

// loadtestMedia measures media rooms.
type loadtestMedia struct {
	loadtestTarget `embed:""`

	Rooms     int           `name:"rooms" default:"10" help:"Rooms of two."`
	Duration  time.Duration `name:"duration" default:"15s" placeholder:"DURATION" help:"How long is measured."`
	Yardstick bool          `name:"yardstick" help:"Also measure, in turn, the least that forwarding costs on this machine, and print ratios."`
	Direct    bool          `name:"direct" help:"Also measure the driver alone: participants connected with each other."`
	Rounds    int           `name:"rounds" default:"1" help:"Do all of it so many times; medians are compared."`
}

// Run measures and prints.
func (c *loadtestMedia) Run(ctx context.Context, to console) error {
	return c.under(ctx, to, c.Rooms, c.Duration, func(m loadtest.Media) error {
		m.Yardstick, m.Direct, m.Rounds = c.Yardstick, c.Direct, c.Rounds
		return m.Run(ctx)
	})
}

// loadtestSaturate raises the number of rooms.
type loadtestSaturate struct {
	loadtestTarget `embed:""`

	Steps    []int         `name:"steps" default:"1,2,5,10,20,40,60,80,100,120,160,200" help:"Rooms of each step, ascending."`
	Duration time.Duration `name:"duration" default:"5s" placeholder:"DURATION" help:"How long each step is measured."`
}

// Run measures step by step.
func (c *loadtestSaturate) Run(ctx context.Context, to console) error {
	if len(c.Steps) == 0 || !slices.IsSorted(c.Steps) {
		return wrong("steps", "%v are no steps; give numbers of rooms, the least first", c.Steps)
	}
	return c.under(ctx, to, c.Steps[0], c.Duration, func(m loadtest.Media) error {
		return loadtest.Saturate{Media: m, Steps: c.Steps, Full: 100 * c.Share}.Run(ctx)
	})
}

// loadtestChurn opens and closes rooms.
type loadtestChurn struct {
	loadtestTarget `embed:""`

	Rooms  int `name:"rooms" default:"5000" help:"Rooms opened and closed."`
	AtOnce int `name:"at-once" default:"16" help:"Of them, at a time."`
	Beside int `name:"beside" default:"3" help:"Steady rooms meanwhile."`
}

// Run churns and fails if something is not given back.
func (c *loadtestChurn) Run(ctx context.Context, to console) error {
	if c.Rooms < 1 || c.AtOnce < 1 || c.By == loadtest.ByConsultation {
		return wrong("rooms", "churn takes at least one room, one at once, by client or whip")
	}
	return c.under(ctx, to, c.Beside, time.Second, func(m loadtest.Media) error {
		return loadtest.Churn{Media: m, Opened: c.Rooms, AtOnce: c.AtOnce}.Run(ctx)
	})
}

// loadtestSteady watches for growth.
type loadtestSteady struct {
	loadtestTarget `embed:""`

	Rooms    int           `name:"rooms" default:"5" help:"Rooms of two."`
	Duration time.Duration `name:"duration" default:"1h" placeholder:"DURATION" help:"How long."`
	Every    time.Duration `name:"every" default:"15s" placeholder:"DURATION" help:"Time between looks at the server."`
}

// Run watches and fails if something grows.
func (c *loadtestSteady) Run(ctx context.Context, to console) error {
	if c.Every <= 0 || c.By == loadtest.ByConsultation {
		return wrong("every", "steady takes a time between looks, and rooms by client or whip")
	}
	return c.under(ctx, to, c.Rooms, c.Duration, func(m loadtest.Media) error {
		return loadtest.Steady{Media: m, Every: c.Every}.Run(ctx)
	})
}

// benchTokens mints tokens for measuring with the demo's key.
func benchTokens(folder string) (loadtest.Tokens, error) {
	folder, err := (&tokenCommand{Keys: folder}).keyFolder()
	if err != nil {
		return nil, err
	}
	keys, err := access.LoadOrCreate(folder)
	if err != nil {
		return nil, fmt.Errorf("loadtest: %w", err)
	}
	issuer := access.NewIssuer(keys, time.Now)
	return func(room, participant string) (string, error) {
		token, _, err := issuer.Room(access.Room{
			Participant: participant, Room: room, Name: participant,
			Grants: access.Grants{access.Publish, access.Subscribe, access.Bench},
		}, maxTokenTTL)
		return token, err
	}, nil
}

// sampleVisits pairs each desk of the sample with a booth of an office that offers its service.
func sampleVisits() ([]loadtest.Visit, error) {
	directory, err := booking.Load(deploy.Sample(), booking.AlwaysOpen())
	if err != nil {
		return nil, errors.Join(errors.New("loadtest: sample data"), err)
	}
	var visits []loadtest.Visit
	taken := map[string]bool{}
	for _, pool := range directory.Pools() {
		for _, desk := range pool.Desks {
			if v, ok := visitAt(directory, pool.ID, desk.ID, taken); ok {
				taken[v.Booth] = true
				visits = append(visits, v)
			}
		}
	}
	return visits, nil
}

// visitAt finds a booth that is not taken for a desk.
func visitAt(directory *booking.Directory, pool, desk string, taken map[string]bool) (loadtest.Visit, bool) {
	for _, office := range directory.Offices() {
		for _, offer := range office.Offers {
			if offer.Pool != pool {
				continue
			}
			service, ok := directory.Service(offer.Service)
			if !ok {
				continue
			}
			for _, booth := range office.Booths {
				missing := func(need string) bool { return !slices.Contains(booth.Equipment, need) }
				if !taken[booth.ID] && !slices.ContainsFunc(service.Needs, missing) {
					return loadtest.Visit{Office: office.ID, Booth: booth.ID, Service: service.ID, Pool: pool, Desk: desk}, true
				}
			}
		}
	}
	return loadtest.Visit{}, false
}

// loadtestYardstick is the forwarder in a process of its own.
type loadtestYardstick struct {
	Flows int `name:"flows" required:"" help:"Flows, two a room."`
}

// Run prints the port and forwards until it is stopped.
func (y *loadtestYardstick) Run(ctx context.Context, to console) error {
	return loadtest.Forward(ctx, y.Flows, func(port int) { fmt.Fprintln(to.out, port) })
}
