package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"madoguchi/booking"
	"madoguchi/signaling/access"
)

// enrollCommand mints a one-time code for a seat of the service.
type enrollCommand struct {
	File   kong.ConfigFlag `name:"config" placeholder:"FILE" help:"The configuration serve uses."`
	Config `embed:""`
	Seat   string `name:"seat" required:"" placeholder:"SEAT" help:"The seat that will sign in: booth:ID, desk:ID, counter:OFFICE, lobby:OFFICE, assistant:POOL or admin:NAME."`
}

// Run prints the code alone on a line. It is shown nowhere else and works once, within ten minutes.
func (e *enrollCommand) Run(ctx context.Context, to console) error {
	if err := errors.Join(e.checkRedis(), checkFolder("directory", e.Directory, "the folder serve uses")); err != nil {
		return err
	}
	directory, err := booking.Load(os.DirFS(e.Directory))
	if err != nil {
		return wrong("directory", "%s: %v", e.Directory, err)
	}
	area, err := onlyArea(directory)
	if err != nil {
		return err
	}
	if err := checkSeat(directory, e.Seat); err != nil {
		return err
	}
	log, err := newLogger(to.log, e.Logging)
	if err != nil {
		return err
	}
	store, _, err := openRedis(ctx, e.Redis, log)
	if err != nil {
		return err
	}
	defer store.Close()
	code, err := access.NewCodes(store, area).Mint(ctx, e.Seat)
	if err != nil {
		return err
	}
	fmt.Fprintf(to.log, "One-time code for %s, valid once and for %s:\n", e.Seat, access.CodeTTL)
	_, err = fmt.Fprintln(to.out, code)
	return err
}

// checkSeat wants a seat that exists, so that a typing error is found here and not by somebody in front of a booth.
func checkSeat(directory *booking.Directory, seat string) error {
	kind, id, _ := strings.Cut(seat, ":")
	known := false
	switch kind {
	case "booth":
		_, known = directory.Booth(id)
	case "desk":
		_, known = directory.Desk(id)
	case "counter", "lobby":
		_, known = directory.Office(id)
	case "assistant":
		_, known = directory.Pool(id)
	case "admin":
		return checkID("seat", seat)
	default:
		return wrong("seat", "%q is no seat; write booth:ID, desk:ID, counter:OFFICE, assistant:POOL or admin:NAME", seat)
	}
	if !known {
		return wrong("seat", "%q is not in the directory; the ids stand in its YAML files", seat)
	}
	return nil
}
