package signaling

import (
	"bytes"
	"runtime/debug"

	"madoguchi/signaling/protocol"
)

// An idle socket keeps its reader's stack for as long as it lives, and a stack that has once been deep stays so. So what
// a message needs of one is needed in a goroutine of its own, for which the reader waits; the ping of an idle page, of which
// a node with every booth of the country gets more than a thousand a second, is answered where it is read.

// idlePing is what a page says that has nothing to acknowledge, and pongText the answer.
var (
	idlePing = []byte(`{"type":"ping"}`)
	pongText = mustEncode(protocol.Pong{})
)

func mustEncode(body any) []byte {
	data, err := protocol.Encode(body)
	if err != nil {
		panic(err) // a message without content can be written
	}
	return data
}

// isIdlePing says whether a message of somebody who has said hello is no more than that.
func (s *socket) isIdlePing(data []byte) bool { return s.who.known() && bytes.Equal(data, idlePing) }

// fault is a panic on its way to another goroutine.
type fault struct {
	what  any
	stack []byte
}

// aside runs f in another goroutine and returns when it is done; a panic goes on in the caller.
func aside(f func()) {
	done := make(chan *fault)
	go func() { // its end is waited for
		ended := false
		defer func() {
			if ended {
				done <- nil
				return
			}
			done <- &fault{recover(), debug.Stack()}
		}()
		f()
		ended = true
	}()
	if p := <-done; p != nil {
		panic(p)
	}
}
