package signaling

import (
	"testing"

	"madoguchi/signaling/protocol"
)

// What was said to a socket that is dead already is kept, and read by the next one when it says hello. What is kept a moment later is
// read by nobody: the state has to say it.
func TestAPageThatWasBackBeforeItsVisitEndedIsToldTheEndWhenItEnters(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	booth, doctor, id := here.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	pass := here.roomToken(booth.token, id)

	again := there.dial() // the line was lost, and nobody knows yet
	again.token = booth.token
	again.say(protocol.TypeHello, protocol.Hello{Token: again.token, Reason: protocol.AwayNetwork, Wipes: true})
	again.hear(protocol.TypeWelcome)
	doctor.ok(doctor.request(protocol.TypeEnd))
	there.until("the other node knows that it is over", func() bool { d, ok := there.broker.hub.doc(id); return ok && d.ClosedAt != nil })

	re := again.ask(protocol.TypeEnter, func(re string) any { return protocol.Enter{ID: re, Token: pass} })
	if e := again.hear(protocol.TypeEnded).(protocol.Ended); e.Session != id || e.Reason != protocol.ReasonDone {
		t.Errorf("%+v", e)
	}
	if code := again.refused(re); code != protocol.ErrUnknownSession {
		t.Errorf("refused as %s", code)
	}
	stranger := there.sit(pharmacist) // who has never been in it is told nothing of how it ended
	token := must2(there.broker.issuer.Room(roomToken{Participant: pharmacist, Room: id}, 1e9))
	re = stranger.ask(protocol.TypeEnter, func(re string) any { return protocol.Enter{ID: re, Token: token} })
	stranger.find("the refusal, and no end before it", func(m protocol.Message) bool {
		if m.Type == protocol.TypeEnded {
			t.Error("a stranger is told the end")
		}
		return m.Type == protocol.TypeError
	})
	_ = re
}
