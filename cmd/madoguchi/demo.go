package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/deploy"
)

// demoCommand starts everything with sample data, for looking at it and for tests from outside.
type demoCommand struct {
	Logging `embed:""`

	Listen string   `name:"listen" default:"127.0.0.1:8080" help:"Where pages, API and sockets are served; port 0 takes any free port."`
	Media  string   `name:"media" default:"127.0.0.1:3478" help:"Where sound and pictures arrive, UDP and TCP; port 0 takes any free port."`
	Redis  RedisURL `name:"redis" placeholder:"URL" help:"Use this Redis instead of the demo's own, which forgets everything on exit."`
	Phone  string   `name:"telephone" hidden:"" placeholder:"URL" help:"A receiver on this machine that is asked to telephone when nobody answers a booth's call."`
	LAN    bool     `name:"lan" help:"Serve HTTPS with a certificate of our own on all addresses, to try a real tablet."`

	BeginsAt string        `name:"begins-at" placeholder:"HH:MM[:SS]" help:"Let the clock of the demo begin at this time of the day in Tokyo, the next to come, instead of now: in the evening, a morning at the counter."`
	Hours    bool          `name:"office-hours" help:"Keep the offices' own hours and noon, on every day, instead of round the clock."`
	NoShow   time.Duration `name:"no-show-after" default:"15m" placeholder:"DURATION" help:"How long after the appointed time somebody who has not come, while the professional was there, counts as a no-show: 1s to 4h."`
	SignIn   bool          `name:"sign-in" help:"Want people and booths to sign in as in service, by passkey, by the demo's own provider or by one-time code, instead of letting anybody take any seat. Passkeys want the pages opened at http://localhost."`
	Sealed   bool          `name:"sealed" env:"MADOGUCHI_SEALED" help:"Have pages seal sound, pictures and messages between the ends."`
}

// demoDrain is longer than the broker waits for a client that does not answer its goodbye.
const demoDrain = 8 * time.Second

// demoPace is generous: a thousand people of a load test come from one address, and drivers of tests are fast.
var demoPace = Pace{PerAddress: 5000, Connections: 50_000, PerSeat: 500}

// Run opens the house with sample data, prints a line for every link, then "ready", and serves until ctx is done.
func (d *demoCommand) Run(ctx context.Context, to console) error {
	if err := errors.Join(checkHostPort("listen", d.Listen), checkHostPort("media", d.Media), checkNoShow(d.NoShow)); err != nil {
		return err
	}
	p, links, err := d.plan(to.log)
	if err != nil {
		return err
	}
	clock, err := d.clock(time.Now())
	if err != nil {
		return err
	}
	p.now = clock.now
	if p.login, p.demoLogin, err = demoLogin(p.directory, p.now); err != nil {
		return err
	}
	closers, err := d.openStore(ctx, &p, clock)
	if err != nil {
		return err
	}
	forget, err := openDemoAudit(&p)
	if err != nil {
		return errors.Join(err, (&house{closers: closers}).close())
	}
	closers = append([]func() error{forget}, closers...)
	h, err := openHouse(p)
	if err != nil {
		return errors.Join(err, (&house{closers: closers}).close())
	}
	h.closers = append(h.closers, closers...)
	return h.run(ctx, func() error { return d.announce(to.out, h, links, clock) })
}

// plan says what to open, all but the store.
func (d *demoCommand) plan(logTo io.Writer) (plan, []link, error) {
	log, err := newLogger(logTo, d.Logging)
	if err != nil {
		return plan{}, nil, err
	}
	keyFolder, err := demoKeyFolder()
	if err != nil {
		return plan{}, nil, err
	}
	keys, secret, err := openKeys(keyFolder)
	if err != nil {
		return plan{}, nil, err
	}
	hours := booking.AlwaysOpen()
	if d.Hours {
		hours = booking.OpenDaily()
	}
	directory, err := booking.Load(deploy.Sample(), hours)
	if err != nil {
		return plan{}, nil, fmt.Errorf("sample data: %w", err)
	}
	links := sampleLinks(directory)
	area, err := onlyArea(directory)
	if err != nil {
		return plan{}, nil, err
	}
	phone, err := demoTelephone(d.Phone)
	if err != nil {
		return plan{}, nil, err
	}
	p := plan{
		telephone: phone,
		roles:     allRoles, area: area,
		log: log, listen: d.Listen, media: d.Media,
		directory: directory, keys: keys, secret: secret,
		noShow: d.NoShow, sealed: d.Sealed, signIn: d.SignIn,
		pace: demoPace, demo: true, forgets: d.Redis == "", links: links, drain: demoDrain,
	}
	if d.LAN {
		err = d.openToLAN(&p)
	}
	return p, links, err
}

// openToLAN turns listeners to all addresses and HTTP to HTTPS.
func (d *demoCommand) openToLAN(p *plan) error {
	addrs, err := lanAddresses()
	if err != nil {
		return err
	}
	folder, err := demoFolder()
	if err != nil {
		return err
	}
	cert, err := lanCertificate(folder, addrs, time.Now())
	if err != nil {
		return err
	}
	p.tls = (&Certificates{TLS12: true}).serverTLS() // whatever tablet is at hand
	p.tls.Certificates = []tls.Certificate{cert}
	p.listen, p.media = onAllAddresses(d.Listen), onAllAddresses(d.Media)
	return nil
}

func onAllAddresses(hostPort string) string {
	_, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	return net.JoinHostPort("0.0.0.0", port)
}

// openStore connects to the Redis given, or starts one of our own. What it returns closes it again.
func (d *demoCommand) openStore(ctx context.Context, p *plan, clock demoClock) ([]func() error, error) {
	var closers []func() error
	from := d.Redis
	if from == "" {
		own, url, err := openOwnRedis(clock)
		if err != nil {
			return nil, err
		}
		closers = append(closers, own)
		from = url
	}
	store, kind, err := openRedis(ctx, from, p.log)
	if err != nil {
		return nil, errors.Join(err, (&house{closers: closers}).close())
	}
	p.store, p.kind = store, kind
	closers = append(closers, store.Close)
	if d.Redis == "" {
		p.kind = redisInside // it ends with us, so there is nothing a journal could restore
		return closers, nil
	}
	if p.journal, err = openDemoJournal(p.log); err != nil {
		return nil, errors.Join(err, (&house{closers: closers}).close())
	}
	return append(closers, p.journal.Close), nil
}

// announce prints the links with the ports that were really taken, then ready.
func (d *demoCommand) announce(out io.Writer, h *house, links []link, clock demoClock) error {
	base := d.baseURL(portOf(h.listener))
	for _, l := range links {
		fmt.Fprintf(out, "%-8s%s%s%s\n", l.Kind, padded(l.Name, 32), base, l.Path)
	}
	if d.LAN {
		fmt.Fprintln(out, "The certificate is the demo's own: accept the browser's warning once on each tablet.")
	}
	if clock.ahead != 0 {
		fmt.Fprintf(out, "The clock of this demo says %s.\n", clock.now().In(calendar.Tokyo).Format(time.RFC3339))
	}
	if d.Redis == "" {
		fmt.Fprintln(out, "This demo keeps everything in memory and forgets it on exit.")
	}
	_, err := fmt.Fprintln(out, "ready")
	return err
}

// baseURL is the address a person can type: this machine's in the local network with --lan, else what was listened on.
func (d *demoCommand) baseURL(port int) string {
	host, _, _ := net.SplitHostPort(d.Listen)
	scheme := "http"
	if d.LAN {
		scheme, host = "https", "localhost"
		if addrs, err := lanAddresses(); err == nil && len(addrs) > 0 {
			host = addrs[0].String()
		}
	} else if addr, err := netip.ParseAddr(host); host == "" || (err == nil && addr.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port))
}

// padded fills a name up to a width in columns, of which Japanese letters take two.
func padded(name string, width int) string {
	columns := 0
	for _, letter := range name {
		columns++
		if letter >= 0x1100 {
			columns++
		}
	}
	return name + strings.Repeat(" ", max(1, width-columns))
}
