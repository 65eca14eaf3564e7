package loadtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A country is what sockets are measured on: an area with an office for every booth, one desk, and nodes that serve it. Everything
// lies in a folder of its own.
type country struct {
	program string
	folder  string // has cert.pem, key.pem, keys and directory
	redis   string // URL
	apart   bool   // a node has a processor to itself
	logTo   io.Writer
	options []string // of serve, besides what every node is given
}

// The area made up. One office more than there are booths has the consultation that nobody may disturb.
const (
	CountryArea     = "land" // id of the area
	countryPool     = "p0"
	countryDesk     = "d0"
	countryService  = "talk"
	officesInOneYML = 2000 // a catalogue file is at most 1 MiB
)

// openAlways lets a measurement find a time whatever day it is.
const openAlways = "holidays: open, yearEnd: {from: none, to: none}, "

func countryOffice(n int) string { return fmt.Sprintf("o%d", n) }
func countryBooth(n int) string  { return fmt.Sprintf("b%d", n) }

// CountrySeat is the seat of a booth of the country, its office and its id.
func CountrySeat(n int) (seat, office, booth string) {
	return "booth:" + countryBooth(n), countryOffice(n), countryBooth(n)
}

// writeCountry writes the catalogue of an area with so many offices.
func writeCountry(folder string, offices int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	common := fmt.Sprintf("areas: [{id: %s, name: 全国}]\n", CountryArea) +
		fmt.Sprintf("services: [{id: %s, name: 相談, publicName: 相談, role: counselor, minutes: 20}]\n", countryService) +
		fmt.Sprintf("pools:\n  - {id: %s, name: 相談, area: %s, "+openAlways+"services: [%s], desks: [{id: %s, name: 机, role: counselor, title: 相談員, "+
			"roster: [{days: Mon-Sun, from: \"00:00\", to: \"24:00\"}]}]}\n", countryPool, CountryArea, countryService, countryDesk)
	if err := os.WriteFile(filepath.Join(folder, "area.yaml"), []byte(common), 0o644); err != nil {
		return err
	}
	for from := 0; from < offices; from += officesInOneYML {
		var text strings.Builder
		text.WriteString("offices:\n")
		for n := from; n < min(from+officesInOneYML, offices); n++ {
			fmt.Fprintf(&text, "  - {id: %s, name: 局%d, area: %s, every: 5, fine: 5, "+openAlways+"booths: [{id: %s, name: ブース}], hours: [{days: Mon-Sun, open: \"00:00\", close: \"24:00\"}], "+
				"offers: [{service: %s, pool: %s, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}\n",
				countryOffice(n), n, CountryArea, countryBooth(n), countryService, countryPool)
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("offices-%05d.yaml", from)), []byte(text.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// countryNode is one process that serves the country.
type countryNode struct {
	country
	listen string // host:port, kept when it starts again
	child  *exec.Cmd
	output sync.WaitGroup
}

// serve starts a node and waits until it is ready.
func (c country) serve(ctx context.Context) (*countryNode, error) {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &countryNode{country: c, listen: port.Addr().String()}
	if err := port.Close(); err != nil {
		return nil, err
	}
	return n, n.start(ctx)
}

func (n *countryNode) url() string           { return "https://" + n.listen }
func (n *countryNode) pid() process          { return process(n.child.Process.Pid) }
func (n *countryNode) in(name string) string { return filepath.Join(n.folder, name) }

// start starts the process, for the first time or again, and waits until it says that it is ready.
func (n *countryNode) start(ctx context.Context) error {
	n.child = exec.Command(n.program, append([]string{"serve", "--listen", n.listen, "--public-url", n.url(), "--media", "127.0.0.1:0",
		"--tls-cert", n.in("cert.pem"), "--tls-key", n.in("key.pem"), "--keys", n.in("keys"), "--directory", n.in("directory"),
		"--redis", n.redis, "--log-level", "error"}, n.options...)...)
	n.child.Stderr = n.logTo
	out, err := n.child.StdoutPipe()
	if err != nil {
		return err
	}
	begin := n.child.Start
	if n.apart {
		begin = func() error { return startApart(n.child) }
	}
	if err := begin(); err != nil {
		return fmt.Errorf("start a node: %w", err)
	}
	ready := make(chan struct{})
	n.output.Go(func() { // ends with the child's output
		told := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if !told && lines.Text() == "ready" {
				told = true
				close(ready)
			}
		}
		if !told {
			_, _ = fmt.Fprintln(n.logTo, "a node ended before it was ready")
		}
	})
	ctx, cancel := context.WithTimeoutCause(ctx, 2*ownStarts, errors.New("the node was not ready in time"))
	defer cancel()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("start a node: %w", context.Cause(ctx)), n.kill())
	}
}

// kill ends the process without a word, and waits for it.
func (n *countryNode) kill() error {
	err := n.child.Process.Kill()
	n.output.Wait()
	_ = n.child.Wait() // it says that it was killed
	return err
}

// stop ends the process in good order.
func (n *countryNode) stop() error {
	_ = n.child.Process.Signal(syscall.SIGTERM) // it may have ended
	late := time.AfterFunc(2*ownStops, func() { _ = n.child.Process.Kill() })
	defer late.Stop()
	n.output.Wait()
	return n.child.Wait()
}
