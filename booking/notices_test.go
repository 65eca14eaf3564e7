package booking_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore/redistest"
)

// receiver is a system that is told of appointments.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []told
	answer func(n int) int // status of the n-th request, from 1; nil is 204
	news   chan struct{}
}

type told struct {
	id, signature string
	text          string
	booking.Notice
}

func newReceiver(t *testing.T, answer func(n int) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer, news: make(chan struct{}, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		text, _ := io.ReadAll(q.Body)
		m := told{id: q.Header.Get("webhook-id"), signature: q.Header.Get("webhook-signature"), text: string(text)}
		_ = json.Unmarshal(text, &m.Notice)
		r.mu.Lock()
		r.heard = append(r.heard, m)
		status := http.StatusNoContent
		if r.answer != nil {
			status = r.answer(len(r.heard))
		}
		r.mu.Unlock()
		r.news <- struct{}{}
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

// after waits until n requests have come and gives them.
func (r *receiver) after(t *testing.T, n int) []told {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		r.mu.Lock()
		heard := append([]told(nil), r.heard...)
		r.mu.Unlock()
		if len(heard) >= n {
			return heard
		}
		select {
		case <-r.news:
		case <-late:
			t.Fatalf("%d of %d requests came", len(heard), n)
		}
	}
}

const hookSecret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMsIGxvbmcgZW5vdWdo"

func hookTo(url string) *courier.Webhook {
	w, err := courier.NewWebhook(url, []string{hookSecret}, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	if err != nil {
		panic(err)
	}
	return w
}

// notify runs a notifier until the end of the test, and waits until it listens.
func (k *desk) notify(t *testing.T, c booking.Notices) *booking.Notifier {
	t.Helper()
	c.Every, c.Backoff.First, c.Host = 10*time.Millisecond, time.Millisecond, "yoyaku.example.jp"
	n := booking.NewNotifier(k.Service, c)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }() // ended and waited for by the cleanup
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	channels := len(c.Webhooks)
	for _, there := range []bool{c.Mail != nil, c.SMS != nil, c.Voice != nil} {
		if there {
			channels++
		}
	}
	k.listening(t, channels)
	return n
}

// listening waits until that many queues know from where on they are told.
func (k *desk) listening(t *testing.T, queues int) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for len(k.Keys(t, "*:send:*:at")) < queues {
		<-tick.C
	}
}

func TestReceiversHearOfEveryChangeInOrderAndNeverWho(t *testing.T) {
	k := newDesk(t, redistest.Real(t), setting{})
	all, clinic, elsewhere := newReceiver(t, nil), newReceiver(t, nil), newReceiver(t, nil)
	k.notify(t, booking.Notices{Webhooks: []booking.Receiver{
		{ID: "all", Hook: hookTo(all.URL)},
		{ID: "clinic", Hook: hookTo(clinic.URL), Pools: []string{"morita"}, Events: []string{"booked", "cancelled"}},
		{ID: "elsewhere", Hook: hookTo(elsewhere.URL), Offices: []string{"okuse"}},
	}})
	a := k.mustBook(t, wish(), withExtras(t, minami))
	if _, err := k.Cancel(context.Background(), a.ID); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*receiver{all, clinic} {
		heard := r.after(t, 2)
		if heard[0].Type != "appointment.booked" || heard[1].Type != "appointment.cancelled" || heard[0].Data.Version >= heard[1].Data.Version {
			t.Errorf("heard %+v", heard)
		}
		first := heard[0].Data
		if first.Appointment != a.ID || first.Office != "shiomachihama" || first.OfficeName != "汐待浜郵便局" || first.Number != 1 ||
			first.Date != a.Start.Format("2006-01-02") || !first.Start.Equal(a.Start) || len(first.Legs) != 2 || first.Legs[0].Word != "医院" {
			t.Errorf("first %+v", first)
		}
		for _, m := range heard {
			for _, secret := range []string{"ミナミ", "1456", "fusae", "M-00731", a.Reception, "診療"} {
				if strings.Contains(m.text, secret) {
					t.Errorf("%q is told: %s", secret, m.text)
				}
			}
			if m.id == "" || !strings.HasPrefix(m.signature, "v1,") {
				t.Errorf("id %q, signature %q", m.id, m.signature)
			}
		}
	}
	if n := len(elsewhere.heard); n != 0 {
		t.Errorf("another office heard of %d", n)
	}
}

func TestWhatFailsIsTriedAgainAndThenAnAdministratorsMatter(t *testing.T) {
	k := newDesk(t, redistest.Real(t), setting{})
	down := true
	r := newReceiver(t, func(int) int {
		if down {
			return 500
		}
		return 204
	})
	n := k.notify(t, booking.Notices{Webhooks: []booking.Receiver{{ID: "all", Hook: hookTo(r.URL)}}, Backoff: courier.Backoff{Tries: 3}})
	a := k.mustBook(t, wish(), minami)
	heard := r.after(t, 3)
	if heard[0].id != heard[2].id || heard[0].text != heard[2].text {
		t.Errorf("tries differ: %+v", heard)
	}
	_, api := humatest.New(t)
	n.Register(api)
	w := &web{k, api, t}
	var list struct {
		Channels []booking.DeliveryLine `json:"channels"`
	}
	for len(list.Channels) == 0 || len(list.Channels[0].GivenUp) == 0 {
		list = want[struct {
			Channels []booking.DeliveryLine `json:"channels"`
		}](t, w.ask("admin:ueda", "GET", "/v1/deliveries", ""), 200)
	}
	line := list.Channels[0].GivenUp[0]
	if line.Appointment != a.ID || line.Tries != 3 || line.ID != heard[0].id || !strings.Contains(line.Failed, "500") {
		t.Errorf("given up: %+v", line)
	}
	for _, seat := range []string{"counter:shiomachihama", "assistant:morita", ""} {
		if r := w.ask(seat, "GET", "/v1/deliveries", ""); r.Code != 403 && r.Code != 401 {
			t.Errorf("%q sees deliveries: %d", seat, r.Code)
		}
	}
	r.mu.Lock()
	down = false
	r.mu.Unlock()
	again := "/v1/deliveries/hook-all/" + line.ID + "/again"
	if r := w.ask("admin:ueda", "POST", again, ""); r.Code != 204 {
		t.Fatalf("again: %d %s", r.Code, r.Body)
	}
	if last := r.after(t, 4)[3]; last.id != line.ID || last.text != heard[0].text {
		t.Errorf("sent again as %+v", last)
	}
	refused(t, w.ask("admin:ueda", "POST", again, ""), 404, booking.SlugUnknownNotice)
}

// A receiver is told again of what it may not have got when the process was killed in the middle of telling it.
func TestAKilledProcessLosesNothing(t *testing.T) {
	s := redistest.Real(t)
	k := newDesk(t, s, setting{})
	var child *exec.Cmd
	r := newReceiver(t, nil)
	r.answer = func(n int) int {
		if n == 1 { // between being told and having it noted
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
		return 204
	}
	run := func() *exec.Cmd {
		c := exec.Command(os.Args[0], "-test.run=^TestNotifierProcess$", "-test.count=1")
		c.Env = append(os.Environ(), "NOTIFIER_REDIS="+s.Addr, "NOTIFIER_HOOK="+r.URL)
		c.Stderr = os.Stderr
		return c
	}
	r.mu.Lock() // the first request waits for child to be set
	child = run()
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	r.mu.Unlock()
	k.listening(t, 1)
	var ids []string
	for i := range 3 {
		h := wish()
		h.Start = h.Start.Add(time.Duration(i) * 30 * time.Minute)
		ids = append(ids, k.mustBook(t, h, person("ミナミ フサエ", "0999-00-145"+string(rune('0'+i)))).ID)
	}
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the child ended with %v", err)
	}
	second := run()
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = second.Process.Kill()
		_ = second.Wait()
	}()
	late := time.After(30 * time.Second)
	for {
		r.mu.Lock()
		counts, doubles := map[string]map[string]int{}, 0
		for _, m := range r.heard {
			if counts[m.Data.Appointment] == nil {
				counts[m.Data.Appointment] = map[string]int{}
			}
			counts[m.Data.Appointment][m.id]++
		}
		for _, tries := range counts {
			for _, n := range tries {
				doubles += n - 1
			}
		}
		r.mu.Unlock()
		if len(counts) == len(ids) && doubles > 0 {
			for _, id := range ids {
				if len(counts[id]) != 1 {
					t.Errorf("%s was told under %d ids", id, len(counts[id]))
				}
			}
			t.Logf("%d events, killed -9 during the first; every one heard, %d of them twice under the same id", len(ids), doubles)
			return
		}
		select {
		case <-r.news:
		case <-late:
			t.Fatalf("after the kill: %v, want all of %v and at least one of them again", counts, ids)
		}
	}
}

// TestNotifierProcess is no test of its own: it is the process that TestAKilledProcessLosesNothing kills.
func TestNotifierProcess(t *testing.T) {
	addr, hook := os.Getenv("NOTIFIER_REDIS"), os.Getenv("NOTIFIER_HOOK")
	if addr == "" {
		return
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	k := newDesk(t, &redistest.Server{Client: rdb, Addr: addr}, setting{})
	n := booking.NewNotifier(k.Service, booking.Notices{
		Webhooks: []booking.Receiver{{ID: "all", Hook: hookTo(hook)}}, Every: 10 * time.Millisecond, Lease: time.Second,
	})
	_ = n.Run(context.Background()) // until killed
}
