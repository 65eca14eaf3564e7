package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
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
	Yardstick loadtestYardstick `cmd:"" hidden:"" help:"The yardstick's forwarder; started by loadtest media --yardstick."`
}

// loadtestTarget says what is loaded, and how.
type loadtestTarget struct {
	Server string        `name:"server" default:"http://127.0.0.1:8080" placeholder:"URL" help:"A running demo."`
	By     string        `name:"by" enum:"client,whip,consultation" default:"client" help:"How participants join: client (one connection both ways, as our own pages), whip (WHIP and WHEP), or consultation (sign-in, check-in, admission; as many rooms as the sample has desks)."`
	PID    int           `name:"pid" placeholder:"PID" help:"Process of the server, on this machine, to measure its processor time and memory."`
	Video  int           `name:"video" default:"1200" placeholder:"KBIT" help:"Each picture in kbit/s."`
	Audio  int           `name:"audio" default:"40" placeholder:"KBIT" help:"Each sound in kbit/s."`
	Packet int           `name:"packet" default:"1104" placeholder:"BYTES" help:"Payload of a full picture packet."`
	Ramp   time.Duration `name:"ramp" default:"0s" placeholder:"DURATION" help:"Spread the opening of rooms over this time."`
	Keys   string        `name:"keys" env:"MADOGUCHI_KEYS" placeholder:"DIR" help:"Folder of keys; the demo's own if not set."`
}

// loadtestMedia measures media rooms.
type loadtestMedia struct {
	loadtestTarget `embed:""`

	Rooms     int           `name:"rooms" default:"10" help:"Rooms of two."`
	Duration  time.Duration `name:"duration" default:"15s" placeholder:"DURATION" help:"How long is measured."`
	Settle    time.Duration `name:"settle" default:"3s" placeholder:"DURATION" help:"Wait between the last room and the measurement."`
	Yardstick bool          `name:"yardstick" help:"Also measure, in turn, the least that forwarding costs on this machine, and print ratios."`
	Direct    bool          `name:"direct" help:"Also measure the driver alone: participants connected with each other."`
	Rounds    int           `name:"rounds" default:"1" help:"Do all of it so many times; medians are compared."`
	JSON      string        `name:"json" placeholder:"FILE" help:"Write the reports as JSON too."`
}

// Run measures and prints.
func (m *loadtestMedia) Run(ctx context.Context, to console) error {
	load := m.load(m.Rooms, m.Duration, m.Settle)
	target, err := m.target(load)
	if err != nil {
		return err
	}
	target.Yardstick, target.Direct, target.Rounds, target.JSON, target.Out = m.Yardstick, m.Direct, m.Rounds, m.JSON, to.out
	return target.Run(ctx)
}

func (t *loadtestTarget) load(rooms int, duration, settle time.Duration) loadtest.Load {
	return loadtest.Load{
		Rooms: rooms, Duration: duration, Ramp: t.Ramp, Settle: settle,
		VideoBits: 1000 * t.Video, AudioBits: 1000 * t.Audio, PacketBytes: t.Packet,
	}
}

// target checks everything and says where the load goes.
func (t *loadtestTarget) target(load loadtest.Load) (loadtest.Media, error) {
	var m loadtest.Media
	if err := load.Check(); err != nil {
		return m, fmt.Errorf("loadtest: %w", err)
	}
	if u, err := url.Parse(t.Server); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return m, wrong("server", "%q is not a server; write for example http://127.0.0.1:8080", t.Server)
	}
	tokens, err := benchTokens(t.Keys)
	if err != nil {
		return m, err
	}
	visits, err := sampleVisits()
	if err != nil {
		return m, err
	}
	return loadtest.Media{Load: load, Server: t.Server, By: t.By, Tokens: tokens, Visits: visits, PID: t.PID}, nil
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
