package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker (make build); a plain go build leaves it as it is.
var version = "dev"

// Exit codes: 0 done or stopped as asked, exitUsage the command line or configuration is wrong, exitFailed it could
// not start or run.
const (
	exitFailed = 1
	exitUsage  = 2
)

// commandLine is what can be typed after madoguchi.
type commandLine struct {
	Demo      demoCommand      `cmd:"" help:"Start everything with sample offices, desks and services. Forgets everything on exit unless --redis is given."`
	Serve     serveCommand     `cmd:"" help:"Start the real thing from a configuration."`
	Token     tokenCommand     `cmd:"" help:"Print a token for one room of the demo."`
	Enroll    enrollCommand    `cmd:"" help:"Print a one-time code with which a booth, desk, counter, assistant or administrator signs in."`
	Loadtest  loadtestCommand  `cmd:"" help:"Put load on a running demo and report what it costs."`
	Catalogue catalogueCommand `cmd:"" help:"Check catalogue files; suspend and resume services."`
	Keys      keysCommand      `cmd:"" help:"Rotate the keys that sign tokens, without signing anybody out."`
	Audit     auditCommand     `cmd:"" help:"Verify, show and export an audit trail, and erase personal fields in it."`
	Import    importCommand    `cmd:"" help:"Put tables of offices, desks and rosters (CSV) into a directory, all of them or nothing."`
	Export    exportCommand    `cmd:"" help:"Write offices, desks and rosters of a directory as tables (CSV)."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// console is where a command prints: its result on out, its log on log.
type console struct {
	out io.Writer
	log io.Writer
}

// gcPercent is how much garbage may come to what is in use before it is collected. Packets make none; most of what is in
// use are packets kept, which hold no pointers and cost a collection nothing. So memory is saved for very little.
const gcPercent = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the default returns, so that a second one ends a stop that hangs.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], console{out: os.Stdout, log: os.Stderr}))
}

// run is the program without its process: arguments in, exit code out.
func run(ctx context.Context, args []string, to console) int {
	exited := false
	code := 0
	var cli commandLine
	app, err := kong.New(&cli,
		kong.Name("madoguchi"),
		kong.Description("Consultation booths in post offices: booking, signaling and SFU in one binary."),
		kong.Configuration(loadYAML),
		kong.Writers(to.out, to.log),
		kong.Exit(func(c int) { exited, code = true, c }),
		kong.ShortUsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(to),
	)
	if err != nil {
		complain(to.log, err)
		return exitFailed
	}
	parsed, err := app.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		complain(to.log, err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			return 0 // asked to stop before it was ready
		}
		complain(to.log, err)
		if errors.As(err, new(fieldError)) {
			return exitUsage
		}
		return exitFailed
	}
	return 0
}

// complain prints an error, each of several on a line of its own.
func complain(w io.Writer, err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(w, "madoguchi:", scrub(line))
	}
}

type versionCommand struct{}

// Run prints the version that make build took from git.
func (versionCommand) Run(to console) error {
	_, err := fmt.Fprintln(to.out, "madoguchi", version)
	return err
}
