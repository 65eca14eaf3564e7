package redisstore

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// A history is what several clients asked and were told, with the times of asking and telling. It is linearizable if
// some order of the requests, true to those times, gives a store that does one thing after another the same answers.
// This file is that store.

// asked is one request. Slots are starts, ten minutes apart.
type asked struct {
	Op       string // hold, confirm, cancel, release, move, delay; expire is nobody's request: a deadline passes
	ID       string
	Slot     int
	Resident string
	Brief    bool // the hold lives for some milliseconds only
	Key      string
	Version  int64
	Pushed   []pushed
}

// pushed is one visit of a delay, as the client knew it.
type pushed struct {
	ID, Resident, Booth, Doctor, Pharmacist string
	Slot                                    int
	Version                                 int64
}

type told struct {
	Status   string // ok, or the refusal
	Booth    string
	Desks    []string
	Taken    []int
	Deadline int64    // of a hold, ms
	Pushed   []string // for each visit of a delay the claims in the way
}

// visit is an appointment in the model.
type visit struct {
	state, resident, booth, desks string
	version                       int64
}

// world is the model: who stands in which ledger when, how far each appointment is, and which answers are remembered. It
// is never changed in place.
type world struct {
	entries []entry // sorted
	visits  map[string]visit
	answers map[string]string
}

func slotAt(slot int) time.Time { return ten.Add(time.Duration(slot) * 10 * time.Minute) }

// kinds of the claims of a visit, in their order.
var kinds = []string{"booth:", "desk:", "desk:", "resident:"}

// claimsAt are the claims of a visit: booth, doctor, pharmacist and, where known, the resident.
func claimsAt(slot int, booths, doctors, pharmacists []string, resident string) []Claim {
	h := request(slotAt(slot), booths, doctors, pharmacists, resident)
	claims := []Claim{h.Booth, h.Legs[0].Claim, h.Legs[1].Claim}
	if resident != "" {
		claims = append(claims, Claim{Candidates: []string{resident}, Start: h.Start, End: h.End})
	}
	return claims
}

// Where anything can be had.
var (
	anyBooth, anyDoctor, anyPharmacist = []string{"b1", "b2"}, []string{"d1", "d2"}, []string{"p1"}
)

// choose takes the first free candidate of each claim, or says which claims have none.
func (w world) choose(id string, claims []Claim) (chosen []entry, taken []int) {
	for i, c := range claims {
		n := slices.IndexFunc(c.Candidates, func(name string) bool { return w.free(kinds[i]+name, c, id) })
		if n < 0 {
			taken = append(taken, i)
			continue
		}
		chosen = append(chosen, entry{ledger: kinds[i] + c.Candidates[n], start: millis(c.Start), end: millis(c.End), id: id})
	}
	return chosen, taken
}

func (w world) free(ledger string, c Claim, not string) bool {
	for _, e := range w.entries {
		if e.ledger == ledger && e.id != not && e.start < millis(c.End) && e.end > millis(c.Start) {
			return false
		}
	}
	return true
}

func (w world) with(id string, v visit, keep bool, add ...entry) world {
	next := world{visits: maps.Clone(w.visits), answers: w.answers}
	v.version = w.visits[id].version + 1
	next.visits[id] = v
	for _, e := range w.entries {
		if keep || e.id != id {
			next.entries = append(next.entries, e)
		}
	}
	next.entries = append(next.entries, add...)
	slices.SortFunc(next.entries, func(a, b entry) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return next
}

func (w world) ended(id, state string) world {
	v := w.visits[id]
	v.state = state
	return w.with(id, v, false)
}

func (w world) remember(key, answer string) world {
	w.answers = maps.Clone(w.answers)
	w.answers[key] = answer
	return w
}

var model = porcupine.Model{
	Init: func() any { return world{visits: map[string]visit{}, answers: map[string]string{}} },
	Step: func(state, input, output any) (bool, any) {
		w, in, out := state.(world), input.(asked), output.(told)
		switch in.Op {
		case "hold":
			return stepHold(w, in, out)
		case "confirm":
			return stepConfirm(w, in, out)
		case "cancel":
			return stepEnd(w, in, out, StateBooked, StateCancelled)
		case "release":
			return stepEnd(w, in, out, StateHeld, StateReleased)
		case "move":
			return stepMove(w, in, out)
		case "delay":
			return stepDelay(w, in, out)
		default: // expire
			if w.visits[in.ID].state == StateHeld {
				return true, w.ended(in.ID, StateExpired)
			}
			return true, w
		}
	},
	Equal: func(a, b any) bool {
		x, y := a.(world), b.(world)
		return slices.Equal(x.entries, y.entries) && maps.Equal(x.visits, y.visits) && maps.Equal(x.answers, y.answers)
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

func stepHold(w world, in asked, out told) (bool, world) {
	desks := strings.Join(out.Desks, ",")
	if v, known := w.visits[in.ID]; known { // asked again: the first answer, whatever became of it
		return out.Status == "ok" && w.answers[in.ID] == out.Booth+" "+desks && v.version > 0, w
	}
	chosen, taken := w.choose(in.ID, claimsAt(in.Slot, anyBooth, anyDoctor, anyPharmacist, ""))
	if len(taken) > 0 {
		return out.Status == "taken" && slices.Equal(taken, out.Taken), w
	}
	booth, doctor, pharmacist := names(chosen)
	if out.Status != "ok" || out.Booth != booth || desks != doctor+","+pharmacist {
		return false, w
	}
	return true, w.with(in.ID, visit{state: StateHeld, booth: booth, desks: desks}, true, chosen...).remember(in.ID, booth+" "+desks)
}

func names(chosen []entry) (booth, doctor, pharmacist string) {
	return chosen[0].ledger[6:], chosen[1].ledger[5:], chosen[2].ledger[5:]
}

func stepConfirm(w world, in asked, out told) (bool, world) {
	switch v := w.visits[in.ID]; v.state {
	case StateHeld:
		claims := claimsAt(in.Slot, anyBooth, anyDoctor, anyPharmacist, in.Resident)
		if !w.free("resident:"+in.Resident, claims[3], in.ID) {
			return out.Status == "busy", w
		}
		v.state, v.resident = StateBooked, in.Resident
		return out.Status == "ok", w.with(in.ID, v, true,
			entry{ledger: "resident:" + in.Resident, start: millis(claims[3].Start), end: millis(claims[3].End), id: in.ID})
	case StateBooked:
		return out.Status == "ok", w // confirmed before for the same resident: each appointment has one here
	case StateExpired:
		return out.Status == "expired" || out.Status == "gone", w // gone where it was given back after its death
	default:
		return out.Status == "gone", w
	}
}

// stepEnd ends what is in the state from. Once ended, asking again changes nothing.
func stepEnd(w world, in asked, out told, from, to string) (bool, world) {
	switch state := w.visits[in.ID].state; {
	case state == from:
		return out.Status == "ok", w.ended(in.ID, to)
	case state == to, state == StateExpired && to == StateReleased:
		return out.Status == "ok", w
	default:
		return out.Status == "state", w
	}
}

// standing says whether a visit is as the client knew it.
func (w world) standing(id string, version int64) (status string) {
	v := w.visits[id]
	switch {
	case v.state != StateBooked:
		return "state"
	case v.version != version:
		return "version"
	default:
		return ""
	}
}

func stepMove(w world, in asked, out told) (bool, world) {
	if _, known := w.answers[in.Key]; known {
		return out.Status == "ok", w
	}
	if status := w.standing(in.ID, in.Version); status != "" {
		return out.Status == status, w
	}
	chosen, taken := w.choose(in.ID, claimsAt(in.Slot, anyBooth, anyDoctor, anyPharmacist, in.Resident))
	if len(taken) > 0 {
		return out.Status == "taken" && slices.Equal(taken, out.Taken), w
	}
	return out.Status == "ok", w.moved(in.ID, chosen).remember(in.Key, "ok")
}

func (w world) moved(id string, chosen []entry) world {
	v := w.visits[id]
	booth, doctor, pharmacist := names(chosen)
	v.booth, v.desks = booth, doctor+","+pharmacist
	return w.with(id, v, false, chosen...)
}

func stepDelay(w world, in asked, out told) (bool, world) {
	if answer, known := w.answers[in.Key]; known {
		return out.Status == "ok" && strings.Join(out.Pushed, ";") == answer, w
	}
	for _, p := range in.Pushed {
		if status := w.standing(p.ID, p.Version); status != "" {
			return out.Status == status, w
		}
	}
	if out.Status != "ok" || len(out.Pushed) != len(in.Pushed) {
		return false, w
	}
	for i, p := range in.Pushed {
		chosen, taken := w.choose(p.ID, claimsAt(p.Slot+1, []string{p.Booth}, []string{p.Doctor}, []string{p.Pharmacist}, p.Resident))
		if out.Pushed[i] != listed(taken) {
			return false, w
		}
		if len(taken) == 0 {
			w = w.moved(p.ID, chosen)
		}
	}
	return true, w.remember(in.Key, strings.Join(out.Pushed, ";"))
}

func listed(taken []int) string {
	if len(taken) == 0 {
		return ""
	}
	return fmt.Sprint(taken)
}
