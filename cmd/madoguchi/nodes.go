package main

import (
	"net/http"
	"strings"

	"madoguchi/sfu"
	"madoguchi/sfu/whip"
	"madoguchi/signaling"
	"madoguchi/signaling/fleet"
)

// nodePlace is where the processes of an area reach a media node, and where it stands.
type nodePlace struct{ listen, address, zone string }

// openMedia makes the media node and what joins it to the brokers. In the demo everything is one process for good, and the
// broker uses the node directly; otherwise it uses all nodes of the area the same way, its own among them.
func (h *house) openMedia(p plan) (err error) {
	if p.demo {
		return h.openNode(p, h.signaling.Observer())
	}
	if p.roles.is(roleSFU) {
		if err := h.openHost(p); err != nil {
			return err
		}
	}
	if p.roles.is(roleSignaling) {
		return h.openFleet(p)
	}
	return nil
}

// openNode opens the media ports.
func (h *house) openNode(p plan, hears sfu.Observer) error {
	node, err := sfu.New(sfu.Config{ListenUDP: p.media, PublicIPs: p.mediaIPs, Observer: hears, Log: p.log.With("part", "sfu")})
	if err != nil {
		return wrong("media", "cannot listen on %s (%v); choose a free address, or port 0 for any", p.media, err)
	}
	h.media = node
	h.registry.MustRegister(node.Collector())
	if p.demo {
		h.signaling.UseMedia(signaling.MediaOf(node))
		h.whip = whip.Handler(node, h.signaling.WhipAuth())
	}
	if h.host != nil {
		h.host.Use(node)
	}
	return nil
}

// openHost opens our media node for the brokers of the area.
func (h *house) openHost(p plan) error {
	secure, err := p.keys.InternalTLS()
	if err != nil {
		return wrong("keys", "%v", err)
	}
	h.host, err = fleet.NewHost(fleet.HostConfig{
		Area: p.area, Redis: p.store, TLS: secure, Listen: p.node.listen, Address: p.node.address,
		Media: append([]string{p.media}, p.mediaIPs...), Zone: p.node.zone, Version: version, Log: p.log.With("part", "sfu"),
	})
	if err != nil {
		return wrong("node-listen", "cannot listen on %s (%v); choose a free address, or port 0 for any", p.node.listen, err)
	}
	return h.openNode(p, h.host)
}

// openFleet joins the broker to the media nodes of the area.
func (h *house) openFleet(p plan) error {
	secure, err := p.keys.InternalTLS()
	if err != nil {
		return wrong("keys", "%v", err)
	}
	h.fleet = fleet.New(fleet.Config{
		Area: p.area, Redis: p.store, TLS: secure, Zone: p.node.zone, Observer: h.signaling.Observer(), Moved: h.signaling.RoomMoved,
		Log: p.log.With("part", "signaling"),
	})
	h.registry.MustRegister(h.fleet.Collector())
	h.signaling.UseNodes(h.fleet)
	h.whip = whip.Handler(h.fleet, h.signaling.WhipAuth())
	return nil
}

// elsewhere sends equipment that has come to a process without sockets to one that has them (RFC 9725, 4.5: clients follow
// a 307 with the same offer).
func elsewhere(publicURL string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.TrimSuffix(publicURL, "/")+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	})
}
