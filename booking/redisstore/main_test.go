package redisstore

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"madoguchi/booking/redisstore/redistest"
)

// TestMain also lets this binary be a client of a test in another process.
func TestMain(m *testing.M) {
	for env, be := range map[string]func(string) error{clientEnv: beClient, soakEnv: beRival} {
		if spec := os.Getenv(env); spec != "" {
			if err := be(spec); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(redistest.Suite{M: m})
}
