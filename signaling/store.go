package signaling

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

//go:embed store.lua
var storeSource string

//go:embed open.lua
var openSource string

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

	meters *meters
}

func newStore(r redis.UniversalClient, area string) *store {
	return &store{redis: r, keys: keyspace{area}, save: redis.NewScript(storeSource), open: redis.NewScript(openSource)}
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
	return decodeDoc(raw)
}

func decodeDoc(raw []byte) (session.Doc, error) {
	var d session.Doc
	if err := json.Unmarshal(raw, &d); err != nil {
		return session.Doc{}, fmt.Errorf("decode session: %w", err)
	}
	return d, nil
}

// put stores next, which was computed from the version before. If somebody was faster it returns their document and
// false, and nothing has changed.
func (s *store) put(ctx context.Context, next session.Doc, before int64, event session.Type) (d session.Doc, stored bool, err error) {
	defer s.meters.step("save")(&err)
	doc, err := json.Marshal(next)
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("encode session %s: %w", next.ID, err)
	}
	message, err := json.Marshal(change{Doc: doc})
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("encode change of %s: %w", next.ID, err)
	}
	closed := 0
	if next.State == protocol.StateClosed {
		closed = 1
	}
	asked := claimOf(ctx)
	touched := s.touched(next)
	if asked.key != "" {
		touched = append(touched, asked.key)
	}
	there, err := s.save.Run(ctx, s.redis, touched,
		next.ID, before, doc, closed, closedFor.Milliseconds(), outboxMost, string(event), s.keys.changes(), message,
		asked.field, asked.token, asked.answer).Text()
	if err != nil {
		return session.Doc{}, false, fmt.Errorf("store session %s: %w", next.ID, err)
	}
	if there == "lost" {
		return session.Doc{}, false, errClaimLost
	}
	if there == "" {
		return next, true, nil
	}
	current, err := decodeDoc([]byte(there))
	return current, false, err
}

func (s *store) touched(d session.Doc) []string {
	return []string{s.keys.session(d.ID), s.keys.open(), s.keys.byAppointment(d.Appointment), s.keys.outbox()}
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
		d, err := decodeDoc([]byte(text))
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}
