package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
)

// line is what the node of a participant's socket says of it.
type line struct {
	Node   string `json:"node"`   // that says so
	Socket string `json:"socket"` // the connection meant; a newer one is not overruled by an older
	Online bool   `json:"online"`
	Audio  bool   `json:"audio"` // muted
	Video  bool   `json:"video"` // muted
	// MutedAt orders what was said of the two, in ms; a page may speak over two nodes within a moment.
	MutedAt int64         `json:"mutedAt,omitempty"`
	Reason  protocol.Away `json:"reason,omitempty"`
	Label   string        `json:"-"`                // a guest's or an equipment's name, which the document does not hold
	Sealed  string        `json:"sealed,omitempty"` // the same where it leaves the node
	Arrival arrival       `json:"arrival,omitzero"` // of Socket
	// Word orders what is said of Socket: that its lease ran out, that it is there all the same.
	Word int `json:"word,omitempty"`
}

// arrival orders the sockets of one page, on whichever nodes they are: a request of a lost socket may be carried out
// long after the next one has come.
type arrival struct {
	Conversation string `json:"conversation,omitempty"`
	Line         int64  `json:"line,omitempty"`
}

// before says that a is of the same page as b and was opened earlier. Of two pages neither is: whoever comes last stays.
func (a arrival) before(b arrival) bool {
	return a.Conversation != "" && a.Conversation == b.Conversation && a.Line < b.Line
}

// keepMutes takes over what is muted, where that was said later; it says whether it was.
func (l *line) keepMutes(said line) bool {
	if said.MutedAt <= l.MutedAt {
		return false
	}
	l.Audio, l.Video, l.MutedAt = said.Audio, said.Video, said.MutedAt
	return true
}

// media is what the node of a participant's media says of it.
type media struct {
	From      string           `json:"from"` // node that says so
	Connected bool             `json:"connected"`
	Tracks    []protocol.Track `json:"tracks,omitempty"`    // what its receiving m-lines carry
	Up        protocol.Level   `json:"up,omitempty"`        // how good its line is, from it
	Down      protocol.Level   `json:"down,omitempty"`      // and to it
	SoundOnly bool             `json:"soundOnly,omitempty"` // it carries no pictures
}

// presence is everything known of one participant right now.
type presence struct {
	line
	media
	keys notice
	said int // how often something has been said of it at this node
}

// lines is the store of presence.
type lines struct {
	redis redis.UniversalClient
	keys  keyspace
	seals sealer
}

// sealer hides names from whoever reads the store; access.Keys is one.
type sealer interface {
	Seal(use, text string) (string, error)
	Open(use, sealed string) (string, error)
}

// sealedLabels is the use under which labels are sealed.
const sealedLabels = "labels"

// seal hides the label of a line that leaves the node.
func (l lines) seal(v line) (line, error) {
	v.Sealed = ""
	if v.Label == "" {
		return v, nil
	}
	var err error
	v.Sealed, err = l.seals.Seal(sealedLabels, v.Label)
	return v, err
}

// open reads the label of a line that comes from elsewhere; who cannot read it shows the participant without.
func (l lines) open(v *line) {
	if v.Sealed != "" {
		v.Label, _ = l.seals.Open(sealedLabels, v.Sealed)
	}
	v.Sealed = ""
}

// who names one participant of one session.
type who struct{ session, participant string }

func (w who) member() string { return w.session + " " + w.participant }

func parseWho(member string) (who, bool) {
	s, p, ok := strings.Cut(member, " ")
	return who{s, p}, ok
}

// setLine stores and announces a participant's line, and when it is to be looked at again: at the end of its lease
// while it is online, at the end of its grace while it is not.
func (l lines) setLine(ctx context.Context, w who, v line, due time.Time) error {
	v, err := l.seal(v)
	if err != nil {
		return fmt.Errorf("presence of %s in %s: %w", w.participant, w.session, err)
	}
	err = l.set(ctx, w, "s:", v, change{Session: w.session, Participant: w.participant, Line: &v}, func(p redis.Pipeliner) {
		p.ZAdd(ctx, l.keys.due(), redis.Z{Score: float64(due.UnixMilli()), Member: w.member()})
	})
	if err != nil {
		return fmt.Errorf("presence of %s in %s: %w", w.participant, w.session, err)
	}
	return nil
}

// setMedia stores and announces a participant's media.
func (l lines) setMedia(ctx context.Context, w who, v media) error {
	err := l.set(ctx, w, "m:", v, change{Session: w.session, Participant: w.participant, Media: &v}, func(redis.Pipeliner) {})
	if err != nil {
		return fmt.Errorf("media of %s in %s: %w", w.participant, w.session, err)
	}
	return nil
}

func (l lines) set(ctx context.Context, w who, prefix string, value any, news change, more func(redis.Pipeliner)) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	message, err := json.Marshal(news)
	if err != nil {
		return err
	}
	key := l.keys.live(w.session)
	// In one transaction, so that nobody who judges sees a new line with the deadline of the old.
	_, err = l.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, prefix+w.participant, raw)
		p.PExpire(ctx, key, liveFor)
		more(p)
		return nil
	})
	if err != nil {
		return err
	}
	return l.redis.Publish(ctx, l.keys.changes(), message).Err()
}

// renew prolongs the leases of participants that are online here.
func (l lines) renew(ctx context.Context, list []who, until time.Time) error {
	if len(list) == 0 {
		return nil
	}
	members := make([]redis.Z, len(list))
	for i, w := range list {
		members[i] = redis.Z{Score: float64(until.UnixMilli()), Member: w.member()}
	}
	if err := l.redis.ZAdd(ctx, l.keys.due(), members...).Err(); err != nil {
		return fmt.Errorf("renew %d leases: %w", len(list), err)
	}
	return nil
}

// watch has a participant looked at when due, without saying anything of it.
func (l lines) watch(ctx context.Context, w who, due time.Time) error {
	return l.renew(ctx, []who{w}, due)
}

// overdue lists the participants to look at now.
func (l lines) overdue(ctx context.Context, now time.Time) ([]who, error) {
	members, err := l.redis.ZRangeByScore(ctx, l.keys.due(), &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(now.UnixMilli(), 10), Count: 100,
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("list overdue leases: %w", err)
	}
	var list []who
	for _, m := range members {
		if w, ok := parseWho(m); ok {
			list = append(list, w)
		}
	}
	return list, nil
}

// stillOverdue says whether a participant's time is up, now that its line has been read.
func (l lines) stillOverdue(ctx context.Context, w who, now time.Time) (bool, error) {
	due, err := l.redis.ZScore(ctx, l.keys.due(), w.member()).Result()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("deadline of %s in %s: %w", w.participant, w.session, err)
	}
	return int64(due) <= now.UnixMilli(), nil
}

// forget ends the watch over one participant.
func (l lines) forget(ctx context.Context, w who) error {
	if err := l.redis.ZRem(ctx, l.keys.due(), w.member()).Err(); err != nil {
		return fmt.Errorf("forget %s in %s: %w", w.participant, w.session, err)
	}
	return nil
}

// wipe removes everything about a session that is over.
func (l lines) wipe(ctx context.Context, session string, participants []string) error {
	_, err := l.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, l.keys.live(session))
		for _, participant := range participants {
			p.ZRem(ctx, l.keys.due(), who{session, participant}.member())
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("wipe presence of %s: %w", session, err)
	}
	return nil
}

// ofSession reads everybody's presence.
func (l lines) ofSession(ctx context.Context, session string) (map[string]presence, error) {
	fields, err := l.redis.HGetAll(ctx, l.keys.live(session)).Result()
	if err != nil {
		return nil, fmt.Errorf("presence in %s: %w", session, err)
	}
	people := map[string]presence{}
	for field, raw := range fields {
		kind, participant, _ := strings.Cut(field, ":")
		p := people[participant]
		switch kind {
		case "s":
			err = json.Unmarshal([]byte(raw), &p.line)
			l.open(&p.line)
		case "k":
			err = json.Unmarshal([]byte(raw), &p.keys)
		case "m":
			err = json.Unmarshal([]byte(raw), &p.media)
		default:
			continue // of a newer program
		}
		if err != nil {
			return nil, fmt.Errorf("presence of %s in %s: %w", participant, session, err)
		}
		people[participant] = p
	}
	return people, nil
}
