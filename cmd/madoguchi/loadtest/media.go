package loadtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Ways to the server.
const (
	ByClient       = "client"       // as our own client: one connection, both directions
	ByWHIP         = "whip"         // a connection to send and one to receive
	ByConsultation = "consultation" // sign-in, check-in, sockets, admission; as many rooms as there are booths
)

// Media is a measurement of media rooms.
type Media struct {
	Load
	Server    string // http://host:port
	By        string // ByClient, ByWHIP or ByConsultation
	Tokens    Tokens
	Visits    []Visit // where consultations take place
	PID       int     // of the server, for processor time and memory; 0: not measured
	Yardstick bool    // measure the yardstick too, before the server
	Direct    bool    // measure the driver alone too
	Rounds    int     // all of it so often, in turn; medians count
	JSON      string
	Out       io.Writer
}

// Run measures and prints. Its error says what could not be measured; a bad figure is none.
func (m Media) Run(ctx context.Context) error {
	var all []Report
	for round := range max(1, m.Rounds) {
		if m.Rounds > 1 {
			fmt.Fprintf(m.Out, "round %d of %d\n", round+1, m.Rounds)
		}
		reports, err := m.round(ctx)
		if err != nil {
			return err
		}
		all = append(all, reports...)
	}
	m.compare(all)
	if m.JSON == "" {
		return nil
	}
	return writeJSON(m.JSON, all)
}

// round measures every subject once.
func (m Media) round(ctx context.Context) (reports []Report, err error) {
	keep := func(s subject) error {
		r, err := s.measure(ctx, m.Load)
		if err != nil {
			return err
		}
		r.print(m.Out)
		reports = append(reports, r)
		return nil
	}
	if m.Yardstick {
		y, child, err := startYardstick(ctx, m.Rooms, process(m.PID))
		if err != nil {
			return nil, err
		}
		err = keep(subject{"yardstick", y, child})
		y.end()
		if err != nil {
			return nil, err
		}
	}
	if m.Direct {
		if err := keep(subject{"direct", direct{}, 0}); err != nil {
			return nil, err
		}
	}
	w, end := m.way()
	defer end()
	return reports, keep(subject{"server", w, process(m.PID)})
}

// way is how rooms are opened at the server; end gives back what it holds.
func (m Media) way() (w way, end func()) {
	transport := &http.Transport{MaxIdleConnsPerHost: closeAtMax}
	c := &http.Client{Transport: transport, Timeout: joinWithin}
	if m.By == ByConsultation {
		return &consultations{server: m.Server, http: c, visits: m.Visits}, transport.CloseIdleConnections
	}
	return &posted{server: m.Server, tokens: m.Tokens, http: c, whip: m.By == ByWHIP}, transport.CloseIdleConnections
}

// compare prints what can be divided by each other.
func (m Media) compare(all []Report) {
	of := func(subject string) (list []Report) {
		for _, r := range all {
			if r.Subject == subject {
				list = append(list, r)
			}
		}
		return list
	}
	cpu := func(r *Report) float64 { return r.CPUPerMillion }
	p99 := func(r *Report) float64 { return r.Latency.P99 }
	server := of("server")
	if yard := of("yardstick"); len(yard) > 0 && median(yard, cpu) > 0 {
		fmt.Fprintf(m.Out, "processor: %.2f × the yardstick (medians of %d)\n", median(server, cpu)/median(yard, cpu), len(yard))
	}
	if floor := of("direct"); len(floor) > 0 {
		fmt.Fprintf(m.Out, "forwarding: p99 %+.2f ms on the driver's own (medians of %d)\n", median(server, p99)-median(floor, p99), len(floor))
	}
}

// file is what the JSON file holds.
type file struct {
	At      time.Time `json:"at"`
	Reports []Report  `json:"reports"`
}

func writeJSON(name string, reports []Report) error {
	b, err := json.MarshalIndent(file{time.Now(), reports}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o644)
}
