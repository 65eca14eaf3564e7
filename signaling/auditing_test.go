package signaling

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pion/webrtc/v4"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
)

// auditNotes is a Noter that tests read.
type auditNotes struct {
	mu   sync.Mutex
	list []audit.Entry
}

func (n *auditNotes) Note(_ context.Context, e audit.Entry) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, e)
	return nil
}

// has waits for an entry that is as wanted.
func (n *auditNotes) has(t *testing.T, what string, is func(audit.Entry) bool) (found audit.Entry) {
	t.Helper()
	waitFor(t, what+" is noted", func() bool {
		n.mu.Lock()
		defer n.mu.Unlock()
		i := slices.IndexFunc(n.list, is)
		if i >= 0 {
			found = n.list[i]
		}
		return i >= 0
	})
	return found
}

func TestWhatIsAskedOnASocketIsNotedWithWhoseVisitItIs(t *testing.T) {
	notes := &auditNotes{}
	n := newWorld(t).start(func(c *Config) { c.Audit = notes })
	c := n.consultation()
	opened := notes.has(t, "the booth's socket", func(e audit.Entry) bool { return e.Action == audit.SocketOpen && e.Who == booth1 })
	c.booth.ok(c.booth.request(protocol.TypeCall))
	c.booth.request(protocol.TypeArmEmergency)
	c.booth.ok(c.booth.request(protocol.TypeEmergency))
	d, _ := n.broker.hub.doc(c.session)
	for _, action := range []audit.Action{"socket.call", "socket.arm-emergency", "socket.emergency"} {
		e := notes.has(t, string(action), func(e audit.Entry) bool { return e.Action == action })
		if e.Outcome != audit.Success || e.Who != booth1 || e.Visit != d.Appointment || e.Session != c.session || e.Booth != "shiomachihama-1" ||
			e.Detail["socket"] != opened.Detail["socket"] || e.Detail["socket"] == "" {
			t.Errorf("%+v", e)
		}
	}
	c.booth.admit(booth1) // which a booth may not
	if e := notes.has(t, "what a booth may not", func(e audit.Entry) bool { return e.Action == "socket.admit" }); e.Outcome != audit.Refused || e.Detail["why"] != "forbidden" {
		t.Errorf("%+v", e)
	}
	changes := n.redis.XRange(t.Context(), "{"+area+"}:ses-out", "-", "+").Val()
	if !slices.ContainsFunc(changes, func(m redis.XMessage) bool {
		return m.Values["event"] == "ready" && m.Values["by"] == booth1 && m.Values["via"] == opened.Detail["socket"]
	}) {
		t.Errorf("no change says through which socket it was asked for: %v", changes)
	}
}

func TestARefusedTokenIsNotedAtEveryDoorAndNeverWritten(t *testing.T) {
	notes := &auditNotes{}
	n := realWorld(t, redistest.Mini(t)).start(func(c *Config) { c.Audit = notes })
	good := n.signIn(morita)
	bad := good[:len(good)-8] + "AAAAAAAA"
	var out answer
	if status, _ := n.call(http.MethodGet, "/v1/me", bad, nil, &out); status != http.StatusUnauthorized {
		t.Fatal(status, out)
	}
	p := n.dial()
	p.say(protocol.TypeHello, protocol.Hello{Token: bad, App: "desk"})
	if status, said := n.media2("/whip/s_none", bad, "v=0"); status != http.StatusUnauthorized {
		t.Fatal(status, said)
	}
	for _, door := range []access.Door{access.HTTP, access.Socket, access.WHIP} {
		e := notes.has(t, "a bad token over "+string(door), func(e audit.Entry) bool {
			return e.Action == audit.TokenRefused && e.Detail["door"] == string(door)
		})
		if e.Outcome != audit.Refused || e.Detail["why"] != "signature" || e.Who != "" {
			t.Errorf("%+v", e)
		}
		for _, value := range e.Detail {
			if strings.Contains(value, ".") || len(value) > 40 {
				t.Errorf("something of a token in %+v", e)
			}
		}
	}
}

func TestEquipmentIsNotedWhenItComesAndHowLongItStayed(t *testing.T) {
	notes := &auditNotes{}
	n := realWorld(t, redistest.Mini(t)).start(func(c *Config) { c.Audit = notes })
	c, _, _ := n.meeting()
	camera := n.offerCamera(c.session)
	c.desk.connected("camera-1")
	// One that goes before it is through says nothing of it to anybody.
	n.until("the camera is through to the node", func() bool { return camera.PC.ConnectionState() == webrtc.PeerConnectionStateConnected })
	came := notes.has(t, "its coming", func(e audit.Entry) bool { return e.Action == audit.EquipmentIn })
	if err := camera.PC.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	went := notes.has(t, "its going", func(e audit.Entry) bool { return e.Action == audit.EquipmentOut })
	d, _ := n.broker.hub.doc(c.session)
	if came.Who != "camera-1" || came.Visit != d.Appointment || came.Session != c.session || came.Detail["kind"] == "" || went.Who != "camera-1" || went.Took < 0 {
		t.Errorf("came %+v, went %+v", came, went)
	}
}
