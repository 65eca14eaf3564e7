package signaling

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// stored is a document with what an observer who knows the rules has noted about it.
type stored struct {
	doc session.Doc
	let map[string]bool // who may be in the room: the professionals have said so
}

// trailed is one line of the trail.
type trailed struct {
	session string
	event   session.Type
	version int64
}

// modelRedis is what the scripts do. Values are never changed in place, so a copy of the maps is a snapshot.
type modelRedis struct {
	docs    map[string]stored
	booths  map[string]string
	owed    map[string][]session.Effect
	due     map[string]int64
	claimed map[int]bool // requests that have been taken on
	trail   []trailed
}

func newModelRedis() modelRedis {
	return modelRedis{
		docs: map[string]stored{}, booths: map[string]string{}, owed: map[string][]session.Effect{}, due: map[string]int64{},
		claimed: map[int]bool{},
	}
}

func (r modelRedis) snapshot() modelRedis {
	return modelRedis{
		docs: maps.Clone(r.docs), booths: maps.Clone(r.booths), owed: maps.Clone(r.owed), due: maps.Clone(r.due),
		claimed: maps.Clone(r.claimed), trail: slices.Clip(r.trail),
	}
}

// put is store.lua.
func (r *modelRedis) put(next stored, before int64, event session.Type, effects []session.Effect, due int64, bug bug, back bool) (answer string, there stored) {
	d := next.doc
	old, known := r.docs[d.ID]
	if (!known || old.doc.Version < before) && !back {
		return "older", stored{}
	}
	if known && old.doc.Version > before && bug != ignoresVersions {
		return "newer", old
	}
	holder := r.booths[d.Booth]
	if hold(d) == 1 && holder != "" && holder != d.ID && bug != ignoresBooths {
		return "busy", stored{doc: session.Doc{ID: holder}}
	}
	if hold(d) > 0 && (holder == "" || bug == ignoresBooths) {
		r.booths[d.Booth] = d.ID
	} else if hold(d) == 0 && holder == d.ID {
		delete(r.booths, d.Booth)
	}
	r.docs[d.ID] = next
	if len(effects) > 0 && bug != owesNothing {
		r.owed[owedKey(d)], r.due[owedKey(d)] = effects, due
	}
	if bug != forgetsTrail || event != session.Pause {
		r.trail = append(r.trail, trailed{d.ID, event, d.Version})
	}
	return "stored", stored{}
}

// The model's Redis is only worth something if it answers as the script does: the same steps on both, on miniredis and on a
// redis-server.
func TestTheModelOfTheStoreAnswersAsTheScript(t *testing.T) {
	suite := func(t *testing.T, s *redistest.Server) {
		w := worldOn(t, s)
		real, pure := newStore(w.redis, area, quiet()), newModelRedis()
		real.meters = newMeters()
		rng := rand.New(rand.NewPCG(1, 2))
		states := []protocol.State{protocol.StateArrived, protocol.StateConsultation, protocol.StateClosed}
		for step := range 400 {
			d := session.Doc{
				Shape: session.Shape, ID: []string{"s_1", "s_2"}[rng.IntN(2)], Booth: "b1", Appointment: "a", Version: int64(1 + rng.IntN(6)),
				State: states[rng.IntN(len(states))], Wipes: true, Participants: []session.Participant{},
			}
			if rng.IntN(2) == 0 {
				d.Participants = append(d.Participants, session.Participant{ID: "booth:b1", Kind: protocol.KindBooth})
			}
			if at := w.clock.Now(); rng.IntN(2) == 0 && d.State == protocol.StateClosed {
				d.WipedAt = &at
			}
			var effects []session.Effect
			if rng.IntN(2) == 0 {
				effects = []session.Effect{session.CloseRoom{}}
			}
			back := rng.IntN(3) == 0
			before := d.Version - 1
			want, _ := pure.put(stored{doc: d}, before, session.Ready, effects, 0, none, back)
			_, put, err := real.set(context.Background(), d, before, session.Ready, effects, back)
			if got := answerOf(put, err); got != want {
				t.Fatalf("step %d: the script says %s and the model %s: %+v", step, got, want, d)
			}
			booths := w.redis.HGetAll(context.Background(), real.keys.booths()).Val()
			if !maps.Equal(booths, pure.booths) {
				t.Fatalf("step %d: booths %v, in the model %v", step, booths, pure.booths)
			}
			owed := w.redis.HKeys(context.Background(), real.keys.owed()).Val()
			slices.Sort(owed)
			if !slices.Equal(owed, slices.Sorted(maps.Keys(pure.owed))) {
				t.Fatalf("step %d: owed %v, in the model %v", step, owed, pure.owed)
			}
			if n := w.redis.XLen(context.Background(), real.keys.outbox()).Val(); n != int64(len(pure.trail)) {
				t.Fatalf("step %d: %d lines in the trail, in the model %d", step, n, len(pure.trail))
			}
		}
	}
	t.Run("miniredis", func(t *testing.T) { suite(t, redistest.Mini(t)) })
	t.Run("redis-server", func(t *testing.T) { suite(t, redistest.Real(t)) })
}

func answerOf(put bool, err error) string {
	switch {
	case put:
		return "stored"
	case errors.Is(err, errBoothBusy):
		return "busy"
	case errors.Is(err, errForgotten):
		return "older"
	case err != nil:
		return err.Error()
	default:
		return "newer"
	}
}
