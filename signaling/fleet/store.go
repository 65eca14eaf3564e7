package fleet

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/sfu"
	"madoguchi/sfu/wire"
)

//go:embed place.lua
var placeSource string

// Record is what a media node says of itself in the registry.
type Record struct {
	Node    string   `json:"node"`    // id of this run of the node: another start is another node
	Address string   `json:"address"` // host:port of the internal connection
	Media   []string `json:"media"`   // addresses of the media port, for whoever runs it
	Zone    string   `json:"zone,omitempty"`
	Version string   `json:"version"` // of the program
	State   string   `json:"state"`
	Rooms   int      `json:"rooms"`
	Peers   int      `json:"peers"`
	Packets float64  `json:"packets"` // RTP a second, in and out
	CPU     float64  `json:"cpu"`     // 0 … 1, of all processors
	Beat    uint64   `json:"beat"`    // grows while the node lives
	// Reach is whom the media port reaches as the node sees it, and Probe how a broker may see for itself. Nodes of older
	// versions tell neither.
	Reach sfu.Reach   `json:"reach"`
	Noise float64     `json:"noise"` // datagrams of strangers a second: a port that is flooded is not cut off
	Probe *wire.Probe `json:"probe,omitempty"`
}

// States of a node.
const (
	StateUp       = "up"
	StateDraining = "draining"
)

// at is where a room is; epoch 0 is nowhere.
type at struct {
	Node  string `json:"node"`
	Epoch int64  `json:"epoch"`
}

// placeNews tells that a room has been placed, or closed where the epoch is 0.
type placeNews struct {
	Room string `json:"room"`
	at
}

// roomKept is how long a place is kept that no node renews.
const roomKept = 24 * time.Hour

// store is the registry and the places in Redis. Every key carries the area's hash tag.
type store struct {
	redis redis.UniversalClient
	area  string
	swap  *redis.Script
}

func newStore(r redis.UniversalClient, area string) *store {
	return &store{redis: r, area: area, swap: redis.NewScript(placeSource)}
}

// nodes is a hash of node → Record.
func (s *store) nodes() string { return "{" + s.area + "}:sfu-nodes" }

// room holds where a room is, JSON.
func (s *store) room(id string) string { return "{" + s.area + "}:sfu-room:" + id }

// epochs counts placements.
func (s *store) epochs() string { return "{" + s.area + "}:sfu-epoch" }

// changes is the channel of placeNews.
func (s *store) changes() string { return "{" + s.area + "}:sfu-changes" }

func (s *store) register(ctx context.Context, r Record) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := s.redis.HSet(ctx, s.nodes(), r.Node, raw).Err(); err != nil {
		return fmt.Errorf("register media node: %w", err)
	}
	return nil
}

func (s *store) unregister(ctx context.Context, node string) error {
	if err := s.redis.HDel(ctx, s.nodes(), node).Err(); err != nil {
		return fmt.Errorf("take media node %s out of the registry: %w", node, err)
	}
	return nil
}

// all reads the registry. A record that cannot be read is passed over: a newer version may write what we do not know.
func (s *store) all(ctx context.Context) (map[string]Record, error) {
	raws, err := s.redis.HGetAll(ctx, s.nodes()).Result()
	if err != nil {
		return nil, fmt.Errorf("read the registry of media nodes: %w", err)
	}
	list := make(map[string]Record, len(raws))
	for node, raw := range raws {
		var r Record
		if json.Unmarshal([]byte(raw), &r) == nil && r.Node == node {
			list[node] = r
		}
	}
	return list, nil
}

// place moves a room from one epoch to a node, and tells where it is now: there, or where somebody else has put it
// meanwhile. No new epoch is smaller than floor, also when Redis has forgotten the older ones.
func (s *store) place(ctx context.Context, room string, from int64, node string, floor int64) (at, error) {
	raw, err := s.swap.Run(ctx, s.redis, []string{s.room(room), s.epochs()},
		from, node, floor, roomKept.Milliseconds(), s.changes(), room).Text()
	if err != nil {
		return at{}, fmt.Errorf("place room %s: %w", room, err)
	}
	return parsePlace(raw)
}

// restore writes a place that Redis has lost, unless there is another one.
func (s *store) restore(ctx context.Context, room string, p at) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := s.redis.SetNX(ctx, s.room(room), raw, roomKept).Err(); err != nil {
		return fmt.Errorf("restore the place of room %s: %w", room, err)
	}
	return nil
}

func parsePlace(raw string) (p at, err error) {
	if raw == "" {
		return at{}, nil
	}
	if err := json.Unmarshal([]byte(raw), &p); err != nil {
		return at{}, fmt.Errorf("place of a room: %w", err)
	}
	return p, nil
}

// where reads places; those not known are left out.
func (s *store) where(ctx context.Context, rooms ...string) (map[string]at, error) {
	found := make(map[string]at, len(rooms))
	for len(rooms) > 0 {
		some := rooms[:min(len(rooms), 500)]
		rooms = rooms[len(some):]
		keys := make([]string, len(some))
		for i, room := range some {
			keys[i] = s.room(room)
		}
		raws, err := s.redis.MGet(ctx, keys...).Result()
		if err != nil {
			return nil, fmt.Errorf("read where rooms are: %w", err)
		}
		for i, raw := range raws {
			text, there := raw.(string)
			if p, err := parsePlace(text); there && err == nil && p.Epoch > 0 {
				found[some[i]] = p
			}
		}
	}
	return found, nil
}

// forget ends a room's place and tells everybody.
func (s *store) forget(ctx context.Context, room string) error {
	news, err := json.Marshal(placeNews{Room: room})
	if err != nil {
		return err
	}
	_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, s.room(room))
		p.Publish(ctx, s.changes(), news)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("forget where room %s was: %w", room, err)
	}
	return nil
}

// renew keeps the places of rooms that live long.
func (s *store) renew(ctx context.Context, rooms []string) error {
	_, err := s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, room := range rooms {
			p.PExpire(ctx, s.room(room), roomKept)
		}
		return nil
	})
	return err
}

// listen calls heard for each placement that is announced, and again each time the subscription stands anew, because what
// was said meanwhile has not been heard.
func (s *store) listen(ctx context.Context, again func(), heard func(placeNews)) error {
	subscription := s.redis.Subscribe(ctx, s.changes())
	defer subscription.Close()
	messages := subscription.ChannelWithSubscriptions(redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-messages:
			switch m := m.(type) {
			case *redis.Subscription:
				again()
			case *redis.Message:
				var news placeNews
				if json.Unmarshal([]byte(m.Payload), &news) == nil && news.Room != "" {
					heard(news)
				}
			}
		}
	}
}
