package auditor

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// signer is the area's key.
type signer struct{ key ed25519.PrivateKey }

var ours = signer{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))}

func (s signer) Sign(message []byte) (string, ed25519.PublicKey, []byte, error) {
	return "k1", s.key.Public().(ed25519.PublicKey), ed25519.Sign(s.key, message), nil
}

func (s signer) trust(kid string) (ed25519.PublicKey, bool) {
	return s.key.Public().(ed25519.PublicKey), kid == "k1"
}

func consuming(t testing.TB, rdb redis.UniversalClient, folder string) Consuming {
	return Consuming{
		Area: "east", Folder: folder, Redis: rdb, Secret: secretOf(t), Signer: ours, Trust: ours.trust, Log: quiet,
		Every: 5 * time.Millisecond, Lease: 2 * time.Second,
		Look: func(context.Context, string) (Visit, bool) {
			return Visit{Office: "hama", Booth: "hama-1", Service: "online-care", Resident: "resident-index", By: "counter:hama"}, true
		},
	}
}

func consumerOf(t testing.TB, c Consuming) *Consumer {
	t.Helper()
	made, err := NewConsumer(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// through takes turns until there is nothing new.
func through(t testing.TB, c *Consumer) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = c.turn(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

func book(t testing.TB, rdb redis.UniversalClient, event string) {
	t.Helper()
	if err := rdb.XAdd(context.Background(), &redis.XAddArgs{Stream: "{east}:out", Values: []any{"e", event}}).Err(); err != nil {
		t.Fatal(err)
	}
}

func visit(t testing.TB, rdb redis.UniversalClient, event, by string, d session.Doc) {
	t.Helper()
	doc := fmt.Sprintf(`{"id":%q,"version":%d,"appointment":%q,"office":"hama","booth":"hama-1","state":%q,"legs":[{"service":"online-care","desk":"morita"}],"openedAt":%q%s}`,
		d.ID, d.Version, d.Appointment, d.State, d.OpenedAt.Format(time.RFC3339Nano), times(d))
	err := rdb.XAdd(context.Background(), &redis.XAddArgs{Stream: "{east}:ses-out", Values: []any{"event", event, "session", d.ID, "doc", doc, "by", by}}).Err()
	if err != nil {
		t.Fatal(err)
	}
}

func times(d session.Doc) string {
	text := ""
	if d.StartedAt != nil {
		text += fmt.Sprintf(`,"startedAt":%q`, d.StartedAt.Format(time.RFC3339Nano))
	}
	if d.ClosedAt != nil {
		text += fmt.Sprintf(`,"closedAt":%q`, d.ClosedAt.Format(time.RFC3339Nano))
	}
	return text
}

// trailOf gives the entries of a folder and fails where it is not whole.
func trailOf(t testing.TB, folder string) []audit.Record {
	t.Helper()
	r, err := audit.Verify(folder, audit.Checks{Trust: ours.trust, Secret: secretOf(t), Area: "east"})
	if err != nil || !r.Whole() {
		t.Fatalf("%v %v", r.Faults, err)
	}
	var list []audit.Record
	if err := audit.Read(folder, audit.Filter{}, func(_ audit.Place, r audit.Record) error { list = append(list, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func actions(list []audit.Record) string {
	var words []string
	for _, r := range list {
		words = append(words, string(r.Action))
	}
	return strings.Join(words, " ")
}

func TestAVisitIsInTheTrailWithWhoWhatWhenHowLongAndWhoseVisit(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		folder := t.TempDir()
		c := consumerOf(t, consuming(t, s.Client, folder))
		begun := time.Now().Add(-10 * time.Minute).Truncate(time.Millisecond)
		ended := begun.Add(8 * time.Minute)
		n := notesOf(t, s, "")
		ctx := audit.WithOrigin(context.Background(), audit.Origin{Who: "desk:morita", Role: "doctor", Address: "192.0.2.7"})
		book(t, s.Client, "booked a_1 2 hama")
		visit(t, s.Client, "checked_in", "counter:hama", session.Doc{ID: "s_1", Version: 1, Appointment: "a_1", State: protocol.StateArrived, OpenedAt: begun})
		visit(t, s.Client, "end", "desk:morita", session.Doc{ID: "s_1", Version: 2, Appointment: "a_1", State: protocol.StateClosed, OpenedAt: begun, ClosedAt: &ended})
		if err := n.Note(ctx, audit.Entry{Action: audit.TokenMint, Visit: "a_1"}); err != nil {
			t.Fatal(err)
		}
		through(t, c)
		c.leave(context.Background())
		list := trailOf(t, folder)
		if got := actions(list); got != "trail.begin booking.booked visit.checked-in visit.end token.mint" {
			t.Fatalf("got %s", got)
		}
		booked, end, token := list[1], list[3], list[4]
		if booked.Who != "counter:hama" || booked.Visit != "a_1" || booked.Service != "online-care" || booked.Sealed.Key == "" {
			t.Errorf("booked: %+v", booked)
		}
		if end.Who != "desk:morita" || end.Took != 8*time.Minute || end.Session != "s_1" || end.Visit != "a_1" || end.Recorded.IsZero() {
			t.Errorf("end: %+v", end)
		}
		person, erased, err := audit.NewOpener(folder, secretOf(t)).Open(1, token.Sealed)
		if err != nil || erased || person.Address != "192.0.2.7" || person.Resident != "resident-index" {
			t.Errorf("%+v %v %v", person, erased, err)
		}
		if left := s.Client.XLen(context.Background(), keyspace{"east"}.notes()).Val(); left != 0 {
			t.Errorf("%d notes are still in Redis", left)
		}
		head, err := c.storedHead(context.Background())
		if err != nil || head.Seq != 5 || head.Hash != list[4].Hash {
			t.Errorf("Redis has %+v, %v", head, err)
		}
	})
}

func TestNobodyElseWritesWhileTheLeaseIsHeld(t *testing.T) {
	s := redistest.Mini(t)
	folder := t.TempDir()
	one, two := consumerOf(t, consuming(t, s.Client, folder)), consumerOf(t, consuming(t, s.Client, folder))
	through(t, one)
	book(t, s.Client, "booked a_1 2 hama")
	through(t, two)
	if two.State().Writing {
		t.Error("two write")
	}
	s.Expire(t, 3*time.Second) // the first hangs: it still holds the folder
	if _, err := two.turn(context.Background()); !errors.Is(err, audit.ErrInUse) {
		t.Errorf("the folder was taken from one that hangs: %v", err)
	}
	through(t, one) // it wakes up, and learns that the lease is gone
	if one.State().Writing {
		t.Error("one goes on without the lease")
	}
	through(t, two)
	two.leave(context.Background())
	if got := actions(trailOf(t, folder)); got != "trail.begin booking.booked" {
		t.Errorf("got %s", got)
	}
}

func TestAFolderThatWasCutShortOrExchangedIsNotWrittenOnInSilence(t *testing.T) {
	t.Run("cut short", func(t *testing.T) {
		s := redistest.Mini(t)
		folder := t.TempDir()
		c := consumerOf(t, consuming(t, s.Client, folder))
		for range 3 {
			book(t, s.Client, "booked a_1 2 hama")
		}
		through(t, c)
		c.leave(context.Background())
		name := filepath.Join(folder, "00000001.audit")
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(name, bytes.Join(bytes.SplitAfter(text, []byte("\n"))[:3], nil), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		c = consumerOf(t, consuming(t, s.Client, folder))
		through(t, c)
		if !strings.HasPrefix(c.State().Fault, "cut-short") {
			t.Errorf("fault: %q", c.State().Fault)
		}
		c.leave(context.Background())
		r, err := audit.Verify(folder, audit.Checks{Trust: ours.trust})
		if err != nil || len(r.Noted) != 1 || !strings.Contains(r.Noted[0].String(), "trail.fault") {
			t.Errorf("noted %v, %v", r.Noted, err)
		}
		// What had been cut off is still in the outbox, and is written again.
		if got := actions(trailOf(t, folder)); got != "trail.begin booking.booked trail.fault booking.booked booking.booked" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("another trail", func(t *testing.T) {
		s := redistest.Mini(t)
		c := consumerOf(t, consuming(t, s.Client, t.TempDir()))
		through(t, c)
		trail := c.State().Head.Trail
		c.leave(context.Background())
		other := consuming(t, s.Client, t.TempDir())
		c = consumerOf(t, other)
		if _, err := c.turn(context.Background()); err == nil || !strings.Contains(err.Error(), "audit-after: "+trail) {
			t.Errorf("got %v", err)
		}
		c.leave(context.Background())
		other.After = trail
		c = consumerOf(t, other)
		through(t, c)
		c.leave(context.Background())
		if list := trailOf(t, other.Folder); list[0].Detail["after"] != trail {
			t.Errorf("begins with %+v", list[0])
		}
	})
}

func TestWhatWasGoneBeforeItWasReadIsSaid(t *testing.T) {
	s := redistest.Mini(t)
	folder := t.TempDir()
	c := consumerOf(t, consuming(t, s.Client, folder))
	book(t, s.Client, "booked a_1 2 hama")
	through(t, c)
	for range 3 {
		book(t, s.Client, "booked a_2 2 hama")
	}
	if err := s.Client.XTrimMaxLen(context.Background(), "{east}:out", 1).Err(); err != nil {
		t.Fatal(err)
	}
	through(t, c)
	c.leave(context.Background())
	if got := actions(trailOf(t, folder)); got != "trail.begin booking.booked trail.gap booking.booked" {
		t.Errorf("got %s", got)
	}
}

func TestAnOutboxThatWentBackInAFailoverIsReadOn(t *testing.T) {
	s := redistest.Mini(t)
	folder := t.TempDir()
	c := consumerOf(t, consuming(t, s.Client, folder))
	add := func(id string) {
		if err := s.Client.XAdd(context.Background(), &redis.XAddArgs{Stream: "{east}:out", ID: id, Values: []any{"e", "booked a_1 2 hama"}}).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"100-0", "200-0", "300-0"} {
		add(id)
	}
	through(t, c)
	s.Client.Del(context.Background(), "{east}:out")
	add("100-0")
	through(t, c)
	add("250-0")
	through(t, c)
	through(t, c)
	c.leave(context.Background())
	if got := actions(trailOf(t, folder)); got != "trail.begin booking.booked booking.booked booking.booked trail.back booking.booked" {
		t.Errorf("got %s", got)
	}
}

func TestWhatCommandsLeaveInTheFolderIsTakenInOnce(t *testing.T) {
	s := redistest.Mini(t)
	folder := t.TempDir()
	box, err := audit.Inbox(folder)
	if err != nil {
		t.Fatal(err)
	}
	put := func(id string) {
		t.Helper()
		text, err := secretOf(t).EncodeNote(audit.Entry{At: time.Now(), Action: audit.AuditExport, Who: "shell:ito"})
		if err == nil {
			err = box.Put(id, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	id := audit.NewNoteID(1000, [8]byte{1})
	put(id)
	c := consumerOf(t, consuming(t, s.Client, folder))
	through(t, c)
	c.leave(context.Background())
	put(id) // as if it had died before it took it away
	c = consumerOf(t, consuming(t, s.Client, folder))
	through(t, c)
	c.leave(context.Background())
	if got := actions(trailOf(t, folder)); got != "trail.begin audit.export" {
		t.Errorf("got %s", got)
	}
	if list, err := box.List(10); err != nil || len(list) != 0 {
		t.Errorf("%v is still there, %v", list, err)
	}
}

// TestNoNamePhoneOrTokenIsInTheTrailInClear plants markers wherever somebody could put one by mistake.
func TestNoNamePhoneOrTokenIsInTheTrailInClear(t *testing.T) {
	s := redistest.Real(t)
	folder, spool := t.TempDir(), t.TempDir()
	var logged bytes.Buffer
	how := consuming(t, s.Client, folder)
	how.Log = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := consumerOf(t, how)
	markers := []string{
		"ヒョウシキハナコ", "標識花子", "09077776666", "090-7777-6666", "hyoshiki@example.jp", "eyJhbGciOiJFZERTQSJ9.hyoshiki.c2ln", "192.0.2.251",
	}
	n, err := NewNotes(Noting{Area: "east", Redis: s.Client, Secret: secretOf(t), Spool: spool, Log: how.Log})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range markers {
		e := audit.Entry{
			Action: audit.BreakGlass, Who: m, Role: m, Office: m, Visit: m, Session: m, Service: m, Detail: map[string]string{"what": m, m: m},
			Personal: audit.Personal{Address: m, Account: m, Resident: m, Reason: m},
		}
		if i%2 == 0 {
			n.down.Store(time.Now().Add(time.Hour).UnixMilli()) // over the disk
		} else {
			n.down.Store(0)
		}
		if err := n.Note(audit.WithOrigin(context.Background(), audit.Origin{Address: m}), e); err != nil {
			t.Fatal(err)
		}
	}
	said := s.Dump(t) + everythingIn(t, spool)
	n.down.Store(0)
	n.drain(context.Background())
	for _, m := range markers {
		book(t, s.Client, "booked a_1 2 hama by="+m)
	}
	visit(t, s.Client, "end", markers[2], session.Doc{ID: "s_1", Version: 2, Appointment: "a_1", State: protocol.StateClosed})
	s.Client.Del(context.Background(), "none")
	through(t, c)
	c.leave(context.Background())
	if got := len(trailOf(t, folder)); got != 1+2*len(markers)+1 {
		t.Errorf("%d entries", got)
	}
	said += everythingIn(t, folder) + logged.String()
	for _, m := range markers {
		if strings.Contains(said, m) {
			t.Errorf("%q was found in clear", m)
		}
	}
	if _, err := audit.Erase(folder, []string{audit.Withheld}); err != nil {
		t.Error(err)
	}
}

// everythingIn is what stands in the files of a folder.
func everythingIn(t testing.TB, folder string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		b.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
