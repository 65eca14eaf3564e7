package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"madoguchi/booking/courier"
	"madoguchi/signaling"
)

// telephone has post offices telephoned by a receiver of signed requests.
type telephone struct{ hook *courier.Webhook }

// staffCalled is what the receiver is told. It names nobody.
type staffCalled struct {
	Type      string    `json:"type"` // "staff.called"
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Call       string    `json:"call"`
		Office     string    `json:"office"`
		OfficeName string    `json:"officeName"`
		Booth      string    `json:"booth"`
		BoothName  string    `json:"boothName"`
		At         time.Time `json:"at"`         // when the booth called
		Unattended bool      `json:"unattended"` // nobody is signed in at the counter
	} `json:"data"`
}

// Ring implements signaling.Telephone. The call is the message's id, so that asking twice telephones once.
func (t telephone) Ring(ctx context.Context, r signaling.Ring) error {
	now := time.Now()
	m := staffCalled{Type: "staff.called", Timestamp: now}
	d := &m.Data
	d.Call, d.Office, d.OfficeName, d.Booth, d.BoothName = r.Call, r.Office, r.OfficeName, r.Booth, r.BoothName
	d.At, d.Unattended = r.At, r.Unattended
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("call %s: %w", r.Call, err)
	}
	return t.hook.Send(ctx, r.Call, now, body)
}

// telephoneOf is nothing where no receiver is set.
func telephoneOf(hook *courier.Webhook) signaling.Telephone {
	if hook == nil {
		return nil
	}
	return telephone{hook}
}

// demoTelephone is a receiver on this machine, for trying the demo with one; its secret is no secret.
func demoTelephone(url string) (*courier.Webhook, error) {
	if url == "" {
		return nil, nil
	}
	const secret = "whsec_bWFkb2d1Y2hpIGRlbW8sIG5vdCBhIHNlY3JldCE="
	hook, err := courier.NewWebhook(url, []string{secret}, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	if err != nil {
		return nil, wrong("telephone", "%v", err)
	}
	return hook, nil
}
