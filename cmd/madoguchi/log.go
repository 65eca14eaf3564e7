package main

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// newLogger makes the logger of the whole house. Ids are logged, tokens and names never: what slips through by
// mistake is masked here, by the attribute's name and by the look of its value.
func newLogger(w io.Writer, l Logging) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		return nil, wrong("log-level", "%q is not a level; use debug, info, warn or error", l.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	switch l.LogFormat {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, wrong("log-format", "%q is not a format; use text or json", l.LogFormat)
	}
}

const masked = "[redacted]"

// secretNames are attributes that never belong in a log, whatever they hold.
var secretNames = map[string]bool{
	"token": true, "bearer": true, "authorization": true, "password": true, "secret": true, "cookie": true,
	"kana": true, "phone": true, "resident": true, "reception": true, "sdp": true,
	"mail": true, "patientNumber": true, "last4": true,
}

// Values that give themselves away: a JWT, and the user part of a URL.
var (
	looksLikeToken = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	looksLikeLogin = regexp.MustCompile(`://[^/\s:@]*:[^/\s@]+@`)
)

func redact(_ []string, attr slog.Attr) slog.Attr {
	if secretNames[attr.Key] {
		return slog.String(attr.Key, masked)
	}
	switch attr.Value.Kind() {
	case slog.KindString:
		attr.Value = slog.StringValue(scrub(attr.Value.String()))
	case slog.KindAny:
		if err, ok := attr.Value.Any().(error); ok {
			attr.Value = slog.StringValue(scrub(err.Error()))
		} else if s, ok := attr.Value.Any().(fmt.Stringer); ok {
			attr.Value = slog.StringValue(scrub(s.String()))
		}
	}
	return attr
}

// scrub masks tokens and passwords inside a longer text.
func scrub(text string) string {
	text = looksLikeToken.ReplaceAllString(text, masked)
	return looksLikeLogin.ReplaceAllString(text, "://"+masked+"@")
}
