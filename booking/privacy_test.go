package booking_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
	"madoguchi/deploy"
)

// planted is what must not be found anywhere, in every form in which it could be written.
var planted = []string{
	"ミナミ フサエ", "ミナミフサエ", "みなみ", "0999-00-1456", "0999001456", "M-00731", "fusae@example.jp",
}

// appendOnly is a redis-server that writes everything down, as a service's does.
type appendOnly struct {
	t      *testing.T
	folder string
	addr   string
	client *redis.Client
	cmd    *exec.Cmd
}

func newAppendOnly(t *testing.T, folder string) *appendOnly {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip(redistest.Missing)
	}
	r := &appendOnly{t: t, folder: folder}
	r.start()
	t.Cleanup(r.stop)
	return r
}

func (r *appendOnly) start() {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	r.addr = l.Addr().String()
	_, port, _ := net.SplitHostPort(r.addr)
	if err := l.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.cmd = exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", r.folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--loglevel", "warning")
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.client = redis.NewClient(&redis.Options{Addr: r.addr})
	r.until("it answers", func() bool { return r.client.Ping(context.Background()).Err() == nil })
}

func (r *appendOnly) until(what string, ok func() bool) {
	r.t.Helper()
	tick, late := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			r.t.Fatalf("not in time: %s", what)
		}
	}
}

func (r *appendOnly) stop() {
	_ = r.client.Close()
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// written is everything in the files of the server.
func (r *appendOnly) written() string {
	r.t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(r.folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		all.Write(text)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all.String()
}

// collected keeps what is logged, at every level.
type collected struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (c *collected) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(b)
}

func (c *collected) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

func absent(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range planted {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds %q", where, secret)
		}
	}
}

// A name, a number and a clinic's number are planted; then everything that is written anywhere is searched: the
// append-only file as it grows and after a rewrite, the outbox, the webhooks and the log at once; and after the
// record's expiry also a backup taken while the record could still be opened, restored.
func TestAPlantedPersonIsFoundNowhereAfterExpiry(t *testing.T) {
	ctx := context.Background()
	r := newAppendOnly(t, t.TempDir())
	keys := redistest.Real(t) // the keys of records lie apart and are never written down
	log := &collected{}
	dir, err := booking.Load(deploy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	now := clinicMorning().Add(-24 * time.Hour)
	noted := t.TempDir()
	lines := journalIn(t, noted)
	open := func(store redis.UniversalClient) *booking.Service {
		s, err := booking.New(booking.Config{
			Directory: dir, Redis: store, KeyRedis: keys.Client, Secret: []byte("a secret of at least thirty-two bytes"),
			Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			Store:   redisstore.Options{KeepWho: -time.Until(clinicMorning().Add(90*time.Minute)) + 2*time.Second}, // two seconds from now
			Journal: lines,
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	service := open(r.client)
	hook, sms := newReceiver(t, func(n int) int { return []int{500, 204}[n%2] }), newReceiver(t, nil)
	k := &desk{Service: service, Server: &redistest.Server{Client: r.client, Addr: r.addr}, now: now}
	k.notify(t, booking.Notices{
		Webhooks: []booking.Receiver{{ID: "all", Hook: hookTo(hook.URL)}}, SMS: hookTo(sms.URL),
		Mail: &courier.Mail{Server: "127.0.0.1:1", Secure: courier.NoTLS, From: "yoyaku@example.jp"}, Backoff: courier.Backoff{Tries: 2},
	})
	who, err := minami.With(booking.Extras{Mail: "fusae@example.jp", PatientNumber: "M-00731", Remind: []string{"mail", "sms"}})
	if err != nil {
		t.Fatal(err)
	}
	h := wish()
	h.Resident = who // the hold is sealed too
	held := k.mustHold(t, h)
	a, err := service.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Resident: who})
	if err != nil {
		t.Fatal(err)
	}
	view := func(s *booking.Service) *booking.ResidentView {
		t.Helper()
		list, err := s.View(booking.WithCaller(ctx, counter), a)
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Resident
	}
	if seen := view(service); seen == nil || seen.Kana != "ミナミ フサエ" {
		t.Fatal("the counter does not see who was booked: nothing is planted")
	}
	second := wish() // cancelled at once: its record goes another way
	second.Start = second.Start.Add(time.Hour)
	b, err := service.Confirm(ctx, counter, k.mustHold(t, second).ID, booking.ConfirmRequest{Resident: who})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Cancel(ctx, b.ID); err != nil {
		t.Fatal(err)
	}
	for _, m := range hook.after(t, 4) {
		absent(t, "a webhook", m.text)
	}
	if told := sms.after(t, 1)[0].text; !strings.Contains(told, "0999001456") || strings.Contains(told, "ミナミ") {
		t.Error("the sender of short messages is told the number and no name: " + told)
	}
	absent(t, "the append-only file", r.written())
	absent(t, "the journal", (&appendOnly{t: t, folder: noted}).written())
	absent(t, "the dump", (&redistest.Server{Client: r.client}).Dump(t))
	absent(t, "the log", log.String())

	// A backup, taken while the record can be opened.
	backup := t.TempDir()
	if out, err := exec.Command("cp", "-r", r.folder+"/.", backup).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r.until("the record has expired", func() bool { return view(service) == nil })
	if err := r.client.BgRewriteAOF(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	r.until("the file is rewritten", func() bool {
		info := r.client.Info(ctx, "persistence").Val()
		return strings.Contains(info, "aof_rewrite_in_progress:0") && strings.Contains(info, "aof_rewrite_scheduled:0")
	})
	absent(t, "the rewritten file", r.written())
	absent(t, "the log", log.String())
	restored := newAppendOnly(t, backup)
	absent(t, "the backup", restored.written())
	absent(t, "what was restored", (&redistest.Server{Client: restored.client}).Dump(t))
	if view(open(restored.client)) != nil {
		t.Error("a restored backup still opens the record after its expiry")
	}
	if cipher := restored.client.Keys(ctx, "*:who:*").Val(); len(cipher) != 0 {
		t.Logf("the backup brings %d sealed records back, and nobody can open them", len(cipher))
	}
}
