package signaling

import (
	"testing"

	"madoguchi/signaling/protocol"
)

// A desk that was asked in holds the grants of the leg's desk from the start, so that it can go on without entering again. What it may
// do is the machine's word, and changes with the leg.
func TestWhoeverWasAskedInTakesOverWithTheTokenItCameWith(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	_, guest, _ := n.invited(doctor, id)
	pharma := n.sit(pharmacist)
	doctor.ok(doctor.confer("shiokaze-1", false))
	pharma.enter(n, id)
	for what, asks := range map[string]func() string{
		"lets a guest in":    func() string { return pharma.admit(guest) },
		"sends a guest away": func() string { return pharma.dismiss(guest) },
		"hands over":         func() string { return pharma.request(protocol.TypeHandover) },
		"ends the visit":     func() string { return pharma.request(protocol.TypeEnd) },
		"asks somebody in":   func() string { return pharma.confer("shiokaze-2", false) },
	} {
		if code := pharma.refused(asks()); code != protocol.ErrForbidden {
			t.Errorf("before its leg it %s: %s", what, code)
		}
	}
	n.gateIs(id, booth1, morita, pharmacist)
	doctor.ok(doctor.request(protocol.TypeHandover))
	booth.stage(protocol.StageCalled)
	pharma.ok(pharma.admit(booth1)) // over the socket and with the token it was asked in with
	n.gateIs(id, booth1, pharmacist)
	pharma.ok(pharma.admit(guest))
	n.gateIs(id, booth1, guest, pharmacist)
	pharma.ok(pharma.request(protocol.TypeEnd))
	booth.hear(protocol.TypeEnded)
}
