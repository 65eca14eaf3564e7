package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// openOwnRedis starts a Redis inside this process on a free port of the loopback address and returns its URL. It
// speaks the same protocol and runs the same scripts as a real one, and it forgets everything when it is closed.
//
// Its clock runs: TIME follows the machine's clock, and ClockTTL lets every expiry follow it too, command by
// command. Without that call keys would live for ever, and with SetTime and FastForward from a ticker time would
// stand still between two ticks, so that a lease could be seen a tick too long.
// Where the demo's clock is ahead of the machine's there is no other way; then it ticks every few milliseconds.
// It asks for a password of this start, since other people's programs may run on the same machine.
func openOwnRedis(clock demoClock) (stop func() error, _ RedisURL, _ error) {
	password := rand.Text()
	own := miniredis.NewMiniRedis()
	own.RequireAuth(password)
	own.ClockTTL(true)
	halt := func() {}
	if clock.ahead != 0 {
		halt = keepTime(own, clock)
	}
	stop = func() error {
		halt()
		own.Close()
		return nil
	}
	if err := own.StartAddr("127.0.0.1:0"); err != nil {
		return nil, "", errors.Join(fmt.Errorf("start the demo's own redis: %w", err), stop())
	}
	return stop, RedisURL("redis://:" + password + "@" + own.Addr() + "/0"), nil
}

// ownRedisTick is how far the clock of the demo's own Redis may lag behind the demo's.
const ownRedisTick = 5 * time.Millisecond

// keepTime sets the server's clock again and again until halt is called, which waits for it.
func keepTime(own *miniredis.Miniredis, clock demoClock) (halt func()) {
	own.SetTime(clock.now().UTC())
	ticks := time.NewTicker(ownRedisTick)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticks.C:
				own.SetTime(clock.now().UTC())
			case <-end:
				return
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(end)
		<-ended
	}
}
