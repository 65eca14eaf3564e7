package auditor

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/audit"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func secretOf(t testing.TB) *audit.Secret {
	t.Helper()
	s, err := audit.NewSecret([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func notesOf(t testing.TB, s *redistest.Server, spool string) *Notes {
	t.Helper()
	n, err := NewNotes(Noting{Area: "east", Redis: s.Client, Secret: secretOf(t), Spool: spool, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// waitingIn are the notes in the outbox.
func waitingIn(t testing.TB, s *redistest.Server) (list []audit.Entry) {
	t.Helper()
	all, err := s.Client.XRange(context.Background(), keyspace{"east"}.notes(), "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		e, err := secretOf(t).DecodeNote(m.Values["e"].(string))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func TestANoteSaysWhoAskedFromWhereAndHowTheClockStood(t *testing.T) {
	s := redistest.Mini(t)
	n := notesOf(t, s, t.TempDir())
	ctx := audit.WithOrigin(context.Background(), audit.Origin{Who: "admin:ito", Role: "admin", Address: "192.0.2.7"})
	if err := n.Note(ctx, audit.Entry{Action: audit.TimelineRead, Visit: "a_1"}); err != nil {
		t.Fatal(err)
	}
	got := waitingIn(t, s)
	if len(got) != 1 || got[0].Who != "admin:ito" || got[0].Personal.Address != "192.0.2.7" || got[0].Outcome != audit.Success || got[0].At.IsZero() {
		t.Errorf("got %+v", got)
	}
	if dump := s.Dump(t); strings.Contains(dump, "192.0.2.7") {
		t.Errorf("the address stands in Redis in clear: %s", dump)
	}
}

func TestWhileRedisIsAwayNotesWaitOnTheDiskAndFollowOnce(t *testing.T) {
	s := redistest.Mini(t)
	n := notesOf(t, s, t.TempDir())
	ctx := context.Background()
	s.Mini.SetError("LOADING")
	for i := range 3 {
		if err := n.Note(ctx, audit.Entry{Action: audit.SignIn, Who: "desk:" + strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	s.Mini.SetError("")
	n.drain(ctx)
	n.drain(ctx)
	got := waitingIn(t, s)
	if len(got) != 3 || got[0].Who != "desk:0" || got[2].Who != "desk:2" {
		t.Errorf("got %+v", got)
	}
	if list, err := n.waiting(); err != nil || len(list) != 0 {
		t.Errorf("%v still waits, %v", list, err)
	}
}

func TestANoteThatIsSentAgainIsThereOnce(t *testing.T) {
	s := redistest.Mini(t)
	n := notesOf(t, s, "")
	one := audit.Spooled{ID: audit.NewNoteID(time.Now().UnixMilli(), [8]byte{1}), Text: "at=1 act=x out=success"}
	for range 3 {
		if err := n.send(context.Background(), one); err != nil {
			t.Fatal(err)
		}
	}
	if got := waitingIn(t, s); len(got) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestOneWhoseNoteCanBeKeptNowhereIsTold(t *testing.T) {
	s := redistest.Mini(t)
	n := notesOf(t, s, "")
	s.Mini.SetError("LOADING")
	var err error
	for range memoryMost + 1 {
		err = n.Note(context.Background(), audit.Entry{Action: audit.BreakGlass})
	}
	if !errors.Is(err, ErrNowhere) || n.lost.Load() != 1 {
		t.Errorf("got %v, %d lost", err, n.lost.Load())
	}
}

func TestAFloodOfRefusalsIsCounted(t *testing.T) {
	s := redistest.Mini(t)
	n := notesOf(t, s, "")
	now := time.Now()
	n.limit.now = func() time.Time { return now }
	ctx := audit.WithOrigin(context.Background(), audit.Origin{Address: "192.0.2.7"})
	for range 100 {
		if err := n.Note(ctx, audit.Entry{Action: audit.SignIn, Outcome: audit.Refused}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(refusalWindow)
	n.flushRefusals(ctx)
	got := waitingIn(t, s)
	if len(got) != refusalsKept+1 || got[refusalsKept].Detail["more"] != "80" {
		t.Errorf("%d entries, the last %+v", len(got), got[len(got)-1])
	}
}
