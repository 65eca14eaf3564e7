package main

import (
	"net/http"
	"net/netip"
	"strings"

	"madoguchi/booking"
	"madoguchi/signaling/audit"
)

// addressOf is where a request came from. Behind a proxy that is what the proxy itself added to X-Forwarded-For, the
// last entry: those before it are whatever the client wrote.
func addressOf(r *http.Request, proxied bool) netip.Addr {
	if proxied {
		list := r.Header.Values("X-Forwarded-For")
		if len(list) > 0 {
			last := list[len(list)-1]
			if addr, err := netip.ParseAddr(strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])); err == nil {
				return addr
			}
		}
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr()
}

// withAddress lets booking count wrong numbers by where they came from, and the audit trail say it.
func withAddress(proxied bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := addressOf(r, proxied)
		ctx := booking.WithAddress(r.Context(), from)
		if from.IsValid() {
			ctx = audit.WithOrigin(ctx, audit.Origin{Address: from.Unmap().String()})
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
