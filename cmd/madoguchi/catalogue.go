package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/sync/errgroup"

	"madoguchi/booking"
	"madoguchi/booking/catalogue"
)

// catalogueCommand looks after what can be booked, beside a service that runs or before it does.
type catalogueCommand struct {
	Check   checkCatalogueCommand `cmd:"" help:"Check the catalogue files of a folder and print everything that is wrong with them."`
	Suspend suspendCommand        `cmd:"" help:"Suspend a service at once, on the word of the municipality. Every server follows within a second."`
	Resume  resumeCommand         `cmd:"" help:"Resume a suspended service."`
}

// checkCatalogueCommand reads a catalogue without using it.
type checkCatalogueCommand struct {
	Folder string `arg:"" placeholder:"DIR" help:"Folder of the YAML files."`
}

// Run prints each finding as file:line:column: text, as compilers do.
func (c *checkCatalogueCommand) Run(to console) error {
	if err := checkFolder("folder", c.Folder, "the folder of the YAML files"); err != nil {
		return err
	}
	directory, err := booking.Load(os.DirFS(c.Folder))
	if wrongFiles := (*catalogue.Error)(nil); errors.As(err, &wrongFiles) {
		for _, f := range wrongFiles.Findings {
			fmt.Fprintln(to.out, filepath.Join(c.Folder, f.String()))
		}
		return fmt.Errorf("%d findings", len(wrongFiles.Findings))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(to.out, "%d offices, %d services, %d pools: in order\n", len(directory.Offices()), len(directory.Services()), len(directory.Pools()))
	return err
}

// suspendCommand suspends a service of a deployment.
type suspendCommand struct {
	File    kong.ConfigFlag `name:"config" placeholder:"FILE" help:"The configuration serve uses."`
	Config  `embed:""`
	Office  string `name:"office" placeholder:"ID" help:"The office; every office where left out."`
	Service string `name:"service" required:"" placeholder:"ID" help:"The service."`
	Pool    string `name:"pool" placeholder:"ID" help:"Only by this pool."`
	Reason  string `name:"reason" required:"" placeholder:"TEXT" help:"Why, and on whose word."`
	By      string `name:"by" default:"command" placeholder:"NAME" help:"Who does it, for the audit trail."`
}

// Run suspends and prints the id by which it is resumed.
func (s *suspendCommand) Run(ctx context.Context, to console) error {
	return s.onBookings(ctx, to, s.By, func(b *booking.Service) error {
		what, err := b.Suspend(ctx, s.By, booking.Suspension{Office: s.Office, Service: s.Service, Pool: s.Pool, Reason: s.Reason})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(to.out, what.ID)
		return err
	})
}

// resumeCommand ends a suspension.
type resumeCommand struct {
	File   kong.ConfigFlag `name:"config" placeholder:"FILE" help:"The configuration serve uses."`
	Config `embed:""`
	ID     string `name:"id" required:"" placeholder:"ID" help:"What suspend printed: office.service.pool, _ standing for all."`
	Reason string `name:"reason" required:"" placeholder:"TEXT" help:"Why, and on whose word."`
	By     string `name:"by" default:"command" placeholder:"NAME" help:"Who does it, for the audit trail."`
}

// Run resumes.
func (r *resumeCommand) Run(ctx context.Context, to console) error {
	return r.onBookings(ctx, to, r.By, func(b *booking.Service) error { return b.Resume(ctx, r.By, r.ID, r.Reason) })
}

var byForm = regexp.MustCompile(`^[a-z0-9][a-z0-9:-]{0,40}$`)

// onBookings opens the bookings of a deployment for one act.
func (c *Config) onBookings(ctx context.Context, to console, by string, act func(*booking.Service) error) error {
	if !byForm.MatchString(by) {
		return wrong("by", "%q is no name; use small letters, digits and hyphens", by)
	}
	if err := errors.Join(c.checkRedis(), checkFolder("directory", c.Directory, "the folder serve uses"), checkFolder("keys", c.Keys, "the folder serve uses")); err != nil {
		return err
	}
	directory, err := booking.Load(os.DirFS(c.Directory))
	if err != nil {
		return wrong("directory", "%s: %v", c.Directory, err)
	}
	_, secret, err := openKeys(c.Keys)
	if err != nil {
		return err
	}
	log, err := newLogger(to.log, c.Logging)
	if err != nil {
		return err
	}
	store, _, err := openRedis(ctx, c.Redis, log)
	if err != nil {
		return err
	}
	defer store.Close()
	bookings, err := booking.New(booking.Config{Directory: directory, Redis: store, Secret: secret, Log: log})
	if err != nil {
		return err
	}
	return act(bookings)
}

// lookAtFiles is how often a server looks whether its catalogue files have changed.
const lookAtFiles = 2 * time.Second

// watchedBookings runs bookings and reads the catalogue again when its files change, and on SIGHUP.
type watchedBookings struct {
	*booking.Service
	folder string
	every  time.Duration
	log    *slog.Logger
}

// Run runs the bookings and the watch until ctx is done.
func (w *watchedBookings) Run(ctx context.Context) error {
	var both errgroup.Group
	both.Go(func() error { return w.Service.Run(ctx) })
	both.Go(func() error { w.watch(ctx); return nil })
	return both.Wait()
}

func (w *watchedBookings) watch(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	read := stamp(w.folder)
	before := read
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			read = stamp(w.folder)
			before = read
			w.reload(ctx, "signal")
		case <-tick.C:
			// Files are often written one after the other: they are read once they have stayed the same for a while.
			now := stamp(w.folder)
			if now == before && now != read {
				read = now
				w.reload(ctx, "files")
			}
			before = now
		}
	}
}

func (w *watchedBookings) reload(ctx context.Context, by string) {
	err := w.Reload(ctx, by)
	wrongFiles := (*catalogue.Error)(nil)
	switch {
	case err == nil:
		w.log.Info("catalogue read again", "by", by, "rules", w.Directory().Rules())
	case errors.As(err, &wrongFiles):
		w.log.Error("catalogue not taken: the files are wrong", "by", by, "findings", len(wrongFiles.Findings))
		for _, f := range wrongFiles.Findings {
			w.log.Error("catalogue", "at", f.Place(), "wrong", f.Text)
		}
	default:
		w.log.Error("catalogue not taken", "by", by, "err", err)
	}
}

// stamp tells states of a folder's catalogue files apart by names, sizes and times.
func stamp(folder string) string {
	var b strings.Builder
	names, _ := fs.Glob(os.DirFS(folder), "*.yaml") // the pattern is right, and a folder that is gone has none
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}
