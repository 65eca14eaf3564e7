package wire

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs passes what the libraries below log on at debug level: what matters of it shows as a change of a peer's state.
type pionLogs struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (p *pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return &pionLog{log: p.log, scope: scope}
}

type pionLog struct {
	log   *slog.Logger
	scope string
}

func (l *pionLog) write(msg string) { l.log.Debug(msg, "scope", l.scope) }

func (l *pionLog) writef(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...), "scope", l.scope)
	}
}

// Trace and Tracef are far too many to keep.
func (l *pionLog) Trace(string)                 {}
func (l *pionLog) Tracef(string, ...any)        {}
func (l *pionLog) Debug(msg string)             { l.write(msg) }
func (l *pionLog) Debugf(f string, args ...any) { l.writef(f, args...) }
func (l *pionLog) Info(msg string)              { l.write(msg) }
func (l *pionLog) Infof(f string, args ...any)  { l.writef(f, args...) }
func (l *pionLog) Warn(msg string)              { l.write(msg) }
func (l *pionLog) Warnf(f string, args ...any)  { l.writef(f, args...) }
func (l *pionLog) Error(msg string)             { l.write(msg) }
func (l *pionLog) Errorf(f string, args ...any) { l.writef(f, args...) }
