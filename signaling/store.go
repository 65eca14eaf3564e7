package signaling

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

//go:embed store.lua
var storeSource string

//go:embed open.lua
var openSource string

//go:embed takeover.lua
var takeOverSource string

// errForgotten: Redis has an older document than the change was computed from, or none.
var errForgotten = errors.New("the store has lost the session's newest version")

// errNewer: a document has been stored by a newer version of this program, which alone understands it.
var errNewer = errors.New("stored by a newer version of this program")

// errBoothBusy: the booth is in another session, or has not confirmed yet that nothing of it is left.
var errBoothBusy = errors.New("the booth is in another session")

// errNoSession: there is no document of that id, or it has been forgotten an hour after its end.
var errNoSession = errors.New("no such session")

// errClaimLost: the node took too long over a request, and whoever asked for it has been told that it was not done.
var errClaimLost = &refusal{protocol.ErrInterrupted, "it took too long, and was given up"}

// store keeps session documents in Redis.
type store struct {
	redis redis.UniversalClient
	keys  keyspace
	save  *redis.Script
	open  *redis.Script
	claim *redis.Script
	log   *slog.Logger

	reads      int           // newest shape this program reads
	writes     atomic.Int64  // shape in force
	shapeAfter time.Duration // see redisstore.Agreement

	meters *meters
}

func newStore(r redis.UniversalClient, area string, log *slog.Logger) *store {
	s := &store{
		redis: r, keys: keyspace{area}, log: log, reads: session.Shape,
		save: redis.NewScript(storeSource), open: redis.NewScript(openSource), claim: redis.NewScript(takeOverSource),
	}
	s.writes.Store(session.LeastShape)
	return s
}

// load reads one document.
func (s *store) load(ctx context.Context, id string) (d session.Doc, err error) {
	defer s.meters.step("load")(&err)
	raw, err := s.redis.Get(ctx, s.keys.session(id)).Bytes()
	if errors.Is(err, redis.Nil) {
		return session.Doc{}, fmt.Errorf("session %s: %w", id, errNoSession)
	}
	if err != nil {
		return session.Doc{}, fmt.Errorf("load session %s: %w", id, err)
	}
	return s.decodeDoc(raw)
}

// decodeDoc reads a document of this shape or an older one; errNewer for one that only a newer program understands.
func (s *store) decodeDoc(raw []byte) (session.Doc, error) {
	var d session.Doc
	if err := json.Unmarshal(raw, &d); err != nil {
		return session.Doc{}, fmt.Errorf("decode session: %w", err)
	}
	if d.Shape > s.reads {
		return session.Doc{}, fmt.Errorf("session %s: shape %d, and this program reads up to %d: %w", d.ID, d.Shape, s.reads, errNewer)
	}
	return d, nil
}

// owedAfter is how long the one that stored a document has to carry its effects out before anybody does.
const owedAfter = 3 * time.Second

// put stores next, which was computed from the version before, and with it the effects that are to be carried out on account
// of it, in the shape in force, and returns it so. If somebody was faster it returns their document and false, and nothing has changed. errBoothBusy says that the booth is
// held by another session, which the returned document names.
func (s *store) put(ctx context.Context, next session.Doc, before int64, event session.Type, effects []session.Effect) (d session.Doc, stored bool, err error) {
	return s.set(ctx, s.shaped(next), before, event, effects, false)
}

// restore stores a document, as it was, where Redis has an older one or none.
func (s *store) restore(ctx context.Context, d session.Doc, event session.Type, effects []session.Effect) (current session.Doc, stored bool, err error) {
	return s.set(ctx, d, d.Version-1, event, effects, true)
}

func (s *store) set(ctx context.Context, next session.Doc, before int64, event session.Type, effects []session.Effect, back bool) (d session.Doc, stored bool, err error) {
	defer s.meters.step("save")(&err)
	doc, err := json.Marshal(next)
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("encode session %s: %w", next.ID, err)
	}
	message, err := json.Marshal(change{Doc: doc})
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("encode change of %s: %w", next.ID, err)
	}
	debt, err := session.EncodeEffects(effects)
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("store session %s: %w", next.ID, err)
	}
	asked, did := claimOf(ctx), deedOf(ctx)
	touched := s.touched(next)
	if asked.key != "" {
		touched = append(touched, asked.key)
	}
	answer, err := s.save.Run(ctx, s.redis, touched,
		next.ID, before, doc, phase(next), closedFor.Milliseconds(), outboxMost, string(event), s.keys.changes(), message,
		next.Booth, hold(next), debt, owedKey(next), owedAfter.Milliseconds(), s.reads,
		asked.field, asked.token, asked.answer, flag(back), did.by.ID, string(did.by.Side), did.whom, did.via).StringSlice()
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("store session %s: %w", next.ID, err)
	}
	switch {
	case answer[0] == "stored":
		return next, true, nil
	case answer[0] == "older":
		return session.Doc{}, false, errForgotten
	case answer[0] == "lost":
		return session.Doc{}, false, errClaimLost
	case answer[0] == "busy":
		return session.Doc{ID: answer[1]}, false, fmt.Errorf("session %s: booth %s: %w", next.ID, next.Booth, errBoothBusy)
	}
	current, err := s.decodeDoc([]byte(answer[1]))
	return current, false, err
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// hold is what a document has of its booth, in the store's words. One that is over never has to ask: it only ends.
func hold(d session.Doc) int {
	switch {
	case !d.HoldsBooth():
		return 0
	case d.State == protocol.StateClosed:
		return 2
	default:
		return 1
	}
}

// phase is how long a document is kept, in the store's words.
func phase(d session.Doc) int {
	switch {
	case d.State != protocol.StateClosed:
		return 0
	case d.HoldsBooth():
		return 1
	default:
		return 2
	}
}

func owedKey(d session.Doc) string { return d.ID + ":" + strconv.FormatInt(d.Version, 10) }

func (s *store) touched(d session.Doc) []string {
	return []string{
		s.keys.session(d.ID), s.keys.open(), s.keys.byAppointment(d.Appointment), s.keys.outbox(),
		s.keys.booths(), s.keys.owed(), s.keys.owedDue(),
	}
}

// openOnce stores the first version of a document unless the appointment has a session already, other than the closed
// one named; it returns the id of the session that is open now.
func (s *store) openOnce(ctx context.Context, d session.Doc, closed string) (id string, err error) {
	defer s.meters.step("open")(&err)
	doc, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode session %s: %w", d.ID, err)
	}
	message, err := json.Marshal(change{Doc: doc})
	if err != nil {
		return "", fmt.Errorf("encode change of %s: %w", d.ID, err)
	}
	id, err = s.open.Run(ctx, s.redis, s.touched(d),
		d.ID, closed, doc, outboxMost, s.keys.changes(), message).Text()
	if err != nil {
		return "", fmt.Errorf("open session for %s: %w", d.Appointment, err)
	}
	return id, nil
}

// ofAppointment is the id of the appointment's session, "" if it has none.
func (s *store) ofAppointment(ctx context.Context, appointment string) (string, error) {
	id, err := s.redis.Get(ctx, s.keys.byAppointment(appointment)).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("session of %s: %w", appointment, err)
	}
	return id, nil
}

// all reads every open document.
func (s *store) all(ctx context.Context) (docs []session.Doc, err error) {
	defer s.meters.step("all")(&err)
	ids, err := s.redis.SMembers(ctx, s.keys.open()).Result()
	if err != nil {
		return nil, fmt.Errorf("list open sessions: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.keys.session(id)
	}
	raws, err := s.redis.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("load open sessions: %w", err)
	}
	for _, raw := range raws {
		text, ok := raw.(string)
		if !ok {
			continue // closed and gone between the two reads
		}
		d, err := s.decodeDoc([]byte(text))
		if errors.Is(err, errNewer) {
			s.log.Warn("session left alone", "error", err)
			continue
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}
