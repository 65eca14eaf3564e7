package session

import (
	"encoding/json"
	"fmt"
	"time"

	"madoguchi/signaling/protocol"
)

// Effect is something the broker does after the changed document has been stored.
type Effect interface{ effect() }

// Gate: sound and pictures flow among the participants of each group, and between nobody else.
type Gate struct{ Together [][]string }

// Expel: this participant's media end, and it is told why.
type Expel struct {
	Participant string
	Reason      protocol.Reason
}

// LegStarted: the booking learns that a professional has met the resident.
type LegStarted struct{ Leg int }

// LegDone: the booking learns that the leg is over.
type LegDone struct{ Leg int }

// CloseRoom: all media end.
type CloseRoom struct{}

// Finish: the booking frees what it still holds for the visit.
type Finish struct {
	Reason protocol.Reason
	Met    bool // a professional has met the resident: not a no-show
}

// Ring: the counters of the office ring, for an emergency.
type Ring struct{ At time.Time }

// Host: the session Other hears that its booth is in this one's room, by the desk of this leg.
type Host struct{ Other, Desk, Pool string }

// Unhost: the session Other hears that its booth is not in this room any more.
type Unhost struct {
	Other string
	Over  bool // the professional has ended the visit
	Left  bool // the resident has left
	Lost  bool // the booth did not come back
}

// Part: the session Other, in whose room this one's booth is, hears that it is over.
type Part struct{ Other string }

func (Gate) effect()       {}
func (Expel) effect()      {}
func (LegStarted) effect() {}
func (LegDone) effect()    {}
func (CloseRoom) effect()  {}
func (Finish) effect()     {}
func (Ring) effect()       {}
func (Host) effect()       {}
func (Unhost) effect()     {}
func (Part) effect()       {}

// owed is one effect as it is stored with the document until it has been carried out; exactly one field is set.
type owed struct {
	Gate       *Gate       `json:"gate,omitempty"`
	Expel      *Expel      `json:"expel,omitempty"`
	LegStarted *LegStarted `json:"legStarted,omitempty"`
	LegDone    *LegDone    `json:"legDone,omitempty"`
	CloseRoom  *CloseRoom  `json:"closeRoom,omitempty"`
	Finish     *Finish     `json:"finish,omitempty"`
	Ring       *Ring       `json:"ring,omitempty"`
	Host       *Host       `json:"host,omitempty"`
	Unhost     *Unhost     `json:"unhost,omitempty"`
	Part       *Part       `json:"part,omitempty"`
}

// EncodeEffects writes effects down, so that they can be carried out by somebody else later; nothing for none.
func EncodeEffects(effects []Effect) ([]byte, error) {
	if len(effects) == 0 {
		return nil, nil
	}
	list := make([]owed, len(effects))
	for i, effect := range effects {
		switch e := effect.(type) {
		case Gate:
			list[i].Gate = &e
		case Expel:
			list[i].Expel = &e
		case LegStarted:
			list[i].LegStarted = &e
		case LegDone:
			list[i].LegDone = &e
		case CloseRoom:
			list[i].CloseRoom = &e
		case Finish:
			list[i].Finish = &e
		case Ring:
			list[i].Ring = &e
		case Host:
			list[i].Host = &e
		case Unhost:
			list[i].Unhost = &e
		case Part:
			list[i].Part = &e
		default:
			return nil, fmt.Errorf("effect %T cannot be written down", effect)
		}
	}
	return json.Marshal(list)
}

// DecodeEffects reads what EncodeEffects has written. An effect that only a newer program knows is left out, and counted.
func DecodeEffects(raw []byte) (effects []Effect, unknown int, err error) {
	if len(raw) == 0 {
		return nil, 0, nil
	}
	var list []owed
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, 0, fmt.Errorf("decode effects: %w", err)
	}
	for _, o := range list {
		switch {
		case o.Gate != nil:
			effects = append(effects, *o.Gate)
		case o.Expel != nil:
			effects = append(effects, *o.Expel)
		case o.LegStarted != nil:
			effects = append(effects, *o.LegStarted)
		case o.LegDone != nil:
			effects = append(effects, *o.LegDone)
		case o.CloseRoom != nil:
			effects = append(effects, *o.CloseRoom)
		case o.Finish != nil:
			effects = append(effects, *o.Finish)
		case o.Ring != nil:
			effects = append(effects, *o.Ring)
		case o.Host != nil:
			effects = append(effects, *o.Host)
		case o.Unhost != nil:
			effects = append(effects, *o.Unhost)
		case o.Part != nil:
			effects = append(effects, *o.Part)
		default:
			unknown++
		}
	}
	return effects, unknown, nil
}
