package signaling

import (
	"context"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// preparedFor is how long one prepare counts: twice as long as clients wait before they say it again, so that one that is
// lost or late makes no gap, and a page that has gone is soon forgotten.
const preparedFor = 10 * time.Second

// How often one socket may say prepare: going through a list of waiting people is fine, a loop is not.
const (
	preparesPerSecond = 1
	preparesAtOnce    = 5
)

func newPreparePace() *rate.Limiter { return rate.NewLimiter(preparesPerSecond, preparesAtOnce) }

// prepare has the media node keep fresh pictures of everybody who would see or be seen if the participant were let in now.
// It changes nothing of the session and is told to nobody.
func (b *Broker) prepare(ctx context.Context, s *socket, m protocol.Prepare) error {
	d, err := b.member(s)
	switch {
	case err != nil:
		return err
	case !s.entered.token.Grants.Has(access.Admit):
		return &refusal{protocol.ErrForbidden, "the token does not grant " + string(access.Admit)}
	case !s.prepares.Allow():
		return &refusal{protocol.ErrTooFast, "once in five seconds is enough"}
	}
	if _, there := d.Participant(m.Participant); !there {
		return &refusal{protocol.ErrUnknownParticipant, "nobody of that id is here"}
	}
	seen := slices.Concat(d.Gate()...)
	for _, one := range []string{s.who.participant, m.Participant} {
		if !slices.Contains(seen, one) {
			seen = append(seen, one)
		}
	}
	return b.media.Prepare(ctx, d.ID, seen, preparedFor)
}
