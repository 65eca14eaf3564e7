package main

import (
	"crypto/rand"
	"fmt"

	"github.com/alicebob/miniredis/v2"
)

// openOwnRedis starts a Redis inside this process on a free port of the loopback address and returns its URL. It
// speaks the same protocol and runs the same scripts as a real one, and it forgets everything when it is closed.
//
// Its clock runs: TIME follows the machine's clock, and ClockTTL lets every expiry follow it too, command by
// command. Without that call keys would live for ever, and with SetTime and FastForward from a ticker time would
// stand still between two ticks, so that a lease could be seen a tick too long.
// It asks for a password of this start, since other people's programs may run on the same machine.
func openOwnRedis() (*miniredis.Miniredis, RedisURL, error) {
	password := rand.Text()
	own := miniredis.NewMiniRedis()
	own.RequireAuth(password)
	own.ClockTTL(true)
	if err := own.StartAddr("127.0.0.1:0"); err != nil {
		return nil, "", fmt.Errorf("start the demo's own redis: %w", err)
	}
	return own, RedisURL("redis://:" + password + "@" + own.Addr() + "/0"), nil
}
