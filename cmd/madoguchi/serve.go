package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"madoguchi/booking"
	"madoguchi/signaling/access"
)

// serveCommand starts the real thing.
type serveCommand struct {
	File   kong.ConfigFlag `name:"config" placeholder:"FILE" help:"Configuration in YAML; see deploy/madoguchi.example.yaml."`
	Config `embed:""`
}

// Run opens the house that the configuration describes and serves until ctx is done.
func (s *serveCommand) Run(ctx context.Context, to console) error {
	if err := s.check(); err != nil {
		return err
	}
	log, err := newLogger(to.log, s.Logging)
	if err != nil {
		return err
	}
	keys, secret, err := s.openKeys()
	if err != nil {
		return err
	}
	directory, area, err := s.openDirectory()
	if err != nil {
		return err
	}
	notices, err := loadNotices(s.Notices, s.PublicURL)
	if err != nil {
		return err
	}
	secure, err := s.Certificates.tls(s.PublicURL, s.Keys, log)
	if err != nil {
		return err
	}
	audited, err := s.auditPlan()
	if err != nil {
		return err
	}
	origins := asBrowsersWrite(append([]string{s.PublicURL}, s.AllowedOrigins...))
	signingIn, err := s.plan(s.PublicURL, origins)
	if err != nil {
		return err
	}
	signingIn.DeviceCertificates = s.ClientCAs != ""
	p := plan{
		login:     signingIn,
		log:       log,
		listen:    s.Listen,
		tls:       secure,
		https:     true,
		proxied:   s.BehindProxy,
		pace:      s.Pace,
		origins:   origins,
		others:    asBrowsersWrite(s.Others),
		roles:     s.Roles,
		area:      area,
		node:      nodePlace{s.NodeListen, s.NodeAddress, s.Zone},
		media:     s.Media,
		mediaIPs:  s.MediaPublicIPs,
		directory: directory,
		folder:    s.Directory,
		keys:      keys,
		secret:    secret,
		drain:     s.Drain,
		publicURL: s.PublicURL,
		notices:   notices.to,
		telephone: notices.staff,
		timeline:  s.Timeline,
		noShow:    s.NoShowAfter,
		sealed:    s.Sealed,
		audit:     audited,
		reminders: notices.reminders, remindOn: notices.remindOn,
		links: appLinks(),
	}
	closers, err := s.openStores(ctx, &p)
	if err != nil {
		return err
	}
	h, err := openHouse(p)
	if err != nil {
		return errors.Join(err, (&house{closers: closers}).close())
	}
	h.closers = append(h.closers, closers...)
	return h.run(ctx, func() error {
		debug.FreeOSMemory() // reading the directory of a country leaves more behind than it is large
		log.Info("ready", "url", s.PublicURL, "listen", h.listener.Addr().String(), "version", version)
		_, err := fmt.Fprintf(to.out, "listening on %s\nready\n", h.listener.Addr())
		return err
	})
}

// openDirectory reads the description of the area, which a process that only carries media can do without.
func (s *serveCommand) openDirectory() (*booking.Directory, string, error) {
	if s.Directory == "" {
		return nil, s.Area, nil
	}
	if err := finishImport(s.Directory); err != nil {
		return nil, "", wrong("directory", "%v", err)
	}
	directory, err := booking.Load(os.DirFS(s.Directory))
	if err != nil {
		return nil, "", wrong("directory", "%s: %v", s.Directory, err)
	}
	area, err := onlyArea(directory)
	return directory, area, err
}

// asBrowsersWrite writes origins as browsers do: in small letters and without the last slash.
func asBrowsersWrite(list []string) (origins []string) {
	for _, origin := range list {
		origins = append(origins, strings.ToLower(strings.TrimSuffix(origin, "/")))
	}
	return origins
}

// openKeys refuses the demo's keys: anybody on the demo's machine can mint with them.
func (s *serveCommand) openKeys() (*access.Keys, []byte, error) {
	demo, err := isDemoKeyFolder(s.Keys)
	if err != nil {
		return nil, nil, wrong("keys", "%v", err)
	}
	if demo {
		return nil, nil, wrong("keys", "the keys in %q belong to the demo; give a folder of its own, it is made on the first start", s.Keys)
	}
	return openKeys(s.Keys)
}
