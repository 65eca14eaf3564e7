package booking

import "context"

// Facts are what an audit trail has to know of an appointment, beyond its id: nothing of the resident but the keyed index.
type Facts struct {
	Office, Booth string
	Service       string // of the first leg
	Resident      string // keyed index; "" for an anonymous matter
	By            string // seat that booked
}

// Facts gives those of an appointment or hold; false for one that is forgotten, or while the store does not answer.
func (s *Service) Facts(ctx context.Context, id string) (Facts, bool) {
	_, r, err := s.get(ctx, id)
	if err != nil {
		return Facts{}, false
	}
	f := Facts{Office: r.Office, Booth: r.Booth, Resident: r.Resident, By: r.By}
	if len(r.Legs) > 0 {
		f.Service = r.Legs[0].Service
	}
	return f, true
}
