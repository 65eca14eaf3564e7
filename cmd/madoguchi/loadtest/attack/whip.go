package attack

import (
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"madoguchi/sfu/client"
)

var whipKinds = []Kind{
	{"whip-refused", "offers with tokens expired, forged and for other rooms, that are no SDP, and that are huge", (*attacker).wrongOffers},
	{"whip-stolen", "offers that are right, with a stolen token of equipment, each of which replaces the one before", (*attacker).stolenOffers},
}

// offer is a session description of somebody who would send sound and pictures.
func offer() (string, error) {
	c, err := client.New(client.Options{Name: "attacker", Voice: true, Face: true})
	if err != nil {
		return "", err
	}
	defer c.Close()
	return c.Offer(nil)
}

// posting posts an offer from the nth address.
func (a *attacker) posting(c *http.Client, path, token, sdp string) error {
	request, err := http.NewRequestWithContext(a.ctx, http.MethodPost, a.Server+path+a.Session, strings.NewReader(sdp))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/sdp")
	return a.answer(c.Do(request))
}

// posters are clients at some addresses.
func (a *attacker) posters(n int) (list []*http.Client, end func()) {
	for i := range n {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from(i)}, Timeout: patience}
		list = append(list, &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: a.trust.Clone(), DialContext: d.DialContext}})
	}
	return list, func() {
		for _, c := range list {
			c.CloseIdleConnections()
		}
	}
}

func (a *attacker) wrongOffers() {
	good, err := offer()
	if err != nil {
		a.failed(err)
		return
	}
	lines := strings.SplitAfter(good, "\r\n")
	offers := []string{
		good, "", "v=0", strings.Repeat("a", 60<<10), good + strings.Repeat("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n", 1500),
		strings.Repeat(strings.Join(lines[len(lines)/2:], ""), 30), strings.ReplaceAll(good, "fingerprint", "fingerpaint"),
		strings.ReplaceAll(good, "m=audio 9", "m=audio 999999999999"), strings.ReplaceAll(good, "\r\n", ""), string(noise(32 << 10)),
		good + strings.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:x\r\n", 1000),
	}
	tokens := []string{a.Expired, a.Nowhere, a.Seat, a.Room + "x", a.Room, ""}
	ways := []string{"/whip/", "/whep/", "/bench/"}
	clients, end := a.posters(addresses)
	defer end()
	n := make([]int, 2*addresses)
	a.crew(len(n), func(i int) error {
		n[i]++
		token, sdp := tokens[(i+n[i])%len(tokens)], offers[(i+n[i]*7)%len(offers)]
		if token == a.Room && sdp == good {
			sdp = offers[1] // what would be taken is the next attack
		}
		return a.posting(clients[i%addresses], ways[n[i]%len(ways)], token, sdp)
	})
}

func (a *attacker) stolenOffers() {
	good, err := offer()
	if err != nil {
		a.failed(err)
		return
	}
	clients, end := a.posters(4)
	defer end()
	a.crew(8, func(i int) error {
		return a.posting(clients[i%4], []string{"/whip/", "/whep/"}[i%2], a.Room, good)
	})
}

// mediaTCP opens connections to the media port over TCP: silent, slow, with frames of nonsense.
func (a *attacker) mediaTCP() {
	nonsense := noise(16 << 10)
	n := make([]int, 32*addresses)
	a.crew(len(n), func(i int) error {
		conn, err := a.tcp(i%addresses, a.Media.String())
		if err != nil {
			return err
		}
		defer conn.Close()
		n[i]++
		a.count("connections", 1)
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		switch (i + n[i]) % 4 {
		case 0:
			_, err = conn.Read(make([]byte, 1)) // silent until it is closed
		case 1:
			_, err = conn.Write([]byte{0xff, 0xff, 0, 1})
		case 2:
			_, err = conn.Write(nonsense)
		default:
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		}
		if err == nil {
			_, err = conn.Read(make([]byte, 1))
		}
		return err
	})
}
